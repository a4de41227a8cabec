/** The rooms that decide about devices, composed as daemon.ts does for a verifier in the cloud, with a life that can end at any instant. */
import type { Clock } from '../../../src/clock.ts';
import { NetworkState } from '../../../src/cloud/network-state.ts';
import type { CloudRequests } from '../../../src/cloud/request.ts';
import { RequestQueue, type RequestSettings } from '../../../src/cloud/request-queue.ts';
import { loadContract } from '../../../src/contract/index.ts';
import { Authenticator } from '../../../src/identity/authenticator.ts';
import type { CertificateParser } from '../../../src/identity/certificate.ts';
import type { IdentitySettings } from '../../../src/identity/confirmations.ts';
import { BackgroundRefresh } from '../../../src/identity/refresh/background-refresh.ts';
import type { RefreshSettings } from '../../../src/identity/refresh/ports.ts';
import { TrustStore } from '../../../src/identity/trust.ts';
import type { TrustPersistence } from '../../../src/identity/trust-persistence.ts';
import { TrustedClock } from '../../../src/identity/trusted-clock.ts';
import type { Verifier } from '../../../src/identity/verifier.ts';
import { compileDeviceGroups } from '../../../src/policy/device-groups.ts';
import { PolicyEngine } from '../../../src/policy/policy-engine.ts';
import type { SessionSettings } from '../../../src/sessions/ports.ts';
import type { SessionEvent } from '../../../src/sessions/session-events.ts';
import { SessionService } from '../../../src/sessions/session-service.ts';
import { BUILD_DATE } from '../../support/identity-room.ts';
import { Disk } from './disk.ts';
import { MortalClock } from './mortal-clock.ts';

export const BROKER = { listener: 'mosquitto', instanceId: 'b1' };

export interface StormSettings {
  readonly requests: RequestSettings;
  readonly identity: IdentitySettings;
  readonly sessions: SessionSettings;
  readonly refresh: Pick<RefreshSettings, 'intervalHours' | 'questionsPerSecond'>;
  /** How long a write to the disk takes. */
  readonly writeMs: number;
}

export interface Surroundings {
  readonly clock: Clock;
  readonly stored: TrustPersistence;
  readonly settings: StormSettings;
  /** Certificates whose trust is kept in memory; left out: as many as the daemon keeps. */
  readonly trustCapacity?: number;
  readonly parser: CertificateParser;
  readonly policy: unknown;
  readonly random: () => number;
  readonly openVerifier: (clock: Clock, requests: CloudRequests) => Verifier;
  /** What the broker is told. */
  readonly tell: (event: SessionEvent) => void;
  readonly onFault: (error: unknown) => void;
}

const codec = loadContract().grantSet;

export class StormDaemon {
  readonly queue: RequestQueue;
  readonly network: NetworkState;
  readonly authenticator: Authenticator;
  readonly trust: TrustStore;
  readonly sessions: SessionService;
  readonly refresh: BackgroundRefresh;
  readonly #clock: MortalClock;
  readonly #trusted: TrustedClock;
  readonly #disk: Disk;

  private constructor(around: Surroundings, clock: MortalClock, disk: Disk, trusted: TrustedClock) {
    const { onFault, parser, settings } = around;
    this.#clock = clock;
    this.#disk = disk;
    this.#trusted = trusted;
    this.network = new NetworkState(clock, onFault);
    this.queue = new RequestQueue({
      clock,
      random: around.random,
      settings: () => settings.requests,
      network: this.network,
      coalesced: () => this.authenticator.joined,
      onTrouble: () => {},
      onFault,
    });
    const policy = new PolicyEngine({ codec, clock });
    policy.apply(compileDeviceGroups(around.policy));
    this.trust = new TrustStore({
      persistence: disk,
      clock: trusted,
      timer: clock,
      ...(around.trustCapacity === undefined ? {} : { capacity: around.trustCapacity }),
    });
    this.authenticator = new Authenticator({
      parser,
      verifier: around.openVerifier(clock, this.queue),
      trust: this.trust,
      clock: trusted,
      timer: clock,
      settings: () => settings.identity,
      observer: {
        asked: ({ about, outcome, certificateId = '', thingName = '' }) => {
          if (outcome !== 'rejected') return;
          if (about === 'certificate')
            this.sessions.registryChanged({ kind: 'certificate-status', certificateId, status: 'INACTIVE' });
          if (about === 'attachment')
            this.sessions.registryChanged({ kind: 'detached', certificateId, thingName });
        },
        failed: onFault,
      },
    });
    this.sessions = new SessionService({
      clock,
      trusted,
      authenticator: this.authenticator,
      things: { thing: () => Promise.resolve(undefined) },
      policy,
      settings: () => settings.sessions,
      liveRechecks: true,
      observer: { onFault: (what, error) => onFault(new Error(what, { cause: error })) },
    });
    this.sessions
      .subscribe({ broker: BROKER, caller: 'storm', epoch: '' }, ({ event }) => around.tell(event))
      .held([], true);
    this.refresh = this.#openRefresh(around, clock);
  }

  #openRefresh({ settings }: Surroundings, timer: Clock): BackgroundRefresh {
    const { clockSkewSeconds, trustDurationMinutes } = settings.identity;
    const refresh = new BackgroundRefresh({
      persistence: this.#disk,
      trust: this.trust,
      confirmations: this.authenticator.confirmations,
      clock: this.#trusted,
      timer,
      settings: () => ({
        ...settings.refresh,
        forgetUnassociated: false,
        clockSkewSeconds,
        trustDurationMinutes,
      }),
      surroundings: {
        busy: () => this.queue.isBusy(),
        down: () => this.network.status.state === 'down',
        onUp: (listener) => this.network.onChange((state) => state === 'up' && listener()),
      },
    });
    refresh.start();
    return refresh;
  }

  static async start(around: Surroundings): Promise<StormDaemon> {
    const clock = new MortalClock(around.clock);
    const disk = new Disk(around.stored, clock, around.settings.writeMs);
    const trusted = await TrustedClock.open({ clock, persistence: disk, buildDate: BUILD_DATE });
    return new StormDaemon(around, clock, disk, trusted);
  }

  connect(clientId: string, certificatePem: string, signal: AbortSignal) {
    return this.sessions.open({ clientId, certificatePem, broker: BROKER, correlationId: '' }, signal);
  }

  /** May it publish? Undefined: there is no such session. */
  may(token: string, topic: string): boolean | undefined {
    const result = this.sessions.authorize(BROKER.listener, token, 'mqtt:publish', `mqtt:topic:${topic}`);
    return result.kind === 'decision' ? result.decision.allowed : undefined;
  }

  async stop(): Promise<void> {
    await this.refresh.stop();
    this.sessions.stop();
    this.authenticator.stop();
    this.queue.stop();
    await this.trust.stop();
    await this.#trusted.stop();
    this.#clock.kill();
  }

  async kill(landed: boolean): Promise<void> {
    this.#clock.kill();
    await this.#disk.kill(landed);
  }
}
