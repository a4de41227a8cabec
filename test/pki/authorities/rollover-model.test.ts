/**
 * Whatever happens in whatever order (time, rotations, changes of the configuration, restarts, power failures), what brokers are
 * given fits together, and a device that has heard of the CAs lately enough can verify its broker.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ServerCa } from '../../../src/pki/authorities/server-ca.ts';
import type { CertificateUpdate } from '../../../src/pki/certificates-api.ts';
import type { ServerCertificateRoom } from '../../../src/pki/server-certificates/server-certificate-room.ts';
import type { KeyType } from '../../../src/pki/x509/certificate-issuer.ts';
import { openCertificateRooms } from '../../support/certificate-rooms.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { soakRuns } from '../../support/runs.ts';
import { FailingFiles } from '../failing-files.ts';

const DAY = 86_400_000;
const LOOK = 30_000;
const OVERLAP_DAYS = 5;

type Step =
  | { readonly kind: 'time'; readonly days: number }
  | { readonly kind: 'rotate'; readonly step: 'announce' | 'cancel' | 'now' }
  | { readonly kind: 'renew' }
  | { readonly kind: 'ca type'; readonly keyType: KeyType }
  | { readonly kind: 'restart' }
  | { readonly kind: 'power failure'; readonly after: number; readonly tears: boolean };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('time' as const), days: fc.integer({ min: 0, max: 12 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('rotate' as const),
      step: fc.constantFrom('announce' as const, 'cancel' as const, 'now' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'renew' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('ca type' as const),
      // RSA keys take long to make; two kinds of EC CA do not exist, so it is rare.
      keyType: fc.oneof(
        { weight: 9, arbitrary: fc.constant('EC_P256' as const) },
        { weight: 1, arbitrary: fc.constant('RSA_2048' as const) },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('power failure' as const),
      after: fc.integer({ min: 0, max: 30 }),
      tears: fc.boolean(),
    }),
  },
);

class World {
  readonly #directory = mkdtempSync(join(tmpdir(), 'deviceauthd-model-'));
  readonly #clock = new ManualClock();
  #keyType: KeyType = 'EC_P256';
  #files = new FailingFiles();
  #ca!: ServerCa;
  #room!: ServerCertificateRoom;
  readonly #given: CertificateUpdate[] = [];
  /** Told of the CAs at those times: what a device knows that asked then. */
  #heard: { at: number; anchors: readonly string[] }[] = [];
  /** The operator said "now": who had heard nothing of it is out, and was told so. */
  #forcedAt = Number.NEGATIVE_INFINITY;

  async start(): Promise<void> {
    const opened = await openCertificateRooms({
      stateDirectory: this.#directory,
      clock: this.#clock,
      files: this.#files,
      caSettings: () => ({ keyType: this.#keyType, custom: undefined, overlapDays: OVERLAP_DAYS }),
    });
    this.#ca = opened.ca;
    this.#room = opened.room;
    this.#room.subscribe({ owner: 'broker', name: 'mosquitto', keyType: undefined }, (update) =>
      this.#hear(update),
    );
  }

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'time': {
        for (let day = 0; day < step.days; day += 1) await this.#pass(DAY);
        return;
      }
      case 'rotate': {
        if (step.step === 'now') this.#forcedAt = this.#clock.now();
        await this.#ca.rotate(step.step).catch(expected('ALREADY_EXISTS', 'NOT_FOUND'));
        return this.#pass(LOOK);
      }
      case 'renew': {
        await this.#room.rotate(undefined);
        return;
      }
      case 'ca type': {
        this.#keyType = step.keyType;
        this.#room.settingsChanged();
        return this.#pass(LOOK);
      }
      case 'restart': {
        await this.#restart(new FailingFiles());
        return;
      }
      case 'power failure': {
        await this.#restart(new FailingFiles(step.after, step.tears));
        await this.#ca.rotate('announce').catch(() => undefined);
        await this.#room.rotate(undefined).catch(() => undefined);
        await this.#restart(new FailingFiles());
        return;
      }
    }
  }

  check(): void {
    const now = this.#clock.now();
    expect(this.#ca.state().problem).toBeUndefined();
    const update = this.#given.at(-1);
    if (update === undefined) throw new Error('the broker was given nothing');
    const leaf = new X509Certificate(update.certificatePem);
    const [issuing = '', ...others] = update.caPems;
    const issuer = new X509Certificate(issuing);
    expect(leaf.checkPrivateKey(createPrivateKey(update.privateKeyPem))).toBe(true);
    expect(leaf.verify(issuer.publicKey) && leaf.checkIssued(issuer)).toBe(true);
    expect(update.notAfter).toBeGreaterThan(now);
    expect(leaf.validFromDate.getTime()).toBeLessThanOrEqual(now);
    expect(issuer.validToDate.getTime()).toBeGreaterThanOrEqual(update.notAfter);
    expect(new Set([issuing, ...others])).toEqual(new Set(this.#ca.anchors()));
    // What was given once and has not ended can still be verified by whoever asks now.
    for (const given of this.#given)
      if (given.notAfter > now) expect(update.caPems).toContain(given.caPems[0]);
    // Who asked within the overlap, and not before the operator's "now", can verify what the broker shows now.
    const oldest = now - OVERLAP_DAYS * DAY + 3 * LOOK;
    for (const { at, anchors } of this.#heard)
      if (at > oldest && at > this.#forcedAt) expect(anchors).toContain(issuing);
  }

  async end(): Promise<void> {
    await this.#room.stop();
    rmSync(this.#directory, { recursive: true });
  }

  #hear(update: CertificateUpdate): void {
    this.#given.push(update);
  }

  async #restart(files: FailingFiles): Promise<void> {
    await this.#room.stop();
    this.#files = files;
    const { length } = this.#given;
    await this.start();
    // A disk that fails may keep the broker from its certificate; the next start mends it.
    if (files.done.length === 0 && this.#ca.state().problem === undefined)
      await when(() => this.#given.length > length);
    await this.#pass(LOOK);
  }

  async #pass(milliseconds: number): Promise<void> {
    this.#clock.setWall(this.#clock.now() + milliseconds - LOOK);
    this.#clock.advance(LOOK);
    await when(() => this.#clock.pending > 0);
    // A device asks for discovery, or is given ca.pem.
    this.#heard.push({ at: this.#clock.now(), anchors: this.#ca.anchors() });
  }
}

/** Nothing here waits for time; a run has hundreds of such moments. The test's own timeout ends one that never comes. */
async function when(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

function expected(...reasons: readonly string[]): (error: { readonly reason?: string }) => void {
  return (error) => {
    if (error.reason === undefined || !reasons.includes(error.reason)) throw error;
  };
}

it('devices can verify their broker through any history of its CA', {
  timeout: 1_200_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 25 }), async (history) => {
      const world = new World();
      try {
        await world.start();
        await world.do({ kind: 'time', days: 1 });
        for (const step of history) {
          await world.do(step);
          world.check();
        }
      } finally {
        await world.end();
      }
    }),
    soakRuns(300),
  );
});
