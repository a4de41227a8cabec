/**
 * The storm of test/cloud/storm-model.test.ts with a real process, real sockets and real time: devices connect all at once while
 * AWS says yes or no, is cut off or fails, and the daemon is killed at any moment. What must hold of each device, whatever
 * happened before:
 * - With an AWS that has answered everything in this life of the daemon, the answer is what AWS holds.
 * - Otherwise it is let in only if AWS holds it good, or if it was let in before and not refused since, a kill or no kill;
 *   and it is, if it surely was: let in longer before each kill than the batch window and a slow disk take.
 * - It is refused as itself only if AWS does not hold it good.
 * - Its token is good for its own topics until it is refused or the daemon ends, and for nothing else.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Caller, CallFailed } from '../endpoints/support/caller.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';
import { FakeAws } from '../support/fake-aws/fake-aws.ts';
import { soakRuns } from '../support/runs.ts';
import { DaemonProcess } from './support/daemon-process.ts';
import { type Answer, KnownDevice } from './support/known-device.ts';
import { CONNECT, everyThing, OWN } from './support/policies.ts';

type Verifier = 'greengrass' | 'aws-iot';
type Weather = 'fine' | 'cut' | 'failing' | 'stalling';

type Step =
  /** All at once; the daemon is killed so long after, or when each has its answer. */
  | {
      readonly kind: 'storm';
      readonly devices: readonly number[];
      readonly killedAfterMs: number | undefined;
    }
  | { readonly kind: 'certificate' | 'attachment'; readonly device: number; readonly good: boolean }
  | { readonly kind: 'weather'; readonly weather: Weather }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'kill' };

const DEVICES = 5;
const device = fc.nat(DEVICES - 1);
const good = fc.boolean();
const single: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('storm'),
      devices: fc.uniqueArray(device, { minLength: 1, maxLength: DEVICES }),
      killedAfterMs: fc.oneof(
        { weight: 3, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.nat(150) },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('certificate', 'attachment'), device, good }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('weather'),
      weather: fc.constantFrom('fine', 'fine', 'cut', 'cut', 'failing', 'stalling'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pause'), ms: fc.constantFrom(0, 100, 1_200) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill') }) },
);

/** A device that was let in long before is revoked and told so, and in the next moment there is a kill and no network. */
const killedAfterRefusal = device.map((device): readonly Step[] => [
  { kind: 'certificate', device, good: true },
  { kind: 'attachment', device, good: true },
  { kind: 'weather', weather: 'fine' },
  { kind: 'kill' },
  { kind: 'storm', devices: [device], killedAfterMs: undefined },
  { kind: 'pause', ms: 1_200 },
  { kind: 'certificate', device, good: false },
  { kind: 'storm', devices: [device], killedAfterMs: undefined },
  { kind: 'kill' },
  { kind: 'weather', weather: 'cut' },
  { kind: 'storm', devices: [device], killedAfterMs: undefined },
]);

const steps: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.array(single, { minLength: 12, maxLength: 20, size: 'max' }),
    killedAfterRefusal,
    fc.array(single, { minLength: 12, maxLength: 20, size: 'max' }),
  )
  .map((parts) => parts.flat());

class Storm {
  readonly #aws: FakeAws;
  readonly #core: CoreDirectory;
  readonly #daemon: DaemonProcess;
  readonly #known = Array.from({ length: DEVICES }, () => new KnownDevice());
  readonly #certificates;
  #broker: Caller;
  #weather: Weather = 'fine';
  #asked = true;
  #clearFault = (): void => {};

  private constructor(aws: FakeAws, core: CoreDirectory, daemon: DaemonProcess) {
    const maker = new CertificateMaker();
    this.#aws = aws;
    this.#core = core;
    this.#daemon = daemon;
    this.#certificates = this.#known.map((_, n) => maker.make({ subject: thing(n) }));
    for (const [n, { id }] of this.#certificates.entries())
      aws.account.attach(aws.account.setCertificate(id), thing(n));
    this.#broker = new Caller(`unix:${daemon.brokerSocket}`);
  }

  static async start(verifier: Verifier): Promise<Storm> {
    const aws = await FakeAws.start();
    const core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
    const { accessKeyId, secretAccessKey } = aws.credentials;
    const environment = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const daemon = await DaemonProcess.start(configurationOf(verifier, aws, core), { environment });
    return new Storm(aws, core, daemon);
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'storm':
        await this.#connects(step.devices, step.killedAfterMs);
        break;
      case 'certificate':
        this.#known[step.device]!.active = step.good;
        this.#aws.account.setCertificate(this.#idOf(step.device), step.good ? 'ACTIVE' : 'REVOKED');
        break;
      case 'attachment':
        this.#known[step.device]!.attached = step.good;
        if (step.good) this.#aws.account.attach(this.#idOf(step.device), thing(step.device));
        else this.#aws.account.detach(this.#idOf(step.device), thing(step.device));
        break;
      case 'weather':
        await this.#turns(step.weather);
        break;
      case 'pause':
        await pause(step.ms);
        break;
      case 'kill':
        await this.#kill();
    }
    await this.#publish();
  }

  async end(): Promise<void> {
    this.#broker.close();
    await this.#daemon.stop();
    await this.#aws.stop();
    this.#core.remove();
  }

