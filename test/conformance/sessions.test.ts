/**
 * Every `sessions` entry of the reference, and those of `authorization` that are about sessions, through the identity,
 * policy and session rooms; only the cloud is scripted. Entries marked `divergence` are held to what we do instead.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadContract } from '../../src/contract/index.ts';
import { mqttCredential } from '../../src/endpoints/grpc/arguments.ts';
import { DaemonError } from '../../src/errors.ts';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';
import { PolicyEngine } from '../../src/policy/policy-engine.ts';
import { SessionService } from '../../src/sessions/session-service.ts';
import { CertificateMaker, type TestCertificate } from '../support/certificates.ts';
import { IdentityRoom } from '../support/identity-room.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ScriptedVerifier } from '../support/scripted-verifier.ts';

type Step = readonly [string, ...(string | number)[]];

interface SessionEntry {
  readonly id: string;
  readonly name: string;
  readonly capacity?: number;
  readonly steps?: readonly Step[];
  readonly expect: Readonly<Record<string, unknown>>;
  readonly divergence?: boolean;
  readonly why?: string;
}

interface AuthorizationEntry {
  readonly id: string;
  readonly policyDocs: object;
  readonly session: { readonly type: string; readonly token?: string };
  readonly operation: string;
  readonly resource: string;
  readonly error?: string;
  readonly divergence?: boolean;
  readonly recommended?: string;
}

const file = JSON.parse(readFileSync(new URL('cda.json', import.meta.url), 'utf8')) as {
  readonly sessions: readonly SessionEntry[];
  readonly authorization: readonly AuthorizationEntry[];
};

const LISTENER = 'mosquitto';
const UNKNOWN_TOKEN = '7d9f4e0c-5c1a-4d3e-9a51-3f2b8c6d7e10';
const ERRORS: Readonly<Record<string, string>> = {
  InvalidCredentialError: 'INVALID_CREDENTIAL',
  InvalidClientDeviceAuthTokenError: 'INVALID_CLIENT_DEVICE_AUTH_TOKEN',
};

const codec = loadContract().grantSet;
const maker = new CertificateMaker();
const localCa = maker.ca('local ca');
const certificates = new Map<string, TestCertificate>();

function certificateOf(clientId: string): TestCertificate {
  const certificate = certificates.get(clientId) ?? maker.make({ subject: clientId });
  certificates.set(clientId, certificate);
  return certificate;
}

/** The rooms of one daemon's life, and what the steps of an entry do to them. */
class Daemon {
  readonly settings;
  readonly #service: SessionService;
  readonly #verifier: ScriptedVerifier;
  readonly tokens = new Map<string, string>();

  private constructor(
    identity: IdentityRoom,
    verifier: ScriptedVerifier,
    capacity: number,
    policyDocs: object,
  ) {
    const { clock } = identity;
    const policy = new PolicyEngine({ codec, clock });
    policy.apply(compileDeviceGroups(policyDocs));
    this.#verifier = verifier;
    this.settings = {
      maxActiveAuthTokens: capacity,
      minimumHeldSeconds: 60,
      maxPerClientId: 4,
      outageGraceSeconds: 300,
      liveRevalidationSeconds: 3_600,
    };
    this.#service = new SessionService({
      clock,
      trusted: identity.trustedClock,
      authenticator: identity.authenticator,
      things: { thing: async () => undefined },
      policy,
      settings: () => this.settings,
      liveRechecks: true,
    });
  }

  static async start(capacity = 2_500, policyDocs: object = {}): Promise<Daemon> {
    const clock = new ManualClock();
    const verifier = new ScriptedVerifier({ clock });
    return new Daemon(await IdentityRoom.open({ verifier, clock }), verifier, capacity, policyDocs);
  }

  get size(): number {
    return this.#service.stats().active;
  }

  /** What went wrong, as the reason of an error. */
  async do([verb, ...args]: Step): Promise<string | undefined> {
    const [first = '', second = ''] = args.map(String);
    const several = /^create x(\d+)$/.exec(verb);
    if (several !== null) {
      for (let count = 1; count <= Number(several[1]); count += 1)
        await this.#create(`c${count}`, `t${count}`);
    } else if (verb === 'create' && first.startsWith('credentialType=')) {
      return reasonOf(() => mqttCredential({ mqttCredential: null }));
    } else if (verb === 'create') {
      return await this.#create(first, second);
    } else if (verb === 'find' || verb === 'authorize') {
      return this.authorize(first);
    } else if (verb === 'close') {
      this.#service.close(LISTENER, this.tokens.get(first) ?? first);
    } else if (verb === 'setCapacity') {
      this.settings.maxActiveAuthTokens = Number(first);
      this.#service.settingsChanged();
    } else throw new Error(`a step that this test does not know: ${verb}`);
    return undefined;
  }

  authorize(token: string, operation = 'mqtt:publish', resource = 'mqtt:topic:hello'): string | undefined {
    const result = this.#service.authorize(LISTENER, this.tokens.get(token) ?? token, operation, resource);
    return result.kind === 'invalid-token' ? 'INVALID_CLIENT_DEVICE_AUTH_TOKEN' : undefined;
  }

  async open(clientId: string, certificatePem: string): Promise<string | undefined> {
    const result = await this.#service.open(
      { clientId, certificatePem, broker: { listener: LISTENER, instanceId: '' }, correlationId: '' },
      new AbortController().signal,
    );
    if (result.kind === 'refused') return result.error.reason;
    this.tokens.set(clientId, result.session.token);
    return undefined;
  }

  async #create(clientId: string, name: string): Promise<string | undefined> {
    const certificate = certificateOf(clientId);
    if (clientId !== 'bad') {
      this.#verifier.setCertificate(certificate.id, 'active');
      this.#verifier.attach(certificate.id, clientId);
    }
    const error = await this.open(clientId, certificate.pem);
    const token = this.tokens.get(clientId);
    if (token !== undefined) this.tokens.set(name, token);
    return error;
  }
}

