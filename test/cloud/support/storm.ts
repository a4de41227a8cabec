/**
 * A storm: a daemon's rooms, its broker and devices, a cloud and a clock, to which things are done one after another while what
 * was begun goes on; the model judges every answer as it comes.
 */
import { expect } from 'vitest';
import { CertificateParser } from '../../../src/identity/certificate.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryTrustPersistence } from '../../support/memory-trust-persistence.ts';
import { StormCloud, StormVerifier, type Weather } from './storm-cloud.ts';
import { StormDaemon, type StormSettings } from './storm-daemon.ts';
import {
  type Answer,
  attachmentOf,
  type Calm,
  type Connect,
  questionsOf,
  StormModel,
} from './storm-model.ts';
import { TrustTimeline } from './trust-timeline.ts';

export type Step =
  /** `as`: whose thing's name is the client id; beyond the devices: nobody's. */
  | { readonly kind: 'connect'; readonly device: number; readonly as: number; readonly patienceMs: number }
  | { readonly kind: 'close'; readonly which: number }
  | { readonly kind: 'certificate'; readonly device: number; readonly active: boolean }
  | { readonly kind: 'attachment'; readonly device: number; readonly as: number; readonly attached: boolean }
  | { readonly kind: 'kick'; readonly device: number }
  | {
      readonly kind: 'weather';
      readonly weather: Weather;
      readonly latencyMs: number;
      readonly retryAfterMs: number | undefined;
    }
  | { readonly kind: 'clock' | 'pass'; readonly ms: number }
  | { readonly kind: 'kill'; readonly landed: boolean; readonly downMs: number }
  | { readonly kind: 'restart'; readonly downMs: number };

export const DEVICES = 3;

const START = Date.UTC(2026, 0, 1);
const SECOND = 1_000;
/** After so long without trouble nothing of it is left: a try's time-out, and then the breaker's or the service's longest pause. */
const CALM_AFTER = 90 * SECOND;
const GOOD_LATENCY = 200;
const ANSWERED_WITHIN = 31 * SECOND;
const POLICY = {
  formatVersion: '2021-03-05',
  definitions: { everyone: { selectionRule: 'thingName: *', policyName: 'own' } },
  policies: {
    own: {
      s: {
        operations: ['mqtt:publish'],
        resources: ['mqtt:topic:data/${iot:Connection.Thing.ThingName}'],
      },
    },
  },
};

const maker = new CertificateMaker();
const CERTIFICATES = Array.from({ length: DEVICES }, (_, n) => maker.make({ subject: `device ${n}` }));
const PARSER = new CertificateParser();

export class Storm {
  readonly clock = new ManualClock(START);
  readonly time = new TrustTimeline(this.clock);
  readonly model: StormModel;
  readonly cloud: StormCloud;
  readonly #settings: StormSettings;
  readonly #stored = new MemoryTrustPersistence();
  readonly #random: () => number;
  readonly #ended = new Set<string>();
  /** What happened where nobody waits for it. */
  readonly #failures: unknown[] = [];
  readonly #truthSince = new Map<string, number>();
  #waiting = new Set<Connect>();
  #goodSince: number | undefined = 0;
  #daemon: StormDaemon | undefined;

  constructor(settings: StormSettings, random: () => number) {
    this.#settings = settings;
    this.#random = random;
    this.model = new StormModel(settings, this.time);
    this.cloud = new StormCloud({
      asked: (question) => this.#noting(() => this.model.asked(question)),
      heard: (question, yes) => this.#noting(() => this.model.heard(question, yes)),
    });
    for (let device = 0; device < DEVICES; device += 1)
      for (const question of questionsOf(this.#named(device, device))) this.#truth(question, true);
  }

  async begin(): Promise<void> {
    this.#daemon = await StormDaemon.start({
      clock: this.clock,
      stored: this.#stored,
      settings: this.#settings,
      parser: PARSER,
      policy: POLICY,
      random: this.#random,
      openVerifier: (clock, requests) => new StormVerifier(this.cloud, clock, requests),
      tell: (event) => {
        if (event.kind === 'ended') for (const token of event.tokens) this.#ended.add(token);
      },
      onFault: (error) => this.#failures.push(error),
    });
  }

  async take(step: Step): Promise<void> {
    await this.#do(step);
    await this.clock.pass(0);
    this.check();
  }