  async #connects(devices: readonly number[], killedAfterMs: number | undefined): Promise<void> {
    let isKilled = false;
    const connects = devices.map(async (n) => {
      const { answer, token } = await this.#connect(n);
      const known = this.#known[n]!;
      if (answer === 'lost') {
        expect(isKilled, 'a call ended without an answer, and nobody was killed').toBe(true);
        known.unheard();
      } else {
        known.check(answer, this.#asked);
        known.heard(answer, token);
      }
    });
    if (killedAfterMs !== undefined) {
      await pause(killedAfterMs);
      isKilled = true;
      const killed = this.#kill();
      await Promise.allSettled(connects);
      await killed;
    }
    await Promise.all(connects);
  }

  async #connect(n: number): Promise<{ answer: Answer | 'lost'; token?: string }> {
    const mqttCredential = { clientId: thing(n), certificatePem: this.#certificates[n]!.pem };
    try {
      const got = await this.#broker.call('GetClientDeviceAuthToken', { credential: { mqttCredential } });
      return { answer: 'token', token: got.clientDeviceAuthToken };
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      const { reason } = error.call;
      if (reason === 'INVALID_CREDENTIAL') return { answer: 'refused' };
      if (reason === 'VERIFICATION_UNAVAILABLE') return { answer: 'unavailable' };
      if (reason === undefined) return { answer: 'lost' };
      throw error;
    }
  }

  /** Every session, on its own topic and on another's, and those that are over. */
  async #publish(): Promise<void> {
    for (const [n, { ended, token }] of this.#known.entries()) {
      for (const old of ended) {
        const call = { reason: 'INVALID_CLIENT_DEVICE_AUTH_TOKEN' };
        await expect(this.#may(old, thing(n)), 'a token of one who was refused since').rejects.toMatchObject({
          call,
        });
      }
      if (token === undefined) continue;
      expect(await this.#may(token, thing(n)), `${thing(n)} may publish`).toBe(true);
      expect(await this.#may(token, 'another'), `${thing(n)} may publish as another`).toBe(false);
    }
  }

  async #may(token: string, of: string): Promise<boolean> {
    const { isAuthorized } = await this.#broker.call('AuthorizeClientDeviceAction', {
      clientDeviceAuthToken: token,
      operation: 'mqtt:publish',
      resource: `mqtt:topic:of/${of}`,
    });
    return isAuthorized;
  }

  async #turns(weather: Weather): Promise<void> {
    if (weather !== 'fine') this.#asked = false;
    this.#clearFault();
    this.#clearFault = () => {};
    if (this.#weather === 'cut' && weather !== 'cut') await this.#aws.restore();
    if (this.#weather !== 'cut' && weather === 'cut') await this.#aws.cut();
    if (weather === 'failing')
      this.#clearFault = this.#aws.faults.add({
        kind: 'error',
        status: 500,
        type: 'InternalServerException',
      });
    if (weather === 'stalling') this.#clearFault = this.#aws.faults.add({ kind: 'stall', after: 'nothing' });
    this.#weather = weather;
  }

  async #kill(): Promise<void> {
    const at = performance.now();
    await this.#daemon.kill('SIGKILL');
    await this.#daemon.restart();
    this.#broker.close();
    this.#broker = new Caller(`unix:${this.#daemon.brokerSocket}`);
    this.#asked = this.#weather === 'fine';
    for (const known of this.#known) known.killed(at);
  }

  #idOf(n: number): string {
    return this.#certificates[n]!.id;
  }
}

function configurationOf(
  verifier: Verifier,
  aws: FakeAws,
  core: CoreDirectory,
): Readonly<Record<string, unknown>> {
  const { certificateFile, keyFile, rootCaFile } = core.files;
  return {
    verifier,
    deviceGroups: everyThing(CONNECT, ['mqtt:publish', `mqtt:topic:of/${OWN}`]),
    performance: { maxConcurrentCloudRequests: 4 },
    connectivity: { interfaces: false },
    security: { clientDeviceTrustDurationMinutes: 60, revalidateAfterSeconds: 0 },
    cloud: {
      region: aws.account.region,
      coreThingName: aws.core.thingName,
      rootCaFile,
      requestsPerSecond: 0,
      negativeCacheSeconds: 0,
      requestTimeoutSeconds: 1,
      verificationDeadlineSeconds: 5,
      refreshIntervalHours: 0,
      ...(verifier === 'aws-iot'
        ? { awsIot: { endpoint: aws.controlUrl } }
        : {
            certificateFile,
            keyFile,
            dataPlane: { endpoint: 'localhost', port: aws.devicePort, paths: aws.paths },
          }),
    },
  };
}

function thing(n: number): string {
  return `thing-${n}`;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe('a daemon that is killed while AWS verifies its devices', () => {
  it('never answers what it must not, and loses nothing but the last moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom<Verifier>('greengrass', 'aws-iot'), steps, async (verifier, taken) => {
        const storm = await Storm.start(verifier);
        try {
          for (const step of taken) await storm.take(step);
        } finally {
          await storm.end();
        }
      }),
      // Real time does not come again the same: a smaller case would prove nothing.
      { ...soakRuns(20), endOnFailure: true },
    );
  }, 1_800_000);
});
