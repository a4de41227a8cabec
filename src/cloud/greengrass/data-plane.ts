/**
 * The Greengrass data plane, asked as a core device: one method for each operation. Always true:
 * - Each is one try. None throws for the cloud's fault, and none is made where its path is not known.
 * - Only the service's own word makes a `no`, and only its word about this very certificate a `yes`.
 */
import type { Clock } from '../../clock.ts';
import { answered, type Outcome, type Trouble, trouble } from '../outcome.ts';
import type { ServiceConnection } from '../service-connection.ts';
import {
  type ConnectivityAddress,
  MOST_ADDRESSES,
  readConnectivityInfo,
  writeConnectivityInfo,
} from './connectivity-info.ts';
import { type DataPlaneAnswer, dataPlaneAnswer } from './data-plane-answer.ts';
import { type Members, OperationPath } from './operation-path.ts';

/** `cloud.dataPlane.paths`. */
export interface ConfiguredPaths {
  readonly verifyClientDeviceIdentity?: string | undefined;
  readonly verifyClientDeviceIoTCertificateAssociation?: string | undefined;
  readonly putCertificateAuthorities?: string | undefined;
}

export interface GreengrassDataPlaneOptions {
  readonly connection: ServiceConnection;
  readonly paths: ConfiguredPaths;
  /** For what the service asks to wait until. */
  readonly clock: Pick<Clock, 'now'>;
}

/** What the cloud says of a device; `no` is authoritative. */
export type DeviceAnswer = { readonly kind: 'yes' } | { readonly kind: 'no'; readonly message: string };
/** What it says of CAs. `no`: they are wrong, and the same ones again will be. */
export type UploadAnswer = DeviceAnswer;

const INVALID = 'ValidationException';
const VERIFY_IDENTITY = 'VerifyClientDeviceIdentity';
const VERIFY_ASSOCIATION = 'VerifyClientDeviceIoTCertificateAssociation';
const PUT_AUTHORITIES = 'PutCertificateAuthorities';
const GET_CONNECTIVITY = 'GetConnectivityInfo';
const UPDATE_CONNECTIVITY = 'UpdateConnectivityInfo';

/** The members of the operations whose paths AWS does not publish. */
const UNPUBLISHED = {
  verifyClientDeviceIdentity: ['clientDeviceCertificate'],
  verifyClientDeviceIoTCertificateAssociation: ['clientDeviceThingName', 'clientDeviceCertificateId'],
  putCertificateAuthorities: ['coreDeviceThingName', 'coreDeviceCertificates'],
} as const;
type Unpublished = keyof typeof UNPUBLISHED;

const CONNECTIVITY = '/greengrass/things/{thingName}/connectivityInfo';
const GET_PATH = new OperationPath(`GET ${CONNECTIVITY}`, ['thingName']);
const UPDATE_PATH = new OperationPath(`PUT ${CONNECTIVITY}`, ['thingName', 'ConnectivityInfo']);

export class GreengrassDataPlane {
  readonly #options: GreengrassDataPlaneOptions;
  readonly #paths = new Map<Unpublished, OperationPath>();
  readonly #problems = new Map<Unpublished, string>();

  constructor(options: GreengrassDataPlaneOptions) {
    this.#options = options;
    for (const [name, members] of Object.entries(UNPUBLISHED) as [Unpublished, readonly string[]][]) {
      const text = options.paths[name];
      try {
        if (text === undefined) this.#problems.set(name, 'is not set');
        else this.#paths.set(name, new OperationPath(text, members));
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        this.#problems.set(name, error.message);
      }
    }
  }

