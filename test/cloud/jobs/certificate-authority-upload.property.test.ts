import { array, assert, asyncProperty, constant, constantFrom, nat, oneof, record } from 'fast-check';
import { expect, it } from 'vitest';
import type { UploadAnswer } from '../../../src/cloud/greengrass/data-plane.ts';
import { CertificateAuthorityUpload } from '../../../src/cloud/jobs/certificate-authority-upload.ts';
import type { UploadRecord } from '../../../src/cloud/jobs/upload-record.ts';
import { answered, type Outcome, trouble } from '../../../src/cloud/outcome.ts';
import { runs } from '../../support/runs.ts';
import { Surroundings } from './scripted-data-plane.ts';

type Step =
  | { readonly kind: 'answers'; readonly as: keyof typeof ANSWERS }
  | { readonly kind: 'change'; readonly ca: number }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'restart' | 'refresh' | 'down' | 'up' | 'full' | 'room' };

const ANSWERS = {
  yes: answered<UploadAnswer>({ kind: 'yes' }),
  no: answered<UploadAnswer>({ kind: 'no', message: 'invalid' }),
  unreachable: trouble('unreachable', 'nothing came'),
  denied: trouble('misconfigured', 'denied'),
  throttled: trouble('throttled', 'too many', 30_000),
  failed: trouble('server-error', 'it failed'),
} as const;

const steps = array(
  oneof(
    record({
      kind: constant('answers' as const),
      as: constantFrom('yes', 'no', 'unreachable', 'denied', 'throttled', 'failed'),
    }),
    record({ kind: constant('change' as const), ca: nat(3) }),
    record({ kind: constant('pass' as const), seconds: nat(90) }),
    record({
      kind: constantFrom(
        'restart' as const,
        'refresh' as const,
        'down' as const,
        'up' as const,
        'full' as const,
        'room' as const,
      ),
    }),
  ),
  { maxLength: 25 },
);

/** A daemon's lives on one disk, and what the cloud was told last. */
class World {
  readonly here = new Surroundings();
  #answer: Outcome<UploadAnswer> = ANSWERS.yes;
  #ca = 0;
  #kept: UploadRecord | undefined;
  #full = false;
  #inFlight = 0;
  #listener: () => void = () => {};
  #job: CertificateAuthorityUpload;
  attempts = 0;
  taken: number | undefined;

  constructor() {
    this.#job = this.#start();
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'answers':
        this.#answer = ANSWERS[step.as];
        break;
      case 'change':
        this.#ca = step.ca;
        this.#listener();
        break;
      case 'pass':
        for (let second = 0; second < step.seconds; second += 1) {
          this.here.clock.advance(1_000);
          await this.#job.idle();
        }
        break;
      case 'restart':
        await this.#job.stop();
        this.#job = this.#start();
        break;
      case 'refresh':
        this.#job.refresh();
        break;
      case 'down':
        this.here.goDown();
        break;
      case 'up':
        this.here.network.reached();
        break;
      default:
        this.#full = step.kind === 'full';
    }
    await this.#job.idle();
  }

  get wanted(): number {
    return this.#ca;
  }

  get state(): string {
    return this.#job.status().state;
  }

  async stop(): Promise<void> {
    await this.#job.stop();
  }

  #start(): CertificateAuthorityUpload {
    const job = new CertificateAuthorityUpload({
      ...this.here,
      random: () => 0.5,
      dataPlane: { putCertificateAuthorities: (_core, pems) => this.#put(pems) },
      anchors: {
        anchors: () => [`ca ${this.#ca}`],
        onChange: (listener) => {
          this.#listener = listener;
          return () => {};
        },
      },
      record: {
        read: async () => this.#kept,
        forget: async () => {
          this.#kept = undefined;
        },
        write: async (kept) => {
          if (this.#full) throw new Error('the disk is full');
          this.#kept = kept;
        },
      },
      coreThingName: 'core',
      coreCertificateId: () => 'aa',
      endpoint: 'here',
      problem: undefined,
    });
    job.start();
    return job;
  }

  async #put(pems: readonly string[]): Promise<Outcome<UploadAnswer>> {
    this.#inFlight += 1;
    expect(this.#inFlight).toBe(1);
    await Promise.resolve();
    this.#inFlight -= 1;
    this.attempts += 1;
    const answer = this.#answer;
    if (answer.kind === 'answered' && answer.value.kind === 'yes') this.taken = Number(pems[0]?.slice(3));
    return answer;
  }
}

it('whatever happens, the cloud has the CAs of now in the end, one upload at a time and no more than are worth it', async () => {
  await assert(
    asyncProperty(steps, async (history) => {
      const world = new World();
      for (const step of history) await world.take(step);
      await world.take({ kind: 'room' });
      await world.take({ kind: 'answers', as: 'yes' });
      await world.take({ kind: 'refresh' });
      await world.take({ kind: 'pass', seconds: 61 });
      expect(world.taken).toBe(world.wanted);
      expect(world.state).toBe('done');
      const { attempts } = world;
      await world.take({ kind: 'pass', seconds: 90 });
      await world.take({ kind: 'restart' });
      expect(world.attempts).toBe(attempts);
      await world.take({ kind: 'refresh' });
      expect(world.attempts).toBe(attempts + 1);
      await world.stop();
      expect(world.here.clock.pending).toBe(0);
    }),
    runs(),
  );
});
