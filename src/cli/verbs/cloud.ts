/** `cloud status|refresh|publish-addresses`: what the daemon has to do with AWS. */
import type { CloudJob__Output } from '../../contract/generated/deviceauth/v1/CloudJob.ts';
import type { CloudOperation__Output } from '../../contract/generated/deviceauth/v1/CloudOperation.ts';
import type { CloudStatus__Output } from '../../contract/generated/deviceauth/v1/CloudStatus.ts';
import { AdminConnection } from '../admin-connection.ts';
import type { Invocation } from '../command.ts';
import { CliFailure, EXIT } from '../failure.ts';
import { write } from '../terminal.ts';
import { fields, json, plural, table, time } from '../text.ts';

const FIXES = {
  NOT_FOUND: 'the configuration says who confirms certificates (verifier) and what is done in AWS (cloud)',
};

export async function status(invocation: Invocation): Promise<number> {
  const answer = await AdminConnection.use(invocation, (daemon) => daemon.call('GetCloudStatus', {}, FIXES));
  return print(invocation, answer);
}

export async function refresh(invocation: Invocation): Promise<number> {
  const answer = await AdminConnection.use(invocation, (daemon) => daemon.call('RefreshCloud', {}, FIXES));
  if (!invocation.json)
    await write(
      invocation.terminal.stdout,
      'Refusals are forgotten, what waited is tried, and the known devices are verified again. So far:\n\n',
    );
  return print(invocation, answer);
}

export async function publishAddresses(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const answer = await AdminConnection.use(invocation, (daemon) =>
    daemon.call('UpdateConnectivityInfo', {}, FIXES),
  );
  const { sent, trouble } = answer;
  if (trouble !== null) {
    throw new CliFailure(`the addresses were not published: ${trouble.message}`, {
      reason: String(trouble.kind),
      exitCode: EXIT.failed,
      fix: '`deviceauthctl doctor` looks at what the cloud needs, one by one',
    });
  }
  if (invocation.json) {
    await write(terminal.stdout, json({ sent }));
    return EXIT.ok;
  }
  const rows = sent.map(({ address, port, source }) => [address, `${port}`, source]);
  await write(terminal.stdout, table(['PUBLISHED', 'PORT', 'SOURCE'], rows, terminal.columns));
  return EXIT.ok;
}

async function print({ terminal, json: asJson }: Invocation, answer: CloudStatus__Output): Promise<number> {
  await write(terminal.stdout, asJson ? json(answer) : statusText(answer, terminal.columns));
  return EXIT.ok;
}

function statusText(answer: CloudStatus__Output, columns: number | undefined): string {
  const { jobs, operations, troubles } = answer;
  const parts: string[] = [];
  if (troubles.length > 0) {
    const rows = troubles.map(({ kind, operation, message, at }) => [
      String(kind),
      operation,
      message,
      time(at),
    ]);
    parts.push(table(['TROUBLE', 'OPERATION', 'WHAT', 'LAST'], rows, columns));
  }
  parts.push(fields(facts(answer), columns));
  if (jobs.length > 0) {
    const head = ['JOB', 'STATE', 'DONE', 'NEXT', 'WHAT'];
    parts.push(table(head, jobs.map(jobRow), columns));
  }
  if (operations.length > 0) {
    const head = ['OPERATION', 'ANSWERED', 'TROUBLES', 'RETRIES', 'MEAN', '99 %'];
    parts.push(table(head, operations.map(operationRow), columns));
  }
  return parts.join('\n');
}

function facts({
  verifier,
  network,
  breaker,
  queue,
  requestsPerSecond,
  pausedUntil,
}: CloudStatus__Output): [string, string | string[]][] {
  const rows: [string, string | string[]][] = [['Verifier', verifier]];
  if (network !== null) rows.push(['Network', `${NETWORK[network.state]}, since ${time(network.since)}`]);
  if (breaker !== null) {
    const failures = breaker.failures === 0 ? '' : `, ${plural(breaker.failures, 'failure')} in a row`;
    const probe = breaker.probeAt === 0 ? '' : `, next try at ${time(breaker.probeAt)}`;
    rows.push(['Circuit breaker', `${BREAKER[breaker.state]}${failures}${probe}`]);
  }
  if (queue !== null) {
    const { waiting, size, inFlight, workers, rejected, coalesced } = queue;
    rows.push([
      'Queue',
      [
        `${waiting} of ${size} waiting, ${inFlight} of ${workers} in flight`,
        `${rejected} rejected for lack of room, ${coalesced} joined an identical one`,
      ],
    ]);
  }
  const limit = requestsPerSecond === 0 ? 'no limit' : `${plural(requestsPerSecond, 'request')} a second`;
  const paused = pausedUntil === 0 ? '' : `; AWS asked to wait until ${time(pausedUntil)}`;
  rows.push(['Rate', `${limit}${paused}`]);
  return rows;
}

const NETWORK: Readonly<Record<string, string>> = {
  NETWORK_UNKNOWN: 'not known yet',
  NETWORK_UP: 'up',
  NETWORK_DOWN: 'down: the cloud cannot be reached',
};
const BREAKER: Readonly<Record<string, string>> = {
  BREAKER_CLOSED: 'closed: requests go out',
  BREAKER_OPEN: 'open: nothing is asked',
  BREAKER_HALF_OPEN: 'half open: one request finds out',
};
const JOBS: Readonly<Record<string, string>> = {
  JOB_OFF: 'off',
  JOB_WAITING: 'waiting',
  JOB_RUNNING: 'running',
  JOB_DONE: 'done',
};

function jobRow({
  name,
  state,
  detail,
  succeededAt,
  nextAt,
  failures,
  lastError,
}: CloudJob__Output): string[] {
  const failed =
    failures === 0 ? '' : `; failed ${failures === 1 ? 'once' : `${failures} times in a row`}: ${lastError}`;
  return [name, JOBS[state] ?? state, time(succeededAt), time(nextAt), `${detail}${failed}`];
}

function operationRow(operation: CloudOperation__Output): string[] {
  const { operation: name, answered, troubles, retries, latency, latencySumSeconds } = operation;
  const kinds = troubles.map(({ kind, count }) => `${count} ${kind}`).join(', ');
  const mean = answered === 0 ? '' : seconds(latencySumSeconds / answered);
  const nearlyAll = latency.find(({ count }) => count >= 0.99 * answered);
  const most =
    answered === 0
      ? ''
      : nearlyAll === undefined
        ? `> ${seconds(latency.at(-1)?.upperBoundSeconds ?? 0)}`
        : `< ${seconds(nearlyAll.upperBoundSeconds)}`;
  return [name, `${answered}`, kinds, `${retries}`, mean, most];
}

function seconds(value: number): string {
  return value < 1 ? `${Math.round(value * 1_000)} ms` : `${Number(value.toFixed(1))} s`;
}
