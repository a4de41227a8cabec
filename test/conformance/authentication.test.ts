/**
 * Every authentication case of the reference, through the real authenticator, trust store and clock:
 * on a scripted cloud, and over HTTPS with both real verifiers. Entries marked `divergence` are held to what we do instead.
 */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { IdentityVerdict } from '../../src/identity/authenticator.ts';
import { CertificateMaker, type TestCertificate } from '../support/certificates.ts';
import { IdentityRoom } from '../support/identity-room.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type CloudOfCases, HttpsCloud, ScriptedCloud } from './authentication-clouds.ts';

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly given: {
    readonly trustMinutes: number;
    readonly network: 'up' | 'down';
    readonly cloud: { readonly certActive: boolean; readonly thingAttached: boolean; readonly call?: string };
  };
  readonly steps: readonly string[];
  readonly expect: readonly (string | null)[];
  readonly divergence?: boolean;
  readonly recommendedExpect?: readonly (string | null)[];
}

const THING = 'Thing';
const NOW = Date.UTC(2026, 0, 1);
const NOT_BEFORE = Date.UTC(2025, 6, 1);
const NOT_AFTER = Date.UTC(2027, 6, 1);
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const file = JSON.parse(readFileSync(new URL('cda.json', import.meta.url), 'utf8')) as {
  readonly authentication: readonly Entry[];
};
const maker = new CertificateMaker();
const localCa = maker.ca('Greengrass Core CA');

/** Runs the steps of one entry. A step that only changes the world answers null. */
class World {
  readonly #clock: ManualClock;
  readonly #cloud: CloudOfCases;
  readonly #device = maker.make({ subject: THING, notBefore: NOT_BEFORE, notAfter: NOT_AFTER });
  readonly #internal = maker.make({ subject: 'component', issuer: localCa });
  readonly #trustMinutes: number;
  #room: IdentityRoom | undefined;

  private constructor(trustMinutes: number, cloud: CloudOfCases, clock: ManualClock) {
    this.#trustMinutes = trustMinutes;
    this.#cloud = cloud;
    this.#clock = clock;
  }

  static async open(given: Entry['given'], cloud: CloudOfCases, clock: ManualClock): Promise<World> {
    const world = new World(given.trustMinutes, cloud, clock);
    world.#setCloud('certActive', String(given.cloud.certActive));
    world.#setCloud('thingAttached', String(given.cloud.thingAttached));
    if (given.cloud.call !== undefined) world.#setCloud('call', given.cloud.call);
    await cloud.network(given.network);
    return world;
  }

  async step(text: string): Promise<string | null> {
    const [, verb = '', internal, argument = ''] = /^(\w+)(\(internal\))?(?::(.*))?$/.exec(text) ?? [];
    const certificate = internal === undefined ? this.#device : this.#internal;
    switch (verb) {
      case 'verify':
        return await this.#verify(certificate, argument);
      case 'getToken':
        return await this.#getToken(certificate, argument);
      case 'network':
        await this.#cloud.network(argument === 'up' ? 'up' : 'down');
        return null;
      case 'clock':
        this.#setClock(argument);
        return null;
      case 'cloud':
        this.#setCloud(...(argument.split('=') as [string, string]));
        return null;
      case 'corruptPem':
        return await this.#corruptPem();
      default:
        throw new Error(`unknown step ${text}`);
    }
  }

  async close(): Promise<void> {
    await this.#room?.stop();
  }

