/**
 * `explain`: may this thing do that, and why. Ends with 0 allowed, 1 denied, 2 anything else, so that a
 * script that tests for 1 never takes a failure for a denial.
 */
import { readFile } from 'node:fs/promises';
import type { ExplainResponse__Output } from '../../contract/generated/deviceauth/v1/ExplainResponse.ts';
import type { Explanation, NearMiss } from '../../policy/decision.ts';
import type { AdminConnection } from '../admin-connection.ts';
import type { Invocation } from '../command.ts';
import { CliFailure, EXIT, fileFailure, usage } from '../failure.ts';
import { write } from '../terminal.ts';
import { fields, json } from '../text.ts';

const ALLOWED = 0;
const DENIED = 1;

export async function explain(invocation: Invocation): Promise<number> {
  try {
    return await explainOne(invocation);
  } catch (error) {
    if (error instanceof CliFailure) throw error.withExitCode(EXIT.usage);
    throw error;
  }
}

async function explainOne(invocation: Invocation): Promise<number> {
  const { args } = invocation;
  const modes = ['batch', 'rule', 'config'].filter((option) => args.has(option));
  if (modes.length > 1) throw usage(`--${modes[0]} and --${modes[1]} contradict each other`);
  const batchFile = args.optionalOperand(0);
  if (batchFile !== undefined && !args.flag('batch')) {
    throw usage(`unexpected operand "${batchFile}"`, 'only --batch reads a FILE');
  }
  const questions = ['thing', 'operation', 'resource'].filter((option) => args.has(option));
  if (args.flag('batch')) {
    if (questions.length > 0) throw usage(`--${questions[0]} and --batch contradict each other`);
    const { explainBatch } = await import('./explain-batch.ts');
    return explainBatch(invocation, batchFile);
  }
  if (args.has('rule')) {
    const surplus = questions.find((option) => option !== 'thing');
    if (surplus !== undefined) throw usage(`--${surplus} and --rule contradict each other`);
    if (!args.has('thing')) throw usage('--thing T is missing: whom the rule is asked about');
    return explainRule(invocation, args.required('rule'), args.required('thing'));
  }
  for (const option of ['thing', 'operation', 'resource']) {
    if ((args.text(option) ?? '') === '')
      throw usage(`--${option} is missing`, 'explain needs --thing, --operation and --resource');
  }
  const question = {
    thingName: args.required('thing'),
    operation: args.required('operation'),
    resource: args.required('resource'),
  };
  await mustBeOneService(question);
  const file = args.text('config');
  const answer =
    file === undefined ? await askDaemon(invocation, question) : await askFile(invocation, question, file);
  await print(invocation, question, answer);
  return answer.allowed ? ALLOWED : DENIED;
}

interface Question {
  readonly thingName: string;
  readonly operation: string;
  readonly resource: string;
}

/** As AuthorizeClientDeviceAction does it; what is malformed is denied instead. */
async function mustBeOneService({ operation, resource }: Question): Promise<void> {
  const { isWellFormedOperation, isWellFormedResource } = await import('../../policy/well-formed.ts');
  if (!isWellFormedOperation(operation) || !isWellFormedResource(resource)) return;
  if (operation.split(':')[0] === resource.split(':')[0]) return;
  throw new CliFailure('operation and resource name different services', {
    reason: 'INVALID_ARGUMENTS',
    exitCode: EXIT.usage,
    fix: 'both begin with the same word, such as mqtt:publish and mqtt:topic:a/b',
  });
}

/** What both sources of an answer have in common. */
interface Answer {
  readonly allowed: boolean;
  readonly summary: string;
  readonly decidedBy: NonNullable<Explanation['decidedBy']> | null;
  readonly nearest: readonly NearMiss[];
}

async function askFile({ terminal }: Invocation, question: Question, file: string): Promise<Answer> {
  const [{ loadConfigurationFile }, { compileDeviceGroups }, { PolicyCompiler }] = await Promise.all([
    import('../../config/load.ts'),
    import('../../policy/device-groups.ts'),
    import('../policy.ts'),
  ]);
  await readFile(file).catch((error: unknown) => {
    throw fileFailure('read', file, error);
  });
  const { effective, errors } = loadConfigurationFile(file, { validateDeviceGroups: compileDeviceGroups });
  if (errors.length > 0) throw notUsable(file, errors);
  const policy = new PolicyCompiler().compile(effective.deviceGroups);
  if (!('explain' in policy)) throw notUsable(file, policy);
  const answer = policy.explain(question.thingName, question.operation, question.resource);
  if (policy.isEmpty) {
    await write(terminal.stderr, `note: ${file} has no device groups, so everything is denied\n`);
  }
  return { ...answer, decidedBy: answer.decidedBy ?? null };
}