  /** The keys of the configuration for want of which operations cannot be asked: not set, or not usable. */
  missingPaths(): readonly string[] {
    return [...this.#problems.keys()].map(keyOf);
  }

  /** Why this one cannot be asked, for the operator; undefined: it can. */
  problemOf(operation: Unpublished): string | undefined {
    const problem = this.#problems.get(operation);
    return problem === undefined ? undefined : `${keyOf(operation)} ${problem}; AWS does not publish it`;
  }

  /** Is the certificate (PEM) one of an active device of the account? `certificateId`: its id, which the cloud has to confirm. */
  async verifyClientDeviceIdentity(
    pem: string,
    certificateId: string,
    signal: AbortSignal,
  ): Promise<Outcome<DeviceAnswer>> {
    const members = { clientDeviceCertificate: pem };
    const said = await this.#askUnpublished('verifyClientDeviceIdentity', VERIFY_IDENTITY, members, signal);
    if (said.kind !== 'done') return deviceAnswer(said);
    // The service writes the names of some of its members with a capital letter.
    const confirmed = said.body?.['clientDeviceCertificateId'] ?? said.body?.['ClientDeviceCertificateId'];
    if (confirmed === certificateId) return answered({ kind: 'yes' });
    const what = confirmed === undefined ? 'names no certificate' : 'is about another certificate';
    return trouble('unexpected', `the answer ${what}; is the path right?`);
  }

  async verifyClientDeviceIoTCertificateAssociation(
    thingName: string,
    certificateId: string,
    signal: AbortSignal,
  ): Promise<Outcome<DeviceAnswer>> {
    const said = await this.#askUnpublished(
      'verifyClientDeviceIoTCertificateAssociation',
      VERIFY_ASSOCIATION,
      { clientDeviceThingName: thingName, clientDeviceCertificateId: certificateId },
      signal,
    );
    return said.kind === 'done' ? answered({ kind: 'yes' }) : deviceAnswer(said);
  }

  /** Replaces what devices are told to trust when they discover this core. */
  async putCertificateAuthorities(
    coreThingName: string,
    pems: readonly string[],
    signal: AbortSignal,
  ): Promise<Outcome<UploadAnswer>> {
    const members = { coreDeviceThingName: coreThingName, coreDeviceCertificates: pems };
    const said = await this.#askUnpublished('putCertificateAuthorities', PUT_AUTHORITIES, members, signal);
    if (said.kind === 'done') return answered({ kind: 'yes' });
    return said.kind === 'refused' && said.type === INVALID ? deviceAnswer(said) : coreTrouble(said);
  }

  /** Nothing was ever given, or there is no such core: an empty list. At most `MOST_ADDRESSES`. */
  async getConnectivityInfo(
    coreThingName: string,
    signal: AbortSignal,
  ): Promise<Outcome<readonly ConnectivityAddress[]>> {
    const said = await this.#ask(GET_PATH, GET_CONNECTIVITY, { thingName: coreThingName }, signal);
    if (said.kind === 'refused') return answered([]);
    if (said.kind === 'trouble') return said;
    const list = said.body === undefined ? undefined : readConnectivityInfo(said.body);
    return list === undefined ? trouble('unexpected', 'the answer has no list of addresses') : answered(list);
  }

  /** Replaces the list, which may have `MOST_ADDRESSES`. The answer is its new version; empty: the cloud did not say. */
  async updateConnectivityInfo(
    coreThingName: string,
    list: readonly ConnectivityAddress[],
    signal: AbortSignal,
  ): Promise<Outcome<string>> {
    if (list.length > MOST_ADDRESSES) throw new RangeError(`more than ${MOST_ADDRESSES} addresses`);
    const members = { thingName: coreThingName, ConnectivityInfo: writeConnectivityInfo(list) };
    const said = await this.#ask(UPDATE_PATH, UPDATE_CONNECTIVITY, members, signal);
    if (said.kind !== 'done') return coreTrouble(said);
    const version = said.body?.['Version'] ?? said.body?.['version'];
    return answered(typeof version === 'string' ? version : '');
  }

  async #askUnpublished(
    name: Unpublished,
    operation: string,
    members: Members,
    signal: AbortSignal,
  ): Promise<DataPlaneAnswer> {
    const path = this.#paths.get(name);
    if (path === undefined) return trouble('misconfigured', this.problemOf(name) ?? '');
    return this.#ask(path, operation, members, signal);
  }

  async #ask(
    path: OperationPath,
    operation: string,
    members: Members,
    signal: AbortSignal,
  ): Promise<DataPlaneAnswer> {
    const outcome = await this.#options.connection.send(path.request(members, signal));
    if (outcome.kind === 'trouble') return outcome;
    return dataPlaneAnswer(operation, outcome.value, this.#options.clock.now());
  }
}

type NotDone = Exclude<DataPlaneAnswer, { kind: 'done' }>;

function deviceAnswer(said: NotDone): Outcome<DeviceAnswer> {
  return said.kind === 'trouble' ? said : answered({ kind: 'no', message: said.message });
}

/** About this core there is no verdict, only something to be put right. */
function coreTrouble(said: NotDone): Trouble {
  return said.kind === 'trouble' ? said : trouble('misconfigured', `the cloud refuses (${said.message})`);
}

function keyOf(name: Unpublished): string {
  return `cloud.dataPlane.paths.${name}`;
}
