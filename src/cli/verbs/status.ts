/** `status`, `refusals`, `clock show|accept`: how the daemon is. */
import type { ClockStatus__Output } from '../../contract/generated/deviceauth/v1/ClockStatus.ts';
import type { GetStatusResponse__Output } from '../../contract/generated/deviceauth/v1/GetStatusResponse.ts';
import { AdminConnection } from '../admin-connection.ts';
import type { Invocation } from '../command.ts';
import { EXIT } from '../failure.ts';
import { write } from '../terminal.ts';
import { fields, json, plural, shortId, table, time } from '../text.ts';

export async function status(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const answer = await AdminConnection.use(invocation, (daemon) => daemon.call('GetStatus', {}));
  await write(terminal.stdout, invocation.json ? json(answer) : statusText(answer, terminal.columns));
  return EXIT.ok;
}

export async function refusals(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const limit = args.count('limit', 1, 1000) ?? 0;
  const answer = await AdminConnection.use(invocation, (daemon) => daemon.call('ListRefusals', { limit }));
  if (invocation.json) {
    await write(terminal.stdout, json(answer));
  } else if (answer.refusals.length === 0) {
    await write(terminal.stderr, 'no refusals of late\n');
  } else {
    const rows = answer.refusals.map((refusal) => [
      time(refusal.time),
      refusal.reason,
      refusal.clientId,
      shortId(refusal.certificateId),
      refusal.listener,
      String(refusal.repeatedCount),
      refusal.message,
    ]);
    const head = ['TIME', 'REASON', 'CLIENT ID', 'CERTIFICATE', 'LISTENER', 'TIMES', 'MESSAGE'];
    await write(terminal.stdout, table(head, rows, terminal.columns));
  }
  return EXIT.ok;
}

export async function showClock(invocation: Invocation): Promise<number> {
  const { clock } = await AdminConnection.use(invocation, (daemon) => daemon.call('GetStatus', {}));
  return printClock(invocation, clock);
}

export async function acceptClock(invocation: Invocation): Promise<number> {
  const { clock } = await AdminConnection.use(invocation, (daemon) => daemon.call('AcceptClock', {}));
  return printClock(invocation, clock);
}

async function printClock(
  { terminal, json: asJson }: Invocation,
  clock: ClockStatus__Output | null,
): Promise<number> {
  await write(terminal.stdout, asJson ? json({ clock }) : fields(clockRows(clock), terminal.columns));
  return EXIT.ok;
}

function clockRows(clock: ClockStatus__Output | null): [string, string][] {
  if (clock === null) return [['Clock', '']];
  return [
    ['Clock', clock.suspect ? `suspect: ${clock.reason}` : 'right, as far as can be told'],
    ['Now', time(clock.now)],
    ['High-water mark', time(clock.highWaterMark)],
  ];
}

function statusText(answer: GetStatusResponse__Output, columns: number | undefined): string {
  const { sessions, registry, cloudQueue } = answer;
  const parts: string[] = [];
  if (answer.findings.length === 0) {
    parts.push('No findings.\n');
  } else {
    const rows = answer.findings.map(({ severity, code, message, since }) => [
      severity,
      code,
      message,
      time(since),
    ]);
    parts.push(table(['FINDING', 'CODE', 'WHAT', 'SINCE'], rows, columns));
  }
  const facts: [string, string | string[]][] = [
    ['Version', answer.version],
    ['Process', `${answer.processId}, since ${time(answer.startedAt)} (epoch ${answer.epoch})`],
    ['Verifier', answer.verifier],
    ['Configuration', answer.configurationFile],
  ];
  if (sessions !== null) {
    facts.push([
      'Sessions',
      [
        `${sessions.active} of ${sessions.limit}, ${sessions.held} held, ${plural(sessions.grantSets, 'grant set')}`,
        `${sessions.issued} issued, ${sessions.evicted} evicted, ${sessions.displaced} displaced, ${sessions.refusedFull} refused for lack of room`,
      ],
    ]);
  }
  if (registry !== null) {
    const { things, certificates, deviceCas } = registry;
    facts.push([
      'Registry',
      `${plural(things, 'thing')}, ${plural(certificates, 'certificate')}, ${plural(deviceCas, 'device CA')}`,
    ]);
  }
  if (cloudQueue !== null && cloudQueue.size > 0) {
    const { waiting, size, inFlight, workers, rejected, coalesced } = cloudQueue;
    facts.push([
      'Cloud queue',
      `${waiting} of ${size} waiting, ${inFlight} of ${workers} in flight, ${rejected} rejected, ${coalesced} coalesced`,
    ]);
  }
  parts.push(fields([...facts, ...clockRows(answer.clock)], columns));
  if (answer.hostAddresses.length > 0) {
    const rows = answer.hostAddresses.map(({ address, port, source }) => [address, `${port}`, source]);
    parts.push(table(['HOST ADDRESS', 'PORT', 'SOURCE'], rows, columns));
  }
  if (answer.listeners.length > 0) {
    const rows = answer.listeners.map((listener) => [
      listener.name,
      listener.address,
      `${listener.calls}`,
      `${listener.rejected}`,
      `${listener.activeCalls}`,
      `${listener.operations.length}`,
    ]);
    parts.push(table(['LISTENER', 'ADDRESS', 'CALLS', 'REJECTED', 'ACTIVE', 'OPERATIONS'], rows, columns));
  }
  if (answer.brokers.length > 0) {
    const rows = answer.brokers.map((broker) => [
      broker.listener,
      broker.caller === '' ? broker.brokerInstanceId : broker.caller,
      broker.connected ? 'connected' : 'gone',
      `${broker.sessions}`,
      time(broker.since),
    ]);
    parts.push(table(['BROKER AT', 'CALLER', 'STREAM', 'SESSIONS', 'SINCE'], rows, columns));
  }
  return parts.join('\n');
}
