import { describe, expect, it } from 'vitest';
import {
  RoleAliasCredentials,
  type TemporaryCredentials,
} from '../../../src/cloud/aws-iot/role-alias-credentials.ts';
import { CredentialsTrouble } from '../../../src/cloud/aws-iot/sdk-failure.ts';
import { answered, type Outcome, type TroubleKind, trouble } from '../../../src/cloud/outcome.ts';
import type {
  ServiceAnswer,
  ServiceConnection,
  ServiceRequest,
} from '../../../src/cloud/service-connection.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A credential provider that gives another key each time, unless the test says otherwise. */
class ScriptedProvider implements ServiceConnection {
  readonly clock = new ManualClock();
  readonly asked: ServiceRequest[] = [];
  /** Undefined: it gives credentials. `never`: it does not answer. */
  next: Outcome<ServiceAnswer> | 'never' | 'throws' | undefined;
  lifetimeMs = HOUR;
  readonly credentials = new RoleAliasCredentials({
    connection: this,
    roleAlias: 'GatewayAlias',
    thingName: 'MyCore',
    clock: this.clock,
    requestTimeoutMs: () => 10_000,
  });

  async send(request: ServiceRequest): Promise<Outcome<ServiceAnswer>> {
    this.asked.push(request);
    if (this.next === 'throws') throw new Error('sesame');
    if (this.next === 'never') {
      const { promise, resolve } = Promise.withResolvers<Outcome<ServiceAnswer>>();
      request.signal.addEventListener('abort', () => resolve(trouble('unreachable', 'no answer in time')));
      return await promise;
    }
    return this.next ?? json(200, this.issue());
  }

  issue(change: Readonly<Record<string, unknown>> = {}) {
    const expiration = new Date(this.clock.now() + this.lifetimeMs).toISOString();
    const accessKeyId = `ASIA${this.asked.length}`;
    return {
      credentials: { accessKeyId, secretAccessKey: 'secret', sessionToken: 'token', expiration, ...change },
    };
  }

  reload(): void {}
  close(): void {}
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return answered({ status, headers, body: JSON.stringify(body) });
}

const key = (outcome: Outcome<TemporaryCredentials>) =>
  outcome.kind === 'answered' ? outcome.value.accessKeyId : outcome.trouble;

describe("Credentials for the core's certificate", () => {
  it('are no longer asked for when the daemon stops, which waits for no answer', async () => {
    const provider = new ScriptedProvider();
    provider.next = 'never';
    const asked = provider.credentials.get();
    provider.credentials.stop();
    expect(key(await asked)).toBe('unreachable');
    expect(provider.clock.pending).toBe(0);
    expect(key(await provider.credentials.get())).toBe('unreachable');
    expect(provider.asked).toHaveLength(1);
  });

  it('are asked for by the role alias and in the name of the core', async () => {
    const provider = new ScriptedProvider();
    expect(await provider.credentials.provide()).toEqual({
      accessKeyId: 'ASIA1',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      expiration: new Date(provider.clock.now() + HOUR),
    });
    expect(provider.asked).toMatchObject([
      {
        method: 'GET',
        path: '/role-aliases/GatewayAlias/credentials',
        headers: { 'x-amzn-iot-thingname': 'MyCore' },
      },
    ]);
  });

  it('are asked for once, however many wait', async () => {
    const provider = new ScriptedProvider();
    const keys = await Promise.all(Array.from({ length: 20 }, () => provider.credentials.get()));
    expect(new Set(keys.map(key))).toEqual(new Set(['ASIA1']));
    expect(provider.asked.length).toBe(1);
  });

  it('are renewed ten minutes before their end, while nobody waits for the new ones', async () => {
    const provider = new ScriptedProvider();
    await provider.credentials.get();
    provider.clock.advance(50 * MINUTE - 1);
    await provider.credentials.get();
    expect(provider.asked.length).toBe(1);
    provider.clock.advance(1);
    expect(key(await provider.credentials.get())).toBe('ASIA1');
    await expect.poll(async () => key(await provider.credentials.get())).toBe('ASIA2');
    expect(provider.asked.length).toBe(2);
  });

  it('that do not last long are renewed at half of their time', async () => {
    const provider = new ScriptedProvider();
    provider.lifetimeMs = 15 * MINUTE;
    await provider.credentials.get();
    provider.clock.advance(7.5 * MINUTE - 1);
    await provider.credentials.get();
    expect(provider.asked.length).toBe(1);
    provider.clock.advance(1);
    await provider.credentials.get();
    expect(provider.asked.length).toBe(2);
  });

  it('are used until they end while the provider cannot be reached, which is tried now and then', async () => {
    const provider = new ScriptedProvider();
    await provider.credentials.get();
    provider.next = trouble('unreachable', 'no network');
    provider.clock.advance(51 * MINUTE);
    for (let times = 0; times < 10; times += 1) {
      expect(key(await provider.credentials.get())).toBe('ASIA1');
    }
    expect(provider.asked.length).toBe(2);
    provider.clock.advance(30_000);
    await provider.credentials.get();
    expect(provider.asked.length).toBe(3);
    provider.clock.advance(8 * MINUTE);
    expect(key(await provider.credentials.get())).toBe('unreachable');
    provider.next = undefined;
    expect(key(await provider.credentials.get())).toMatch(/^ASIA/);
  });

  it('are not used past their end, whatever the clock says later', async () => {
    const provider = new ScriptedProvider();
    await provider.credentials.get();
    provider.next = trouble('unreachable', 'no network');
    provider.clock.setWall(provider.clock.now() + 2 * HOUR);
    expect(key(await provider.credentials.get())).toBe('unreachable');
    provider.clock.setWall(provider.clock.now() - 2 * HOUR);
    expect(key(await provider.credentials.get())).toBe('unreachable');
  });

  it('are not asked for again for a while where it takes an operator', async () => {
    const provider = new ScriptedProvider();
    provider.next = json(403, { message: 'Access Denied' });
    expect(key(await provider.credentials.get())).toBe('misconfigured');
    expect(key(await provider.credentials.get())).toBe('misconfigured');
    expect(provider.asked.length).toBe(1);
    provider.next = undefined;
    provider.clock.advance(10_000);
    expect(key(await provider.credentials.get())).toBe('ASIA2');
  });

  it('are waited for as long as one request may take', async () => {
    const provider = new ScriptedProvider();
    provider.next = 'never';
    const asked = provider.credentials.get();
    provider.clock.advance(10_000);
    expect(await asked).toMatchObject({ trouble: 'unreachable' });
    expect(provider.clock.pending).toBe(0);
  });

  it('that AWS refused are not used again', async () => {
    const provider = new ScriptedProvider();
    expect(await provider.credentials.provide()).toMatchObject({ accessKeyId: 'ASIA1' });
    expect(await provider.credentials.provide({ forceRefresh: true })).toMatchObject({
      accessKeyId: 'ASIA2',
    });
    provider.next = trouble('unreachable', 'no network');
    await expect(provider.credentials.provide({ forceRefresh: true })).rejects.toThrow('no network');
    await expect(provider.credentials.provide()).rejects.toThrow('no network');
  });

  it('are copies: who writes into them changes nobody else’s', async () => {
    const provider = new ScriptedProvider();
    Object.assign(await provider.credentials.provide(), { secretAccessKey: 'other' });
    expect(await provider.credentials.provide()).toMatchObject({ secretAccessKey: 'secret' });
  });
});

