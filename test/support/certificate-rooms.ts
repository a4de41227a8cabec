/** The server CA and the room of server certificates on a directory, as the daemon composes them; everything a test may leave out has a default. */

import { ServerCa, type ServerCaSettings } from '../../src/pki/authorities/server-ca.ts';
import type {
  CertificateSubscriptionRequest,
  CertificateUpdate,
  ServerCertificates,
} from '../../src/pki/certificates-api.ts';
import { DurableFiles, type FileOperations } from '../../src/pki/durable-files.ts';
import { ServerCertificateFiles } from '../../src/pki/server-certificates/server-certificate-files.ts';
import {
  ServerCertificateRoom,
  type ServerCertificateRoomOptions,
  type ServerCertificateSettings,
} from '../../src/pki/server-certificates/server-certificate-room.ts';
import { CertificateIssuer } from '../../src/pki/x509/certificate-issuer.ts';
import { until } from '../e2e/support/until.ts';
import type { ManualClock } from './manual-clock.ts';

export interface CertificateRoomsOptions {
  readonly stateDirectory: string;
  readonly clock: ManualClock;
  readonly files?: FileOperations;
  readonly suspect?: () => boolean;
  readonly caSettings?: () => ServerCaSettings;
  readonly settings?: () => ServerCertificateSettings;
  readonly hosts?: ServerCertificateRoomOptions['hosts'];
  readonly deviceCas?: ServerCertificateRoomOptions['deviceCas'];
  readonly warn?: (message: string) => void;
  readonly onError?: (error: unknown) => void;
  readonly onProblem?: (name: string, problem: string | undefined) => void;
}

const NEVER = () => () => {};

export const CA_SETTINGS: ServerCaSettings = { keyType: 'EC_P256', custom: undefined, overlapDays: 30 };
export const SETTINGS: ServerCertificateSettings = {
  validitySeconds: 7 * 86_400,
  keyType: 'EC_P256',
  rotationDisabled: false,
};

export interface CertificateRooms {
  readonly ca: ServerCa;
  readonly room: ServerCertificateRoom;
}

export async function openCertificateRooms(options: CertificateRoomsOptions): Promise<CertificateRooms> {
  const {
    stateDirectory,
    clock,
    files = new DurableFiles(),
    suspect = () => false,
    warn = () => {},
  } = options;
  const issuer = new CertificateIssuer({
    clock,
    isSuspect: () => ({ suspect: suspect(), reason: 'it was set wrong' }),
  });
  const settings = options.caSettings ?? (() => CA_SETTINGS);
  const ca = await ServerCa.open({ stateDirectory, issuer, clock, settings, warn, files });
  const room = await ServerCertificateRoom.open({
    ca,
    issuer,
    clock,
    now: () => clock.now(),
    hosts: options.hosts ?? { current: () => ['broker.example'], onChange: NEVER },
    deviceCas: options.deviceCas ?? { current: () => ({ caPems: [], crlPems: [] }), onChange: NEVER },
    settings: options.settings ?? (() => SETTINGS),
    files: new ServerCertificateFiles({ stateDirectory, files, warn }),
    log: { info: () => {}, error: ({ err }) => options.onError?.(err) },
    onProblem: options.onProblem ?? (() => {}),
  });
  return { ca, room };
}

/** A broker that remembers what it was told. */
export class FollowingBroker {
  readonly updates: CertificateUpdate[] = [];
  readonly #end: () => void;

  constructor(
    certificates: ServerCertificates,
    request: Partial<CertificateSubscriptionRequest> = { name: 'mosquitto' },
  ) {
    const whole = { owner: 'broker', name: undefined, keyType: undefined, ...request };
    this.#end = certificates.subscribe(whole, (update) => this.updates.push(update)).end;
  }

  /** The update of that number, which is the last one. */
  async told(count: number): Promise<CertificateUpdate> {
    await until(`${count} updates`, () => this.updates.length >= count || undefined);
    const update = this.updates[count - 1];
    if (update === undefined || this.updates.length > count)
      throw new Error(`${this.updates.length} updates came, not ${count}`);
    return update;
  }

  end(): void {
    this.#end();
  }
}

/** The room looks after its certificates once, so much later. */
export async function later(clock: ManualClock, milliseconds: number): Promise<void> {
  const look = Math.min(milliseconds, 30_000);
  clock.setWall(clock.now() + milliseconds - look);
  clock.advance(look);
  await until('the room has looked', () => clock.pending > 0 || undefined);
}
