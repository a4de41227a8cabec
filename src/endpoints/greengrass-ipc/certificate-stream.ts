/**
 * One SubscribeToCertificateUpdates stream: an empty response, then the server certificate, now and at every change. All streams of a
 * component carry the same certificate, which it keeps through reconnects. A component that reads slowly gets the latest when it
 * reads on. The subscription ends with the stream, exactly once.
 */
import { createHash } from 'node:crypto';
import type {
  CertificateSubscription,
  CertificateUpdate,
  ServerCertificates,
} from '../../pki/certificates-api.ts';
import type { Call } from './call.ts';
import { GREENGRASS_IPC_LISTENER } from './name.ts';

/** What may be a file's name wherever certificates are kept. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Throws what there is no subscription for, and then has sent nothing. */
export function serveCertificateUpdates(
  call: Call,
  certificates: ServerCertificates,
  component: string,
): void {
  const stream = new CertificateStream(call);
  const request = { owner: GREENGRASS_IPC_LISTENER, name: certificateName(component), keyType: undefined };
  stream.begin(certificates.subscribe(request, (update) => stream.take(update)));
}

class CertificateStream {
  readonly #call: Call;
  #latest: CertificateUpdate | undefined;

  constructor(call: Call) {
    this.#call = call;
  }

  begin(subscription: CertificateSubscription): void {
    this.#call.open(() => {
      this.#latest = undefined;
      subscription.end();
    });
    this.#call.send('SubscribeToCertificateUpdatesResponse', {});
  }

  take(update: CertificateUpdate): void {
    if (this.#call.isOver) return;
    this.#latest = update;
    this.#send();
  }

  #send(): void {
    const update = this.#latest;
    if (update === undefined) return;
    if (this.#call.stream.isBlocked) {
      this.#call.stream.whenUnblocked(() => this.#send());
      return;
    }
    this.#latest = undefined;
    const {
      certificatePem: certificate,
      privateKeyPem: privateKey,
      publicKeyPem: publicKey,
      caPems,
    } = update;
    const certificateUpdate = { privateKey, publicKey, certificate, caCertificates: caPems };
    this.#call.send('CertificateUpdateEvent', { certificateUpdate });
  }
}

/** A component's name may be longer than a certificate's; its digest is nobody else's name. */
function certificateName(component: string): string {
  return FILE_NAME.test(component) ? component : createHash('sha256').update(component).digest('hex');
}
