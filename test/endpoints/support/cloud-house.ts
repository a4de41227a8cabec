/** The admin socket of a daemon whose cloud and doctor a test scripts; the other rooms are not there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../../src/clock.ts';
import type { CheckResult } from '../../../src/cloud/doctor/check.ts';
import { answered } from '../../../src/cloud/outcome.ts';
import type { CloudStatus } from '../../../src/cloud/status.ts';
import type { AdminCloud, AdminRooms, AuditedChange } from '../../../src/endpoints/admin/admin-ports.ts';
import { Endpoints } from '../../../src/endpoints/endpoints.ts';
import { Caller, contract } from './caller.ts';
import { Recorder, ScriptedRooms } from './rooms.ts';

export const STATUS: CloudStatus = {
  queue: { waiting: 3, inFlight: 1, size: 100, workers: 1, rejected: 7, coalesced: 9 },
  breaker: { state: 'half-open', failures: 5, probeAt: 1_700_000_000_000.5 },
  network: { state: 'down', since: 1_700_000_000_000 },
  requestsPerSecond: 5,
  pausedUntil: undefined,
  operations: [
    {
      operation: 'DescribeCertificate',
      answered: 10,
      troubles: { throttled: 2, misconfigured: 0, unreachable: 1, 'server-error': 0, unexpected: 0 },
      retries: 3,
      latency: { bounds: [0.1, 1], cumulative: [4, 9, 10], sum: 2.5 },
    },
  ],
  troubles: [
    {
      operation: 'DescribeCertificate',
      trouble: 'server-error',
      message: 'it failed',
      at: 1_700_000_000_000,
    },
  ],
  jobs: [
    {
      name: 'certificate-authorities',
      state: 'waiting',
      detail: 'to upload 2 CAs',
      startedAt: undefined,
      succeededAt: 1_600_000_000_000,
      nextAt: undefined,
      failures: 3,
      lastError: 'denied',
    },
  ],
};

export const CHECK: CheckResult = {
  name: 'core.key',
  outcome: 'ok',
  detail: 'it is there',
  remedy: '',
};

export class CloudHouse {
  readonly directory = mkdtempSync(join(tmpdir(), 'cloud-'));
  readonly audited: AuditedChange[] = [];
  refreshes = 0;
  cloud: AdminCloud | undefined = {
    status: () => STATUS,
    refresh: () => {
      this.refreshes += 1;
    },
    publishAddresses: async () => answered([{ host: '10.1.2.3', port: 8883, source: 'interfaces' }]),
  };
  examine: (signal: AbortSignal) => AsyncIterable<CheckResult> = async function* () {
    yield CHECK;
  };
  #endpoints: Endpoints | undefined;
  #admin: Caller | undefined;

  static async open(): Promise<CloudHouse> {
    const house = new CloudHouse();
    const rooms = new ScriptedRooms();
    const recorder = new Recorder();
    house.#endpoints = await Endpoints.open({
      contract,
      clock: new SystemClock(),
      logger: recorder,
      observer: recorder,
      sessions: rooms,
      identity: rooms,
      grantSets: rooms,
      certificates: rooms.certificates,
      encodePkcs12: rooms.encodePkcs12,
      admin: { config: { socket: house.socket, mode: '0600' }, rooms: house.#rooms() },
      listeners: {},
      inherited: new Map(),
    });
    return house;
  }

  get socket(): string {
    return join(this.directory, 'admin.sock');
  }

  get admin(): Caller {
    this.#admin ??= new Caller(`unix:${this.socket}`);
    return this.#admin;
  }

  async close(): Promise<void> {
    this.#admin?.close();
    await this.#endpoints?.stop(1_000);
    rmSync(this.directory, { recursive: true });
  }

  /** Of the others these calls ask nothing. */
  #rooms(): AdminRooms {
    const rooms = {
      doctor: { examine: (signal: AbortSignal) => this.examine(signal) },
      daemon: { facts: () => ({ verifier: 'registry' }) },
      audit: { changed: (change: AuditedChange) => this.audited.push(change) },
    };
    Object.defineProperty(rooms, 'cloud', { get: () => this.cloud });
    return rooms as unknown as AdminRooms;
  }
}
