/**
 * The four operations for one component, whatever number of connections it has: may it call this, is there room, are the arguments
 * right, in this order; then the rooms answer. What it may call is asked at each call. Its sessions are its own.
 */
import {
  COMPONENT_OPERATIONS,
  type ComponentOperation,
  type ComponentTokens,
} from '../../components/component.ts';
import { DaemonError } from '../../errors.ts';
import type { ServerCertificates } from '../../pki/certificates-api.ts';
import { ListenerGate } from '../gate.ts';
import { correlationId, LONGEST_CERTIFICATE } from '../grpc/arguments.ts';
import type { ListenerLimits } from '../limits.ts';
import type { Identity, Sessions } from '../ports.ts';
import {
  type ActionArguments,
  action,
  clientDeviceCertificate,
  type MqttCredential,
  mqttCredential,
  requireServerCertificate,
} from './arguments.ts';
import { Call, type CallParts, type CallStream, UNKNOWN_OPERATION } from './call.ts';
import { serveCertificateUpdates } from './certificate-stream.ts';
import { STOPPING } from './service-errors.ts';

const PREFIX = 'aws.greengrass#';

export interface ComponentServiceParts extends Omit<CallParts, 'gate'> {
  readonly sessions: Sessions;
  readonly identity: Identity;
  readonly certificates: ServerCertificates;
  readonly components: ComponentTokens;
}

export class ComponentService {
  readonly component: string;
  /** Whose its sessions are. No listener's name has a slash. */
  readonly listener: string;
  readonly gate: ListenerGate;
  readonly #parts: ComponentServiceParts;
  readonly #callParts: CallParts;

  constructor(component: string, limits: ListenerLimits, parts: ComponentServiceParts) {
    this.component = component;
    this.listener = `ipc/${component}`;
    this.#parts = parts;
    const { clock, logger, observer } = parts;
    this.gate = new ListenerGate({
      listener: this.listener,
      operations: (operation) => operation === UNKNOWN_OPERATION || this.mayCall(operation),
      limits,
      clock,
    });
    this.#callParts = { gate: this.gate, observer, logger, clock };
  }

  mayCall(operation: string): boolean {
    const allowed: ReadonlySet<string> | undefined = this.#parts.components.component(
      this.component,
    )?.operations;
    return allowed?.has(operation) === true;
  }

  /** @param name as it is on the wire. The call may be over when this returns. */
  begin(name: string, payload: Uint8Array, stream: CallStream): Call {
    const operation = COMPONENT_OPERATIONS.find((known) => name === PREFIX + known);
    const call = new Call(operation, stream, this.#callParts);
    const refusal = this.gate.admit(operation ?? UNKNOWN_OPERATION);
    if (refusal === 'stopping') call.dismiss(STOPPING);
    else if (refusal?.reason === 'UNAUTHORIZED') call.fail(unauthorized(this.component, operation));
    else if (refusal !== undefined) call.fail(refusal);
    else {
      call.admitted();
      this.#serve(call, payload);
    }
    return call;
  }

  #serve(call: Call, payload: Uint8Array): void {
    try {
      this.#answer(call, payload)?.catch((error: unknown) => call.fail(error));
    } catch (error) {
      call.fail(error);
    }
  }

  /** A decision is answered before this returns. What waits holds its arguments, not the message they came in. */
  #answer(call: Call, payload: Uint8Array): Promise<void> | undefined {
    switch (call.operation) {
      case 'VerifyClientDeviceIdentity':
        return this.#verify(call, clientDeviceCertificate(payload));
      case 'GetClientDeviceAuthToken':
        return this.#token(call, mqttCredential(payload));
      case 'AuthorizeClientDeviceAction':
        this.#authorize(call, action(payload));
        return undefined;
      case 'SubscribeToCertificateUpdates':
        requireServerCertificate(payload);
        serveCertificateUpdates(call, this.#parts.certificates, this.component);
        return undefined;
      case undefined:
        throw new DaemonError('UNIMPLEMENTED', 'deviceauthd does not have this operation');
    }
  }

  async #verify(call: Call, certificate: string): Promise<void> {
    const refuse = (reason: string, message: string, certificateId?: string): void => {
      call.refused({ reason, message, certificateId });
      call.answer('VerifyClientDeviceIdentityResponse', { isValidClientDevice: false }, 'failure');
    };
    if (certificate.length > LONGEST_CERTIFICATE)
      return refuse('CERTIFICATE_UNREADABLE', 'the certificate is too long');
    const verdict = await this.#parts.identity.verifyIdentity(certificate, call.signal);
    if (call.isOver) return;
    if (verdict.kind === 'active')
      call.answer('VerifyClientDeviceIdentityResponse', { isValidClientDevice: true });
    else if (verdict.kind === 'rejected') refuse(verdict.reason, verdict.message, verdict.certificateId);
    else if (verdict.queueFull === true) {
      const message = 'too many verifications wait already';
      call.refused({ reason: 'CLOUD_QUEUE_FULL', message });
      const { retryAfterMs } = verdict;
      throw new DaemonError('CLOUD_QUEUE_FULL', message, retryAfterMs === undefined ? {} : { retryAfterMs });
    } else refuse('VERIFICATION_UNAVAILABLE', 'there is no verdict, and no trust record stands');
  }

  async #token(call: Call, credential: MqttCredential): Promise<void> {
    const broker = { listener: this.listener, instanceId: '' };
    const { sessions } = this.#parts;
    const opened = await sessions.open(
      { ...credential, broker, correlationId: correlationId('') },
      call.signal,
    );
    if (opened.kind === 'refused') throw opened.error;
    const { token } = opened.session;
    // A token that nobody got would be in the way of others.
    if (!call.answer('GetClientDeviceAuthTokenResponse', { clientDeviceAuthToken: token }))
      sessions.close(this.listener, token);
  }

  #authorize(call: Call, { token, operation, resource }: ActionArguments): void {
    const answer = this.#parts.sessions.authorize(this.listener, token, operation, resource);
    if (answer.kind === 'invalid-token') {
      const message = 'clientDeviceAuthToken is not a live session';
      throw new DaemonError('INVALID_CLIENT_DEVICE_AUTH_TOKEN', message);
    }
    if (answer.decision.reason === 'SERVICE_MISMATCH') {
      const message = 'operation and resource are of different services';
      // The reference's name for it.
      call.fail(new DaemonError('INVALID_ARGUMENTS', message), 'ServiceError');
      return;
    }
    const { allowed: isAuthorized } = answer.decision;
    call.answer(
      'AuthorizeClientDeviceActionResponse',
      { isAuthorized },
      isAuthorized ? 'success' : 'failure',
    );
  }
}

export function unauthorized(component: string, operation: ComponentOperation | undefined): DaemonError {
  return new DaemonError(
    'UNAUTHORIZED',
    `the component "${component}" may not call ${operation ?? 'this operation'}`,
  );
}
