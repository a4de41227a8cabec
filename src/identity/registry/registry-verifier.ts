/**
 * The embedded registry as verifier: always at hand, asked each time.
 *
 * A certificate counts when it is the registered one (its id is the digest of the whole) and ACTIVE.
 * One that is not registered counts when a device CA that may provision, and is valid now, really
 * issued it; it is registered once its attachment is asked for as well, with the thing of its common
 * name, in one write. So nothing is written for a certificate that was only looked at, and what a
 * certificate is refused for changes nothing. A certificate that was ever deleted or revoked is not
 * provisioned again.
 */
import { X509Certificate } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { DaemonError } from '../../errors.ts';
import type { DeviceCertificate } from '../certificate.ts';
import type {
  Asking,
  AttachmentVerdict,
  CertificateVerdict,
  ExclusiveThingVerdict,
  Rejected,
  RejectionReason,
  Unavailable,
  Verifier,
} from '../verifier.ts';
import type { CertificateStatus, DeviceCaRecord, RegistryStore, Tombstone } from './store.ts';
import { isThingName } from './validation.ts';

export interface RegistryVerifierOptions {
  readonly registry: RegistryStore;
  /** The clock by which a device CA is valid: the trusted one. */
  readonly clock: { now(): number };
  /** A device CA's word registered a certificate. Must not throw. */
  readonly onProvisioned?: (provisioned: {
    readonly certificateId: string;
    readonly thingName: string;
    readonly issuer: string;
  }) => void;
}

interface DeviceCa {
  readonly name: string;
  readonly pem: string;
  readonly provisioning: boolean;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Certificates between the look at them and at their attachment. One that is forgotten is looked at again. */
const MOST_PROVISIONABLE = 1_000;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';

const REFUSED: Readonly<Record<Exclude<CertificateStatus, 'ACTIVE'>, readonly [RejectionReason, string]>> = {
  INACTIVE: ['CERTIFICATE_INACTIVE', 'the certificate is registered as INACTIVE'],
  REVOKED: ['CERTIFICATE_REVOKED', 'the certificate is revoked'],
  PENDING_ACTIVATION: ['CERTIFICATE_PENDING_ACTIVATION', 'the certificate waits for its activation'],
};

const BURIED: Readonly<Record<Tombstone['kind'], readonly [RejectionReason, string]>> = {
  deleted: ['CERTIFICATE_DELETED', 'the certificate was deleted from the registry'],
  revoked: ['CERTIFICATE_REVOKED', 'the certificate was revoked, and deleted from the registry'],
};

export class RegistryVerifier implements Verifier {
  readonly name = 'registry';
  readonly local = true;
  readonly #registry: RegistryStore;
  readonly #clock: { now(): number };
  readonly #onProvisioned: RegistryVerifierOptions['onProvisioned'];
  readonly #provisionable = new LRUCache<string, DeviceCertificate>({ max: MOST_PROVISIONABLE });
  readonly #stopListening: () => void;
  #deviceCas: Promise<readonly DeviceCa[]> | undefined;