  /** The daemon starts at the first call, so that a clock set before it is the one it starts with. */
  async #opened(): Promise<IdentityRoom> {
    this.#room ??= await IdentityRoom.open({
      verifier: this.#cloud.verifier,
      clock: this.#clock,
      settings: { trustDurationMinutes: this.#trustMinutes, revalidateAfterSeconds: 0 },
    });
    return this.#room;
  }

  async #verify(certificate: TestCertificate, argument: string): Promise<string> {
    const pem = argument.startsWith('pem=') ? argument.slice('pem='.length) : certificate.pem;
    const verdict: IdentityVerdict = await (await this.#opened()).verify(pem);
    return verdict.kind === 'active' ? 'valid' : 'invalid';
  }

  async #getToken(certificate: TestCertificate, argument: string): Promise<string> {
    const clientId = argument.startsWith('clientId=') ? argument.slice('clientId='.length) : THING;
    const result = await (await this.#opened()).authenticate(clientId, certificate.pem);
    if (result.kind === 'authenticated') return 'token';
    return result.kind === 'rejected' ? 'InvalidCredentialError' : 'VERIFICATION_UNAVAILABLE';
  }

  /** The one kept for the refresh: no decision reads it. */
  async #corruptPem(): Promise<null> {
    const { persistence, trust } = await this.#opened();
    await trust.flush();
    expect(persistence.pems.has(this.#device.id)).toBe(true);
    persistence.pems.set(this.#device.id, 'corrupted');
    return null;
  }

  #setClock(argument: string): void {
    const [, from, sign, amount, unit] = /^(notAfter|notBefore)?([+-])(\d+)([smhd])$/.exec(argument) ?? [];
    if (sign === undefined || amount === undefined || unit === undefined)
      throw new Error(`clock:${argument}`);
    const change = (sign === '+' ? 1 : -1) * Number(amount) * (UNITS[unit] ?? Number.NaN);
    const base = from === 'notAfter' ? NOT_AFTER : from === 'notBefore' ? NOT_BEFORE : this.#clock.now();
    const ahead = base + change - this.#clock.now();
    if (ahead >= 0) this.#clock.advance(ahead);
    else this.#clock.setWall(base + change);
  }

  #setCloud(key: string, value: string): void {
    if (key === 'certActive') {
      this.#cloud.certificate(this.#device.id, value === 'true');
    } else if (key === 'thingAttached') {
      this.#cloud.attachment(this.#device.id, THING, value === 'true');
    } else if (key === 'call' && (value === 'ok' || value === 'error')) {
      this.#cloud.calls(value);
    } else {
      throw new Error(`cloud:${key}=${value}`);
    }
  }
}

const CLOUDS = [
  ['a scripted cloud', async (clock: ManualClock) => new ScriptedCloud(clock)],
  ['Greengrass over HTTPS', (clock: ManualClock) => HttpsCloud.greengrass(clock)],
  ['AWS IoT over HTTPS', (clock: ManualClock) => HttpsCloud.awsIot(clock)],
] as const;

describe.each(CLOUDS)('authentication, as the reference does it, on %s', (_name, start) => {
  let cloud: CloudOfCases;
  afterEach(() => cloud.close());

  it.each(file.authentication.map((entry) => [entry.id, entry.name, entry] as const))(
    '%s: %s',
    async (...row) => {
      const entry = row[2];
      if (entry.divergence === true) expect(entry.recommendedExpect).toBeDefined();
      const expected = (entry.divergence === true ? entry.recommendedExpect : undefined) ?? entry.expect;
      expect(expected).toHaveLength(entry.steps.length);
      const clock = new ManualClock(NOW);
      cloud = await start(clock);
      const world = await World.open(entry.given, cloud, clock);
      for (const [index, step] of entry.steps.entries()) {
        const answer = await world.step(step);
        const want = expected[index];
        // No verdict could be had, and no trust record stands: the case file leaves the choice.
        const same =
          want === 'InvalidCredentialError' && answer === 'VERIFICATION_UNAVAILABLE' ? want : answer;
        expect(same, `step ${index + 1}: ${step}`).toBe(want);
      }
      await world.close();
    },
  );

  it('really asks', async () => {
    const clock = new ManualClock(NOW);
    cloud = await start(clock);
    const cases = { certActive: true, thingAttached: true };
    const world = await World.open({ trustMinutes: 1, network: 'up', cloud: cases }, cloud, clock);
    await world.step('verify');
    expect(cloud.asked()).toBe(1);
    await world.close();
  });
});
