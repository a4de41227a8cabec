import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceauthctl, outcomeOf, start } from './launcher.ts';

interface AuthorizationCase {
  readonly id: string;
  readonly policyDocs: unknown;
  readonly session: { readonly type: string; readonly thingName?: string };
  readonly operation: string;
  readonly resource: string;
  readonly allowed?: boolean;
  readonly error?: string;
}

interface RuleCase {
  readonly id: string;
  readonly rule: string;
  readonly thingName?: string;
  readonly matches?: boolean;
  readonly parseError?: boolean;
  readonly errorKind?: string;
}

const cases = JSON.parse(readFileSync(new URL('../conformance/cda.json', import.meta.url), 'utf8')) as {
  readonly authorization: readonly AuthorizationCase[];
  readonly selectionRules: readonly RuleCase[];
};

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'explain-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function linesOf(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function batch(lines: readonly unknown[]): Promise<Record<string, unknown>[]> {
  const stdin = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  const { code, stdout, stderr } = await deviceauthctl(['explain', '--batch'], { stdin });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return linesOf(stdout);
}

const ALLOW_A = {
  definitions: { g: { selectionRule: 'thingName: a*', policyName: 'p' } },
  policies: { p: { s: { operations: ['mqtt:publish'], resources: ['mqtt:topic:x'] } } },
};
const QUESTION = {
  deviceGroups: ALLOW_A,
  thingName: 'a',
  operation: 'mqtt:publish',
  resource: 'mqtt:topic:x',
};

describe('explain --batch', () => {
  it('answers the conformance cases of things as the reference does', async () => {
    const asked = cases.authorization.filter(({ session }) => session.type === 'thing');
    expect(asked.length).toBeGreaterThan(50);
    const answers = await batch(
      asked.map(({ id, policyDocs, session, operation, resource }) => ({
        id,
        deviceGroups: policyDocs,
        thingName: session.thingName,
        operation,
        resource,
      })),
    );
    const expected = asked.map(({ id, allowed, error }) =>
      error === undefined
        ? { id, allowed }
        : { id, error: { reason: 'INVALID_ARGUMENTS', message: expect.any(String) } },
    );
    expect(answers).toEqual(expected);
  });

  it('answers each malformed rule of the conformance cases with an error on its line', async () => {
    const asked = cases.selectionRules.filter(({ parseError }) => parseError);
    const answers = await batch(
      asked.map(({ id, rule }) => ({
        ...QUESTION,
        id,
        deviceGroups: { ...ALLOW_A, definitions: { g: { selectionRule: rule, policyName: 'p' } } },
      })),
    );
    expect(answers.length).toBe(asked.length);
    for (const [index, answer] of answers.entries()) {
      expect(answer).toMatchObject({ id: asked[index]?.id, error: { reason: 'POLICY_INVALID' } });
      expect(JSON.stringify(answer)).toContain('deviceGroups.definitions.g.selectionRule');
    }
  });

  it('answers a line that is no question with an error and goes on', async () => {
    const answers = await batch([
      { ...QUESTION, id: 1 },
      '{"id": 2,',
      '[]',
      'null',
      '',
      { ...QUESTION, id: 3, deviceGroups: undefined },
      { ...QUESTION, id: 4, thingName: 7 },
      { ...QUESTION, id: 5, operation: undefined },
      { ...QUESTION, id: 6, deviceGroups: { formatVersion: '2099-01-01' } },
      { ...QUESTION, id: 7, resource: 'other:topic:x' },
      { ...QUESTION, id: 8, resource: '' },
      { ...QUESTION, id: 9, operation: 'nonsense' },
      { ...QUESTION, id: 10, thingName: 'b' },
      { ...QUESTION },
    ]);
    const reasons = answers.map(({ id, allowed, error }) => [
      id,
      allowed ?? (error as { reason: string }).reason,
    ]);
    expect(reasons).toEqual([
      [1, true],
      [null, 'INVALID_ARGUMENTS'],
      [null, 'INVALID_ARGUMENTS'],
      [null, 'INVALID_ARGUMENTS'],
      [3, 'INVALID_ARGUMENTS'],
      [4, 'INVALID_ARGUMENTS'],
      [5, 'INVALID_ARGUMENTS'],
      [6, 'POLICY_INVALID'],
      [7, 'INVALID_ARGUMENTS'],
      [8, false],
      [9, false],
      [10, false],
      [null, true],
    ]);
    expect(JSON.stringify(answers[1])).toContain('line 2');
  });

  it('echoes any id as it came, a number longer than a double too', async () => {
    const rest = JSON.stringify(QUESTION).slice(1);
    const stdin = `{"id":12345678901234567890,${rest}\n{"id":{"a":[1,"é"]},${rest}\n{"id":"x\\u2028",${rest}`;
    const { stdout } = await deviceauthctl(['explain', '--batch'], { stdin });
    expect(stdout).toBe(
      '{"id":12345678901234567890,"allowed":true}\n{"id":{"a":[1,"é"]},"allowed":true}\n{"id":"x\u2028","allowed":true}\n',
    );
  });

  it('survives bytes that are not UTF-8 and documents nested without end', async () => {
    const deep = `{"id":2,"deviceGroups":${'['.repeat(100_000)}${']'.repeat(100_000)},"thingName":"a","operation":"a:b","resource":"a:b:c"}\n`;
    const stdin = Buffer.concat([
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from(deep),
      Buffer.from(JSON.stringify({ ...QUESTION, id: 3 })),
    ]);
    const { code, stdout } = await deviceauthctl(['explain', '--batch'], { stdin });
    expect(code).toBe(0);
    expect(linesOf(stdout)).toMatchObject([
      { id: null, error: { reason: 'INVALID_ARGUMENTS' } },
      { id: 2, error: { reason: 'INVALID_ARGUMENTS' } },
      { id: 3, allowed: true },
    ]);
  });

  it('reads a file as well, and ends with 2 when there is none', async () => {
    const lines = file('batch.jsonl', `${JSON.stringify({ ...QUESTION, id: 1 })}\n`);
    expect(await deviceauthctl(['explain', '--batch', lines])).toMatchObject({
      code: 0,
      stdout: '{"id":1,"allowed":true}\n',
    });
    expect(await deviceauthctl(['explain', '--batch', join(directory, 'none')])).toMatchObject({ code: 2 });
  });

  it('answers each line when it comes, before the input ends', async () => {
    const child = start('deviceauthctl', ['explain', '--batch']);
    const first = new Promise<string>((resolve) => {
      child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    });
    child.stdin?.write(`${JSON.stringify({ ...QUESTION, id: 1 })}\n`);
    expect(await first).toBe('{"id":1,"allowed":true}\n');
    expect(await outcomeOf(child)).toMatchObject({ code: 0 });
  });

  it('answers ten thousand lines, and does not mind a reader that leaves', async () => {
    const stdin = Array.from({ length: 10_000 }, (_, id) => `${JSON.stringify({ ...QUESTION, id })}\n`).join(
      '',
    );
    const { stdout } = await deviceauthctl(['explain', '--batch'], { stdin });
    expect(linesOf(stdout).map(({ id }) => id)).toEqual(Array.from({ length: 10_000 }, (_, id) => id));
    const child = start('deviceauthctl', ['explain', '--batch']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await outcomeOf(child, stdin)).toMatchObject({ code: 0, stderr: '' });
  });

  it('does not load gRPC', async () => {
    const spy = file(
      'spy.cjs',
      `process.on('exit', () => {
        const loaded = Object.keys(require.cache).filter((name) => /grpc-js|pino/.test(name));
        process.stderr.write('loaded ' + loaded.length + '\\n');
      });`,
    );
    const env = { NODE_OPTIONS: `--require=${spy}` };
    const { stderr } = await deviceauthctl(['explain', '--batch'], { stdin: JSON.stringify(QUESTION), env });
    expect(stderr).toBe('loaded 0\n');
    // The spy sees gRPC where it is loaded.
    const socket = process.platform === 'linux' ? join(directory, 'none.sock') : '';
    const loading = await deviceauthctl(['status', '--socket', socket], { env });
    expect(loading.stderr).toMatch(/loaded [1-9]/);
  });
});