  /** What is true after every step; every session publishes. */
  check(): void {
    const [failure] = this.#failures;
    if (failure !== undefined) throw failure;
    const daemon = this.#running();
    const { queue } = daemon.queue.status;
    expect(queue.inFlight).toBeLessThanOrEqual(queue.workers);
    expect(queue.waiting).toBeLessThanOrEqual(queue.size + queue.workers);
    let live = 0;
    for (const { over, thing, token } of this.model.sessions) {
      expect(daemon.may(token, `data/${thing}`), `whether ${thing} may publish`).toBe(
        over ? undefined : true,
      );
      expect(daemon.may(token, 'data/of-another') ?? false).toBe(false);
      expect(this.#ended.has(token), `whether the broker was told of the end of ${thing}`).toBe(
        over === 'told',
      );
      if (over === undefined) live += 1;
    }
    expect(daemon.sessions.stats().active, 'sessions').toBe(live);
    expect(this.model.longestWait(), 'the longest wait').toBeLessThanOrEqual(this.#answeredWithin());
  }

  async end(): Promise<void> {
    await this.#stop();
  }

  /** May this device have a session as its own thing, by what the cloud holds now? */
  isGood(device: number): boolean {
    return questionsOf(this.#named(device, device)).every((question) => this.cloud.is(question));
  }

  hasSession(device: number): boolean {
    const { certificate, thing } = this.#named(device, device);
    return this.model.sessions.some(
      (each) => each.over === undefined && each.certificate === certificate && each.thing === thing,
    );
  }

  async #do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'connect':
        this.#connect(step.device, step.as, step.patienceMs);
        break;
      case 'close': {
        const session = this.model.sessions[step.which % Math.max(1, this.model.sessions.length)];
        if (session === undefined) break;
        this.#running().sessions.close('mosquitto', session.token);
        this.model.closed(session);
        break;
      }
      case 'certificate':
        this.#truth(CERTIFICATES[step.device]!.id, step.active);
        break;
      case 'attachment':
        this.#truth(attachmentOf(this.#named(step.device, step.as)), step.attached);
        break;
      case 'kick': {
        const { thing } = this.#named(step.device, step.device);
        this.#running().sessions.revoke({ thingName: thing });
        this.model.kicked(thing);
        break;
      }
      case 'weather': {
        this.cloud.weather = step.weather;
        this.cloud.latencyMs = step.latencyMs;
        this.cloud.retryAfterMs = step.retryAfterMs;
        const isGood = step.weather === 'fine' && step.latencyMs <= GOOD_LATENCY;
        this.#goodSince = isGood ? (this.#goodSince ?? this.clock.monotonic()) : undefined;
        break;
      }
      case 'clock':
        this.clock.setWall(this.clock.now() + step.ms);
        this.time.wallMoves(step.ms);
        break;
      case 'pass':
        await this.clock.pass(step.ms);
        break;
      case 'kill':
        this.#waiting.clear();
        await this.#running().kill(step.landed);
        this.model.ends('kill');
        await this.#again(step.downMs);
        break;
      case 'restart':
        await this.#stop();
        this.model.ends('stop');
        await this.#again(step.downMs);
    }
  }

  #connect(device: number, as: number, patienceMs: number): void {
    const { certificate, thing } = this.#named(device, as);
    const begun = this.time.now();
    const connect: Connect = { certificate, thing, begun, refusals: this.model.refusalsOf(certificate) };
    const caller = new AbortController();
    this.#waiting.add(connect);
    this.model.begins(connect);
    if (patienceMs > 0) {
      this.clock.after(patienceMs, () => {
        if (!this.#waiting.delete(connect)) return;
        this.model.left(connect);
        caller.abort();
      });
    }
    this.#running()
      .connect(thing, CERTIFICATES[device]!.pem, caller.signal)
      .then((result) => {
        if (!this.#waiting.delete(connect)) {
          if (result.kind === 'opened' && caller.signal.aborted) throw new Error('a token for nobody');
          return;
        }
        this.model.answers(connect, answerOf(result), this.#calm(connect));
      })
      .catch((error: unknown) => this.#failures.push(error));
  }

  #calm({ begun, ...connect }: Connect): Calm | undefined {
    if (this.#goodSince === undefined || this.#goodSince > begun.at - CALM_AFTER) return undefined;
    const steady = questionsOf(connect).filter(
      (question) => (this.#truthSince.get(question) ?? 0) <= begun.at,
    );
    return new Map(steady.map((question) => [question, this.cloud.is(question)]));
  }

  async #stop(): Promise<void> {
    this.#waiting.clear();
    const stopped = this.#running().stop();
    await this.clock.pass(4 * this.#settings.writeMs);
    await stopped;
  }

  async #again(downMs: number): Promise<void> {
    this.#ended.clear();
    this.clock.advance(downMs);
    this.time.wasDown(downMs);
    await this.begin();
  }

  #running(): StormDaemon {
    if (this.#daemon === undefined) throw new Error('no daemon was begun');
    return this.#daemon;
  }

  #named(device: number, as: number) {
    return { certificate: CERTIFICATES[device]!.id, thing: as < DEVICES ? `thing-${as}` : 'nobody' };
  }

  #truth(question: string, yes: boolean): void {
    if (this.cloud.is(question) === yes) return;
    this.cloud.set(question, yes);
    this.#truthSince.set(question, this.clock.monotonic());
  }

  /** Where the code under test calls, an error would be taken for the cloud's. */
  #noting(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#failures.push(error);
    }
  }

  #answeredWithin(): number {
    return ANSWERED_WITHIN + 4 * this.#settings.writeMs;
  }
}

function answerOf(result: Awaited<ReturnType<StormDaemon['connect']>>): Answer {
  if (result.kind === 'opened') return { kind: 'token', token: result.session.token };
  const { metadata, reason } = result.error;
  if (reason === 'INVALID_CREDENTIAL') {
    return {
      kind: 'rejected',
      about: metadata['category'] === 'REFUSAL_CERTIFICATE' ? 'certificate' : 'attachment',
    };
  }
  if (reason === 'VERIFICATION_UNAVAILABLE') return { kind: 'unavailable' };
  if (reason === 'CLOUD_QUEUE_FULL') return { kind: 'queue-full' };
  throw result.error;
}
