/**
 * The verifier `greengrass`: what the Greengrass data plane says of a certificate and of an attachment. Always true: a verdict is the
 * cloud's own word about what was asked; whatever else comes of it is `unavailable`.
 */
import type { DeviceCertificate } from '../../identity/certificate.ts';
import type {
  Asking,
  AttachmentVerdict,
  CertificateVerdict,
  ExclusiveThingVerdict,
  Unavailable,
  Verifier,
} from '../../identity/verifier.ts';
import type { CloudRequests } from '../request.ts';
import type { GreengrassDataPlane } from './data-plane.ts';

export interface GreengrassVerifierOptions {
  readonly dataPlane: GreengrassDataPlane;
  readonly requests: CloudRequests;
}

export class GreengrassVerifier implements Verifier {
  readonly name = 'greengrass';
  readonly local = false;
  readonly #dataPlane: GreengrassDataPlane;
  readonly #requests: CloudRequests;

  constructor({ dataPlane, requests }: GreengrassVerifierOptions) {
    this.#dataPlane = dataPlane;
    this.#requests = requests;
  }

  async verifyCertificate(certificate: DeviceCertificate, asking: Asking): Promise<CertificateVerdict> {
    const problem = this.#dataPlane.problemOf('verifyClientDeviceIdentity');
    if (problem !== undefined) return unavailable(problem);
    const said = await this.#requests.run({
      operation: 'VerifyClientDeviceIdentity',
      asking,
      attempt: (signal) =>
        this.#dataPlane.verifyClientDeviceIdentity(certificate.pem, certificate.id, signal),
    });
    if (said.kind === 'unavailable') return said;
    if (said.value.kind === 'yes') return { kind: 'active' };
    // It does not tell unknown from inactive.
    const message = `AWS has no active device with this certificate (${said.value.message})`;
    return { kind: 'rejected', reason: 'CERTIFICATE_UNKNOWN', message };
  }

  async verifyAttachment(
    certificateId: string,
    thingName: string,
    asking: Asking,
  ): Promise<AttachmentVerdict> {
    const problem = this.#dataPlane.problemOf('verifyClientDeviceIoTCertificateAssociation');
    if (problem !== undefined) return unavailable(problem);
    const said = await this.#requests.run({
      operation: 'VerifyClientDeviceIoTCertificateAssociation',
      asking,
      attempt: (signal) =>
        this.#dataPlane.verifyClientDeviceIoTCertificateAssociation(thingName, certificateId, signal),
    });
    if (said.kind === 'unavailable') return said;
    if (said.value.kind === 'yes') return { kind: 'active', exclusive: false };
    const message = `AWS does not have the certificate attached to ${thingName} (${said.value.message})`;
    return { kind: 'rejected', reason: 'NOT_ATTACHED', message };
  }

  async exclusiveThingOf(): Promise<ExclusiveThingVerdict> {
    return unavailable('Greengrass does not tell which certificates are attached exclusively');
  }

  async isThing(): Promise<undefined> {
    return undefined;
  }
}

function unavailable(cause: string): Unavailable {
  return { kind: 'unavailable', cause };
}