  constructor(options: RegistryVerifierOptions) {
    this.#registry = options.registry;
    this.#clock = options.clock;
    this.#onProvisioned = options.onProvisioned;
    this.#stopListening = options.registry.onChange((change) => {
      if (change.kind === 'device-cas') this.#deviceCas = undefined;
    });
  }

  /** Stops listening to the registry. */
  close(): void {
    this.#stopListening();
  }

  verifyCertificate(certificate: DeviceCertificate, { signal }: Asking): Promise<CertificateVerdict> {
    return this.#answer(signal, async () => {
      const status = await this.#registry.certificateStatus(certificate.id);
      if (status !== undefined)
        return status === 'ACTIVE' ? { kind: 'active' } : rejected(...REFUSED[status]);
      const tombstone = await this.#registry.tombstone(certificate.id);
      if (tombstone !== undefined) return rejected(...BURIED[tombstone.kind]);
      const refusal = await this.#whyNotProvisioned(certificate);
      if (refusal !== undefined) return refusal;
      this.#provisionable.set(certificate.id, certificate);
      return { kind: 'active' };
    });
  }

  verifyAttachment(certificateId: string, thingName: string, { signal }: Asking): Promise<AttachmentVerdict> {
    return this.#answer(signal, async () => {
      const known = await this.#attachment(certificateId, thingName);
      if (known !== undefined) return known;
      if (await this.#provision(certificateId, thingName)) {
        const made = await this.#attachment(certificateId, thingName);
        if (made !== undefined) return made;
      }
      return (await this.#registry.thing(thingName)) === undefined
        ? rejected('THING_UNKNOWN', `there is no thing ${JSON.stringify(thingName.slice(0, 140))}`)
        : rejected('NOT_ATTACHED', `the certificate is not attached to ${thingName}`);
    });
  }

  exclusiveThingOf(certificateId: string, { signal }: Asking): Promise<ExclusiveThingVerdict> {
    return this.#answer(signal, async () => {
      const attachments = await this.#registry.attachmentsOfCertificate(certificateId);
      const exclusive = attachments.find((each) => each.exclusive);
      if (exclusive !== undefined) return { kind: 'thing', thingName: exclusive.thingName };
      return attachments.length === 0
        ? rejected('NOT_ATTACHED', 'the certificate is attached to no thing')
        : rejected('CLIENT_ID_NOT_ALLOWED', 'the certificate is attached, but not exclusively');
    });
  }

  async isThing(name: string, _asking: Asking): Promise<boolean | undefined> {
    try {
      return (await this.#registry.thing(name)) !== undefined;
    } catch {
      return undefined;
    }
  }

  async #attachment(certificateId: string, thingName: string): Promise<AttachmentVerdict | undefined> {
    const attachment = await this.#registry.attachment(certificateId, thingName);
    return attachment === undefined ? undefined : { kind: 'active', exclusive: attachment.exclusive };
  }

  async #whyNotProvisioned(certificate: DeviceCertificate): Promise<Rejected | undefined> {
    const deviceCas = await this.#currentDeviceCas();
    // Several when a CA was renewed with the key it had.
    const issuers = deviceCas.filter((ca) => certificate.isIssuedBy(ca.pem));
    if (issuers.length === 0) {
      return deviceCas.length === 0
        ? rejected('CERTIFICATE_UNKNOWN', 'the certificate is not registered')
        : rejected('ISSUER_UNKNOWN', 'the certificate is not registered, and no device CA issued it');
    }
    const problems = issuers.map((issuer) => this.#problemOf(certificate, issuer));
    if (problems.includes(undefined)) return this.#twinOf(certificate);
    return rejected(
      'CERTIFICATE_UNKNOWN',
      `the certificate is not registered, and ${problems.join(', and ')}`,
    );
  }

  /** Made from a registered or buried certificate by rewriting its signature: see `refuseTwin`. */
  async #twinOf(certificate: DeviceCertificate): Promise<Rejected | undefined> {
    const twin = await this.#registry.twinOf(certificate);
    if (twin === undefined) return undefined;
    return rejected(
      'CERTIFICATE_UNKNOWN',
      `the certificate is not registered, and certificate ${twin.slice(0, 16)} has its issuer and serial number`,
    );
  }

  #problemOf(certificate: DeviceCertificate, issuer: DeviceCa): string | undefined {
    const now = this.#clock.now();
    const { name } = issuer;
    if (!issuer.provisioning) return `its issuer, device CA ${name}, does not provision`;
    if (now < issuer.notBefore) return `its issuer, device CA ${name}, is not valid yet`;
    if (now > issuer.notAfter) return `its issuer, device CA ${name}, has expired`;
    if (certificate.commonName === undefined || !isThingName(certificate.commonName)) {
      return 'its common name cannot be the name of a thing';
    }
    return isForDevices(certificate.pem)
      ? undefined
      : 'it is a CA certificate or not for client authentication';
  }

  /** True when the attachment is worth asking for again. */
  async #provision(certificateId: string, thingName: string): Promise<boolean> {
    const certificate = this.#provisionable.get(certificateId);
    if (certificate === undefined || certificate.commonName !== thingName) return false;
    // The device CA may have been removed since.
    if ((await this.#whyNotProvisioned(certificate)) !== undefined) return false;
    const { id, pem, subject, issuer, serialNumber, key, notBefore, notAfter } = certificate;
    try {
      const { unchanged } = await this.#registry.register({
        certificate: { id, pem, subject, issuer, serialNumber, key, notBefore, notAfter },
        status: 'ACTIVE',
        attach: { thingName, exclusive: false },
        createThing: { name: thingName },
        provisioning: true,
      });
      if (!unchanged) this.#onProvisioned?.({ certificateId, thingName, issuer });
    } catch (error) {
      // An operator was faster: what is registered now, decides.
      if (!(error instanceof DaemonError && error.reason === 'ALREADY_EXISTS')) throw error;
    }
    this.#provisionable.delete(certificateId);
    return true;
  }

  #currentDeviceCas(): Promise<readonly DeviceCa[]> {
    if (this.#deviceCas !== undefined) return this.#deviceCas;
    const loading = this.#registry.deviceCas().then((records) => records.flatMap(readDeviceCa));
    this.#deviceCas = loading;
    loading.catch(() => {
      if (this.#deviceCas === loading) this.#deviceCas = undefined;
    });
    return loading;
  }

  /** A registry that fails gives no verdict; it never makes one. */
  async #answer<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T | Unavailable> {
    if (signal.aborted) return { kind: 'unavailable', cause: 'the call was cancelled' };
    try {
      return await ask();
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return { kind: 'unavailable', cause: `registry: ${cause}` };
    }
  }
}

/** Only what OpenSSL takes for a CA certificate can have issued anything. */
function readDeviceCa({ name, pem, provisioning }: DeviceCaRecord): readonly DeviceCa[] {
  try {
    const x509 = new X509Certificate(pem);
    if (!x509.ca) return [];
    const notBefore = x509.validFromDate.getTime();
    return [{ name, pem, provisioning, notBefore, notAfter: x509.validToDate.getTime() }];
  } catch {
    return [];
  }
}

function isForDevices(pem: string): boolean {
  const x509 = new X509Certificate(pem);
  // Node's `keyUsage` is the extended key usage; undefined when there is none.
  const usages = x509.keyUsage as readonly string[] | undefined;
  return !x509.ca && (usages?.some((oid) => oid === CLIENT_AUTH || oid === ANY_EXTENDED_KEY_USAGE) ?? true);
}

function rejected(reason: RejectionReason, message: string): Rejected {
  return { kind: 'rejected', reason, message };
}