function reasonOf(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof DaemonError) return error.reason;
    throw error;
  }
}

async function check(entry: SessionEntry): Promise<void> {
  const daemon = await Daemon.start(entry.capacity);
  let error: string | undefined;
  for (const step of entry.steps ?? []) error = (await daemon.do(step)) ?? error;
  for (const [key, value] of Object.entries(entry.expect)) {
    const found = /^find\((\w+)\)$/.exec(key);
    if (key === 'alive') {
      for (const name of value as string[]) expect(daemon.authorize(name), name).toBeUndefined();
      expect(daemon.size).toBe((value as string[]).length);
    } else if (key === 'evicted') {
      for (const name of value as string[])
        expect(daemon.authorize(name), name).toBe('INVALID_CLIENT_DEVICE_AUTH_TOKEN');
    } else if (key === 'error') {
      const ours = entry.divergence === true ? entry.why : ERRORS[String(value)];
      expect(error).toBe(
        value === null ? undefined : (ours ?? 'an error of the reference that has no name here'),
      );
    } else if (key === 'recommendedSize') {
      expect(daemon.size).toBe(value);
    } else if (key === 'referenceSize') {
      expect(entry.divergence).toBe(true);
    } else if (key === 'pattern') {
      await daemon.do(['create', 'c1', 't1']);
      expect(daemon.tokens.get('t1')).toMatch(new RegExp(String(value)));
    } else if (found?.[1] === 'oldToken' && value === null) {
      await daemon.do(['create', 'c1', 't1']);
      const oldToken = daemon.tokens.get('t1') ?? '';
      expect(daemon.authorize(oldToken)).toBeUndefined();
      const restarted = await Daemon.start(entry.capacity);
      expect(restarted.authorize(oldToken)).toBe('INVALID_CLIENT_DEVICE_AUTH_TOKEN');
    } else if (found?.[1] !== undefined) {
      expect(daemon.authorize(found[1])).toBe(
        value === null ? 'INVALID_CLIENT_DEVICE_AUTH_TOKEN' : undefined,
      );
    } else throw new Error(`an expectation that this test does not know: ${key}`);
  }
}

describe('sessions as the reference has them', () => {
  for (const entry of file.sessions) {
    it(`${entry.id} ${entry.name}`, () => check(entry));
  }
});

describe('authorization without a session', () => {
  const entries = file.authorization.filter(({ session }) => session.type !== 'thing');

  for (const entry of entries) {
    it(`${entry.id}: ${entry.session.type}`, async () => {
      const daemon = await Daemon.start(undefined, entry.policyDocs);
      const { operation, resource, session } = entry;
      if (session.type === 'component') {
        // No such session exists: a certificate of the local CA that is no device's gets none.
        expect(entry.divergence).toBe(true);
        const component = maker.make({ subject: 'component', issuer: localCa });
        expect(await daemon.open('component', component.pem)).toBe('INVALID_CREDENTIAL');
        expect(daemon.size).toBe(0);
        expect(daemon.authorize('component', operation, resource)).toBe('INVALID_CLIENT_DEVICE_AUTH_TOKEN');
        return;
      }
      const token = session.type === 'literalToken' ? session.token : UNKNOWN_TOKEN;
      expect(token).toBeDefined();
      await daemon.do(['create', 'c1', 't1']);
      expect(daemon.authorize(token ?? '', operation, resource)).toBe(ERRORS[entry.error ?? '']);
    });
  }

  it('is all that those entries are about', () => {
    expect(new Set(entries.map(({ session }) => session.type))).toEqual(
      new Set(['component', 'unknownToken', 'literalToken']),
    );
  });
});
