/**
 * One SubscribeToCertificateUpdates stream: checks the request, and carries the current server certificate, now and at every
 * change. A caller that reads slowly gets the latest when it reads on: what came in between is of no use to it. The subscription
 * ends with the stream, exactly once.
 */
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { CertificateUpdateEvent } from '../../contract/generated/deviceauth/v1/CertificateUpdateEvent.ts';
import type { SubscribeToCertificateUpdatesRequest__Output } from '../../contract/generated/deviceauth/v1/SubscribeToCertificateUpdatesRequest.ts';
import type {
  CertificateSubscription,
  CertificateSubscriptionRequest,
  CertificateUpdate,
  Pkcs12Encoder,
  ServerCertificates,
} from '../../pki/certificates-api.ts';
import type { OpenStream } from '../gate.ts';
import { invalid } from './arguments.ts';
import { type CallRunner, isMalformed, malformed } from './calls.ts';

const OPERATION = 'SubscribeToCertificateUpdates';
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const PASSWORD = /^[\x20-\x7e]{6,128}$/;
const ALIAS = /^[\x20-\x7e]{0,64}$/;
const DEFAULT_ALIAS = 'deviceauthd';

export type CertificateCall = ServerWritableStream<
  SubscribeToCertificateUpdatesRequest__Output,
  CertificateUpdateEvent
>;

export interface CertificateUpdatesParts {
  readonly certificates: ServerCertificates;
  readonly encodePkcs12: Pkcs12Encoder;
  readonly runner: CallRunner;
}

interface Wanted {
  readonly subscription: CertificateSubscriptionRequest;
  readonly pkcs12: { readonly password: string; readonly alias: string } | undefined;
}

export function serveCertificateUpdates(call: CertificateCall, parts: CertificateUpdatesParts): void {
  const { runner } = parts;
  const started = runner.clock.monotonic();
  const full = runner.gate.takeUpdateStream();
  if (full !== undefined) runner.failStream(call, OPERATION, full, started);
  else new CertificateStream(call, parts, started).start();
}

class CertificateStream implements OpenStream {
  readonly #call: CertificateCall;
  readonly #parts: CertificateUpdatesParts;
  readonly #started: number;
  #wanted: Wanted | undefined;
  #subscription: CertificateSubscription | undefined;
  #latest: CertificateUpdate | undefined;
  #isSending = false;
  #isBlocked = false;
  #over = false;

  constructor(call: CertificateCall, parts: CertificateUpdatesParts, started: number) {
    this.#call = call;
    this.#parts = parts;
    this.#started = started;
  }

  start(): void {
    this.#parts.runner.gate.opened(this);
    this.#call.on('cancelled', () => {
      if (this.#close()) this.#parts.runner.observe(OPERATION, 'success', undefined, this.#started);
    });
    this.#call.on('drain', () => {
      this.#isBlocked = false;
      this.#send();
    });
    try {
      const wanted = readRequest(this.#call.request, this.#parts.runner.listener);
      this.#wanted = wanted;
      this.#subscription = this.#parts.certificates.subscribe(wanted.subscription, (update) => {
        this.#latest = update;
        this.#send();
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The listener stops. */
  end(): void {
    if (!this.#close()) return;
    this.#parts.runner.observe(OPERATION, 'success', undefined, this.#started);
    this.#call.end();
  }

  #send(): void {
    if (this.#isSending || this.#over) return;
    this.#isSending = true;
    this.#sendLatest()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#isSending = false;
      });
  }

  async #sendLatest(): Promise<void> {
    while (!this.#isBlocked && this.#latest !== undefined) {
      const update = this.#latest;
      this.#latest = undefined;
      const certificateUpdate = await this.#message(update);
      if (this.#over) return;
      this.#isBlocked = !this.#call.write({ certificateUpdate, event: 'certificateUpdate' });
    }
  }

  async #message(
    update: CertificateUpdate,
  ): Promise<NonNullable<CertificateUpdateEvent['certificateUpdate']>> {
    const pkcs12 = this.#wanted?.pkcs12;
    return {
      certificate: update.certificatePem,
      privateKey: update.privateKeyPem,
      publicKey: update.publicKeyPem,
      caCertificates: [...update.caPems],
      deviceCaCertificates: [...update.deviceCaPems],
      deviceCaCrls: [...update.deviceCaCrlPems],
      notAfter: update.notAfter,
      ...(pkcs12 === undefined
        ? {}
        : { pkcs12: Buffer.from(await this.#parts.encodePkcs12(update, pkcs12)) }),
    };
  }

  #fail(error: unknown): void {
    if (this.#close()) this.#parts.runner.failStream(this.#call, OPERATION, error, this.#started);
  }

  /** False if it was closed before. */
  #close(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#latest = undefined;
    const { gate } = this.#parts.runner;
    gate.closed(this);
    gate.releaseUpdateStream();
    this.#subscription?.end();
    return true;
  }
}

function readRequest(request: SubscribeToCertificateUpdatesRequest__Output, owner: string): Wanted {
  if (isMalformed(request)) throw malformed(OPERATION);
  const { certificateOptions, subscriberName, keyType, pkcs12 } = request;
  if (certificateOptions === null) throw invalid('certificate_options is required');
  if (certificateOptions.certificateType !== 'SERVER')
    throw invalid('certificate_options.certificate_type must be SERVER');
  if (subscriberName !== '' && !NAME.test(subscriberName)) {
    throw invalid(
      'subscriber_name must be 1 to 64 characters of [A-Za-z0-9_.-], the first a letter or digit, or empty',
    );
  }
  if (keyType !== 'KEY_TYPE_UNSPECIFIED' && keyType !== 'EC_P256' && keyType !== 'RSA_2048')
    throw invalid('key_type must be EC_P256 or RSA_2048');
  return {
    subscription: {
      owner,
      name: subscriberName === '' ? undefined : subscriberName,
      keyType: keyType === 'KEY_TYPE_UNSPECIFIED' ? undefined : keyType,
    },
    pkcs12: pkcs12 === null ? undefined : readPkcs12(pkcs12),
  };
}

function readPkcs12({
  password,
  alias,
}: {
  readonly password: string;
  readonly alias: string;
}): Wanted['pkcs12'] {
  if (!PASSWORD.test(password)) throw invalid('pkcs12.password must be 6 to 128 printable ASCII characters');
  if (!ALIAS.test(alias)) throw invalid('pkcs12.alias must be at most 64 printable ASCII characters');
  return { password, alias: alias === '' ? DEFAULT_ALIAS : alias };
}