function notUsable(
  file: string,
  problems: readonly { path: string; value: unknown; rule: string }[],
): CliFailure {
  return new CliFailure(`the configuration ${file} cannot be used`, {
    reason: 'CONFIGURATION_INVALID',
    exitCode: EXIT.usage,
    problems,
    fix: `\`deviceauthctl config check ${file}\` shows the effective values and the warnings too`,
  });
}

async function askDaemon(invocation: Invocation, question: Question): Promise<Answer> {
  const { AdminConnection } = await import('../admin-connection.ts');
  return AdminConnection.use(invocation, async (daemon) => {
    const answer = await daemon.call('Explain', question);
    // For a person the daemon's summary says it.
    if (invocation.json && !(await isRegistered(daemon, question.thingName))) {
      await write(
        invocation.terminal.stderr,
        `note: ${question.thingName} is not registered; this is what a thing of that name could do\n`,
      );
    }
    return answerOf(answer);
  });
}

async function isRegistered(daemon: AdminConnection, name: string): Promise<boolean> {
  return daemon.call('GetThing', { name }).then(
    () => true,
    (error: unknown) => !(error instanceof CliFailure && error.details.reason === 'NOT_FOUND'),
  );
}

function answerOf({ allowed, summary, decidedBy, nearest }: ExplainResponse__Output): Answer {
  return {
    allowed,
    summary,
    decidedBy:
      decidedBy === null
        ? null
        : {
            ...decidedBy,
            source: decidedBy.source as 'deviceGroups' | 'iotPolicy',
            effect: decidedBy.effect === 'ALLOW' ? 'ALLOW' : 'DENY',
          },
    nearest: nearest.map((miss) => ({ ...miss, kind: miss.kind as NearMiss['kind'] })),
  };
}

async function print(
  { terminal, json: asJson }: Invocation,
  question: Question,
  { allowed, summary, decidedBy, nearest }: Answer,
): Promise<void> {
  if (asJson) {
    const statement =
      decidedBy === null
        ? null
        : {
            source: decidedBy.source,
            group: decidedBy.group,
            policy: decidedBy.policy,
            statement: decidedBy.statement,
            effect: decidedBy.effect,
            resource: decidedBy.resource,
          };
    const misses = nearest.map(({ kind, group, policy, statement: name, detail }) => ({
      kind,
      group,
      policy,
      statement: name,
      detail,
    }));
    await write(terminal.stdout, json({ allowed, decidedBy: statement, nearest: misses }));
    return;
  }
  const rows: [string, string | string[]][] = [
    ['Thing', question.thingName],
    ['Operation', question.operation],
    ['Resource', question.resource],
  ];
  if (decidedBy !== null) {
    const { source, group, policy, statement, effect, resource } = decidedBy;
    const path = [...(group === '' ? [] : [`group ${group}`]), `policy ${policy}`, `statement ${statement}`];
    rows.push(['Decided by', [`${path.join(', ')} (${source})`, `${effect} ${resource}`]]);
  }
  const misses = nearest.filter(({ kind }) => kind !== 'request');
  if (misses.length > 0) {
    rows.push(['Nearest', misses.map((miss) => `${placeOf(miss)}${miss.detail}`)]);
  }
  const text = fields([['Answer', summary], ...rows], terminal.columns);
  await write(terminal.stdout, text);
}

function placeOf({ group, policy, statement }: NearMiss): string {
  const parts = [
    ...(group === '' ? [] : [`group ${group}`]),
    ...(policy === '' ? [] : [`policy ${policy}`]),
    ...(statement === '' ? [] : [`statement ${statement}`]),
  ];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}

async function explainRule(
  { terminal, json: asJson }: Invocation,
  rule: string,
  thing: string,
): Promise<number> {
  const { parseSelectionRule, SelectionRuleError } = await import('../../policy/selection-rule.ts');
  try {
    const matches = parseSelectionRule(rule).matches(thing);
    const text = `${thing} ${matches ? 'matches' : 'does not match'} ${rule}\n`;
    await write(terminal.stdout, asJson ? `${JSON.stringify({ matches })}\n` : text);
    return matches ? ALLOWED : DENIED;
  } catch (error) {
    if (!(error instanceof SelectionRuleError)) throw error;
    const { kind, line, column, message } = error;
    if (asJson) {
      await write(terminal.stdout, `${JSON.stringify({ error: { kind, line, column, message } })}\n`);
    } else {
      const source = rule.split('\n')[line - 1] ?? '';
      const caret = `${' '.repeat(Math.max(0, column - 1))}^`;
      await write(
        terminal.stderr,
        `the rule does not parse (${kind}): ${message}\n  ${source}\n  ${caret}\n`,
      );
    }
    return EXIT.usage;
  }
}