describe('explain --rule', () => {
  const rules = cases.selectionRules;

  it('answers every rule of the conformance cases', async () => {
    // Two at a time: each is a process.
    const queue = [...rules];
    const ask = async (): Promise<void> => {
      for (let rule = queue.shift(); rule !== undefined; rule = queue.shift()) {
        const thing = rule.thingName ?? 'anything';
        const { code, stdout } = await deviceauthctl([
          'explain',
          '--rule',
          rule.rule,
          '--thing',
          thing,
          '--json',
        ]);
        const answer = JSON.parse(stdout) as Record<string, unknown>;
        if (rule.parseError) {
          expect(code, rule.id).toBe(2);
          expect(answer, rule.id).toEqual({
            error: {
              kind: rule.errorKind,
              line: expect.any(Number),
              column: expect.any(Number),
              message: expect.any(String),
            },
          });
        } else {
          const matches = rule.matches ?? answer['matches'];
          expect(answer, rule.id).toEqual({ matches });
          expect(code, rule.id).toBe(matches === true ? 0 : 1);
        }
      }
    };
    await Promise.all([ask(), ask()]);
  }, 60_000);

  it('points at the place of a mistake', async () => {
    const { code, stdout, stderr } = await deviceauthctl([
      'explain',
      '--rule',
      'thingName: a.b',
      '--thing',
      'a',
    ]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('  thingName: a.b\n              ^\n');
  });
});

describe('explain --config', () => {
  const configuration = `
deviceGroups:
  definitions:
    sensors: { selectionRule: "thingName: sensor*", policyName: own }
    admins: { selectionRule: "thingName: admin", policyName: all }
  policies:
    own:
      publish: { operations: ["mqtt:publish"], resources: ["mqtt:topic:data/\${iot:Connection.Thing.ThingName}/*"] }
    all:
      everything: { operations: ["*"], resources: ["*"] }
`;
  const ask = (thing: string, operation: string, resource: string, ...more: string[]) =>
    deviceauthctl([
      'explain',
      '--config',
      file('good.yaml', configuration),
      ...['--thing', thing, '--operation', operation, '--resource', resource],
      ...more,
    ]);

  it('names the statement that allows', async () => {
    const { code, stdout } = await ask('sensor1', 'mqtt:publish', 'mqtt:topic:data/sensor1/t', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      allowed: true,
      decidedBy: {
        source: 'deviceGroups',
        group: 'sensors',
        policy: 'own',
        statement: 'publish',
        effect: 'ALLOW',
        resource: 'mqtt:topic:data/${iot:Connection.Thing.ThingName}/*',
      },
      nearest: [],
    });
  });

  it('names for a denial the groups that do not match and the statements whose resource does not', async () => {
    const { code, stdout } = await ask('sensor1', 'mqtt:publish', 'mqtt:topic:data/sensor2/t', '--json');
    expect(code).toBe(1);
    const answer = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(answer)).toEqual(['allowed', 'decidedBy', 'nearest']);
    expect(answer).toMatchObject({ allowed: false, decidedBy: null });
    expect(answer['nearest']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'group', group: 'admins' }),
        expect.objectContaining({ kind: 'resource', group: 'sensors', statement: 'publish' }),
      ]),
    );
  });

  it('says the same to a person', async () => {
    const { code, stdout } = await ask('sensor1', 'mqtt:subscribe', 'mqtt:topicfilter:#');
    expect(code).toBe(1);
    expect(stdout).toContain('Denied');
    expect(stdout).toContain('admins');
  });

  it('denies a malformed request, and refuses one of two services', async () => {
    expect(await ask('sensor1', 'publish', 'mqtt:topic:x')).toMatchObject({ code: 1 });
    expect(await ask('sensor1', 'mqtt:publish', 'mqtt:topic:a\nb')).toMatchObject({ code: 1 });
    expect(await ask('sensor1', 'mqtt:publish', 'other:topic:x')).toMatchObject({ code: 2, stdout: '' });
  });

  it('ends with 2 and every problem when the file cannot be used', async () => {
    const bad = file(
      'bad.yaml',
      configuration.replace('policyName: own', 'policyName: owm').replace('sensor*', 'a.b'),
    );
    const question = ['--thing', 'a', '--operation', 'mqtt:publish', '--resource', 'mqtt:topic:x'];
    const { code, stdout, stderr } = await deviceauthctl(['explain', '--config', bad, ...question, '--json']);
    expect(code).toBe(2);
    for (const path of ['selectionRule', 'policyName']) {
      expect(stderr).toContain(`deviceGroups.definitions.sensors.${path}`);
      expect(stdout).toContain(`deviceGroups.definitions.sensors.${path}`);
    }
    expect(JSON.parse(stdout)).toMatchObject({ error: { reason: 'CONFIGURATION_INVALID' } });
    const none = await deviceauthctl(['explain', '--config', join(directory, 'none.yaml'), ...question]);
    expect(none).toMatchObject({ code: 2 });
  });
});

