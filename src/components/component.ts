/**
 * Broker components written for AWS IoT Greengrass, as the daemon knows them: a name, what they may call, and the hash of
 * their token (the nucleus's SVCUID). Never the token itself.
 */

/** In the order of the reference's documents; on the wire they have "aws.greengrass#" before them. */
export const COMPONENT_OPERATIONS = [
  'VerifyClientDeviceIdentity',
  'GetClientDeviceAuthToken',
  'AuthorizeClientDeviceAction',
  'SubscribeToCertificateUpdates',
] as const;

export type ComponentOperation = (typeof COMPONENT_OPERATIONS)[number];

export interface Component {
  readonly name: string;
  readonly operations: ReadonlySet<ComponentOperation>;
  /** Milliseconds since the Unix epoch, as below. */
  readonly createdAt: number;
  readonly tokenIssuedAt: number;
}

/** As it is kept. */
export interface ComponentRecord extends Component {
  /** SHA-256 of the token's text. */
  readonly tokenHash: Uint8Array;
}

/** Where they are kept. Each call is on disk when it resolves. */
export interface ComponentStore {
  load(): Promise<readonly ComponentRecord[]>;
  /** Adds it, or replaces the one of that name. */
  put(record: ComponentRecord): Promise<void>;
  remove(name: string): Promise<void>;
}

/** `operations`: it may call something else. `token`: the one before is refused. Told after it is on disk. */
export interface ComponentChange {
  readonly kind: 'operations' | 'token' | 'removed';
  readonly name: string;
}

/** What the socket of components asks. */
export interface ComponentTokens {
  /** Whose token it is; undefined: nobody's. Takes as long for a wrong one as for a right one. */
  componentOf(token: string): Component | undefined;
  /** As it is now; undefined: there is none. */
  component(name: string): Component | undefined;
  /** The answer stops it. */
  onChange(listener: (change: ComponentChange) => void): () => void;
}

/** What the operator asks. Rejects with `DaemonError` (ALREADY_EXISTS, NOT_FOUND, INVALID_ARGUMENTS). */
export interface ComponentControl {
  list(): readonly Component[];
  add(name: string, operations: readonly string[]): Promise<IssuedToken>;
  setOperations(name: string, operations: readonly string[]): Promise<Component>;
  renewToken(name: string): Promise<IssuedToken>;
  remove(name: string): Promise<void>;
}

export interface IssuedToken {
  readonly component: Component;
  /** Secret; told once. */
  readonly token: string;
}
