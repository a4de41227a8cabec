/**
 * What the certificates room offers to the doors: server certificates for brokers, now and at every change, and the
 * operator's view of the server CA. Times are milliseconds since the Unix epoch.
 */
import type { KeyType } from './x509/certificate-issuer.ts';

/** All that a broker's TLS listener needs, as it is now. PEM, one certificate or list each, unless told otherwise. */
export interface CertificateUpdate {
  /** The server certificate, followed by the intermediates to one that devices trust, if there are any. */
  readonly certificatePem: string;
  /** PKCS#8. Secret. */
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
  /** What devices may have to trust: the root of the issuing CA first; then announced and old ones. */
  readonly caPems: readonly string[];
  /** The registry's device CAs, by name. */
  readonly deviceCaPems: readonly string[];
  /** A current CRL of each of those, in the same order; empty unless every one has a current CRL. */
  readonly deviceCaCrlPems: readonly string[];
  readonly notAfter: number;
}

/** Certificate, chain and key as one encrypted PKCS#12 store. */
export type Pkcs12Encoder = (
  update: CertificateUpdate,
  options: { readonly password: string; readonly alias: string },
) => Promise<Uint8Array>;

export interface CertificateSubscriptionRequest {
  /** The door: a listener's name, "sink", "discovery". */
  readonly owner: string;
  /** Subscriptions of one owner and name have the same certificate, which is kept. Undefined: one for this subscription. */
  readonly name: string | undefined;
  /** Undefined: as configured. */
  readonly keyType: KeyType | undefined;
}

export interface CertificateSubscription {
  /** Nothing is told after it. */
  end(): void;
}

export interface ServerCertificates {
  /**
   * Throws a `DaemonError` (LIMIT_EXCEEDED). `sink` is called with what is true now as soon as there is a certificate, and whenever any part of it changes; never
   * before `subscribe` returned. What it throws is logged.
   */
  subscribe(
    request: CertificateSubscriptionRequest,
    sink: (update: CertificateUpdate) => void,
  ): CertificateSubscription;
}

export interface ServerCaCertificate {
  /** Lower-case hex SHA-256 of the DER. */
  readonly certificateId: string;
  readonly subject: string;
  /** "RSA 2048", "EC prime256v1". */
  readonly key: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** What devices must trust to accept what it signs: itself, or the root of its chain. */
  readonly trustAnchorPem: string;
  /** Itself, then the intermediates above it, if any. */
  readonly chainPems: readonly string[];
  /** Of a retired one: when its last server certificate expires. */
  readonly forgottenAt?: number;
  /** Its CRL; undefined when its key is not here. */
  readonly crlPem?: string;
}

export interface ServerCaState {
  /** Undefined while there is none; `problem` says why. */
  readonly current: ServerCaCertificate | undefined;
  readonly next: ServerCaCertificate | undefined;
  /** When `next` begins to sign. */
  readonly switchAt: number | undefined;
  readonly retired: readonly ServerCaCertificate[];
  /** What is wrong, and what to do; with a `current`, it signs all the same unless its key is missing. */
  readonly problem: string | undefined;
  /** The operator's own, not made here. */
  readonly custom: boolean;
}

export interface ServerCertificateState {
  /** "<owner>/<name>"; "<owner>/#<number>" for an unnamed one. */
  readonly name: string;
  /** Undefined while there is none yet. */
  readonly certificate:
    | {
        readonly certificateId: string;
        readonly serialNumber: string;
        readonly key: string;
        readonly hosts: readonly string[];
        readonly notBefore: number;
        readonly notAfter: number;
        readonly caCertificateId: string;
      }
    | undefined;
  /** When it is renewed unless something else renews it earlier; undefined: never. */
  readonly rotatesAt: number | undefined;
  readonly subscribers: number;
  readonly problem: string | undefined;
}

export interface ServerCaControl {
  state(): ServerCaState;
  /**
   * `announce` begins a rollover; `now` announces and switches, or switches to what is announced; `cancel` drops what is
   * announced. Rejects with `DaemonError` (ALREADY_EXISTS, NOT_FOUND, CLOCK_SUSPECT, INVALID_ARGUMENTS).
   */
  rotate(step: 'announce' | 'now' | 'cancel'): Promise<ServerCaState>;
}

export interface ServerCertificateControl {
  list(): readonly ServerCertificateState[];
  /** Issues anew; undefined: all. NOT_FOUND when there is none of that name. */
  rotate(name: string | undefined): Promise<readonly ServerCertificateState[]>;
}

/** One server CA of the daemon's own, as a backup has it. */
export interface ExportedAuthority {
  readonly role: 'current' | 'next' | 'retired';
  readonly certificatePem: string;
  /** PKCS#8. Secret. */
  readonly privateKeyPem: string;
  /** Of the current one: the latest end of what it signed, 0: it signed nothing. Of the next one: when it begins to sign. Of a retired one: when its last server certificate expires. */
  readonly until: number;
}

/** The server CAs as a second copy of them goes out and comes in. */
export interface ServerCaBackup {
  /**
   * Those of the daemon's own; none while the operator's own CA signs, whose key is theirs to keep. Rejects when a CA that is
   * in use cannot be read: half a copy is none.
   */
  exportAuthorities(): Promise<readonly ExportedAuthority[]>;
  /**
   * Makes the server CAs those of the list, all or nothing, on disk when it resolves; the answer is the id of the one that
   * signs from then on. The same ones as here change nothing. Others are ALREADY_EXISTS unless `replace`, or the CA here never
   * signed anything or cannot be used; what they replace is kept aside. INVALID_ARGUMENTS for a key that is not the
   * certificate's, a certificate that is no CA's, no current one or two of them, and where the configuration names the
   * operator's own CA. With `check` nothing is changed: it rejects as the import would.
   */
  importAuthorities(
    authorities: readonly ExportedAuthority[],
    options: { readonly replace: boolean; readonly check: boolean },
  ): Promise<string>;
}