describe('config check', () => {
  it('prints effective values, warnings and errors as JSON', async () => {
    const path = file('clamped.yaml', 'performance: { maxActiveAuthTokens: 0 }\nperfomance: {}\n');
    const { code, stdout } = await deviceauthctl(['config', 'check', path, '--json']);
    expect(code).toBe(0);
    const answer = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(answer)).toEqual(['effective', 'warnings', 'errors']);
    expect(answer).toMatchObject({
      effective: { performance: { maxActiveAuthTokens: 1 } },
      warnings: expect.arrayContaining([
        { path: 'performance.maxActiveAuthTokens', value: 0, rule: expect.any(String) },
        { path: 'perfomance', value: {}, rule: expect.stringContaining('performance') },
      ]),
      errors: [],
    });
  });

  it('ends with 2 when there are errors: the file, the policy, the values', async () => {
    expect(await deviceauthctl(['config', 'check', join(directory, 'none.yaml')])).toMatchObject({ code: 2 });
    const policy = file(
      'policy.yaml',
      'deviceGroups: { definitions: { g: { selectionRule: "x", policyName: p } } }\n',
    );
    const { code, stdout } = await deviceauthctl(['config', 'check', policy, '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      errors: expect.arrayContaining([
        { path: 'deviceGroups.definitions.g.selectionRule', value: 'x', rule: expect.any(String) },
      ]),
    });
    const text = await deviceauthctl(['config', 'check', policy]);
    expect(text.code).toBe(2);
    expect(text.stdout).toContain('error: deviceGroups.definitions.g.selectionRule');
  });
});