describe('A credential provider', () => {
  const answers: readonly (readonly [string, Outcome<ServiceAnswer>, TroubleKind, RegExp])[] = [
    ['denies', json(403, { message: null }), 'misconfigured', /GatewayAlias.*iot:AssumeRoleWithCertificate/],
    ['knows no such alias', json(404, { message: 'no' }), 'misconfigured', /GatewayAlias/],
    ['is asked too often', json(429, {}, { 'retry-after': '9' }), 'throttled', /429/],
    ['fails', json(500, {}), 'server-error', /500/],
    ['is busy', json(503, {}, { 'retry-after': '2' }), 'server-error', /503/],
    ['does not understand', json(400, {}), 'unexpected', /400/],
    ['sends elsewhere', json(302, {}), 'unexpected', /302/],
    [
      'answers with a page of text',
      answered({ status: 200, headers: {}, body: '<html>' }),
      'unexpected',
      /read/,
    ],
    ['answers with nothing', json(200, {}), 'unexpected', /read/],
    ['cannot be reached', trouble('unreachable', 'refused'), 'unreachable', /refused/],
  ];

  it.each(answers)('that %s is told as that', async (_what, next, kind, message) => {
    const provider = new ScriptedProvider();
    provider.next = next;
    const given = provider.credentials.provide();
    await expect(given).rejects.toBeInstanceOf(CredentialsTrouble);
    await expect(given).rejects.toMatchObject({
      message: expect.stringMatching(message),
      trouble: { trouble: kind },
    });
  });

  it.each([
    ['no secret', { secretAccessKey: undefined }],
    ['an empty token', { sessionToken: '' }],
    ['a token with a line break', { sessionToken: 'a\r\nb' }],
    ['a key of a megabyte', { accessKeyId: 'A'.repeat(1_000_000) }],
    ['an end that is no time', { expiration: 'tomorrow' }],
    ['an end that is a number', { expiration: 1_900_000_000 }],
  ])('that gives credentials with %s gave none', async (_what, change) => {
    const provider = new ScriptedProvider();
    provider.next = json(200, provider.issue(change));
    expect(key(await provider.credentials.get())).toBe('unexpected');
  });

  it('that gives credentials which have ended shows that the clock is wrong', async () => {
    const provider = new ScriptedProvider();
    provider.next = json(200, provider.issue({ expiration: '2020-01-01T00:00:00Z' }));
    expect(await provider.credentials.get()).toMatchObject({
      trouble: 'misconfigured',
      message: expect.stringContaining('clock'),
    });
  });

  it('is not quoted, whatever goes wrong', async () => {
    const provider = new ScriptedProvider();
    provider.next = json(200, provider.issue({ sessionToken: 'sesame\n' }));
    expect(JSON.stringify(await provider.credentials.get())).not.toContain('sesame');
    const other = new ScriptedProvider();
    other.next = 'throws';
    expect(await other.credentials.get()).toMatchObject({ trouble: 'unexpected' });
    expect(JSON.stringify(await other.credentials.get())).not.toContain('sesame');
  });
});
