/**
 * `deviceauth.v1.DeviceAuth` for one listener: checks the arguments, asks the rooms, and puts their answers on the
 * wire. What a listener allows was decided before (see `admission.ts`). Holds no state of its own.
 */
import type { Server } from '@grpc/grpc-js';
import type { AuthorizeClientDeviceActionRequest__Output } from '../../contract/generated/deviceauth/v1/AuthorizeClientDeviceActionRequest.ts';
import type { AuthorizeClientDeviceActionResponse } from '../../contract/generated/deviceauth/v1/AuthorizeClientDeviceActionResponse.ts';
import type { CheckClientIdRequest__Output } from '../../contract/generated/deviceauth/v1/CheckClientIdRequest.ts';
import type { CheckClientIdResponse } from '../../contract/generated/deviceauth/v1/CheckClientIdResponse.ts';
import type { CloseClientDeviceSessionRequest__Output } from '../../contract/generated/deviceauth/v1/CloseClientDeviceSessionRequest.ts';
import type { GetClientDeviceAuthTokenRequest__Output } from '../../contract/generated/deviceauth/v1/GetClientDeviceAuthTokenRequest.ts';
import type { GetClientDeviceAuthTokenResponse } from '../../contract/generated/deviceauth/v1/GetClientDeviceAuthTokenResponse.ts';
import type { GetGrantSetRequest__Output } from '../../contract/generated/deviceauth/v1/GetGrantSetRequest.ts';
import type { GetGrantSetResponse } from '../../contract/generated/deviceauth/v1/GetGrantSetResponse.ts';
import type { VerifyClientDeviceIdentityRequest__Output } from '../../contract/generated/deviceauth/v1/VerifyClientDeviceIdentityRequest.ts';
import type { VerifyClientDeviceIdentityResponse } from '../../contract/generated/deviceauth/v1/VerifyClientDeviceIdentityResponse.ts';
import type { Contract } from '../../contract/index.ts';
import { DaemonError } from '../../errors.ts';
import type { Pkcs12Encoder, ServerCertificates } from '../../pki/certificates-api.ts';
import type { GrantSets, Identity, Sessions } from '../ports.ts';
import {
  brokerInstanceId,
  clientDeviceCertificate,
  correlationId,
  LONGEST_CERTIFICATE,
  mqttCredential,
  required,
} from './arguments.ts';
import { type CallContext, type CallRunner, tolerant } from './calls.ts';
import { type CertificateCall, serveCertificateUpdates } from './certificate-updates.ts';
import { Decisions, serveDecisions } from './decisions.ts';
import { serveUpdates, type UpdateCall } from './update-stream.ts';
import { tokenResponse } from './wire.ts';

export interface DeviceAuthParts {
  readonly contract: Contract;
  readonly sessions: Sessions;
  readonly identity: Identity;
  readonly grantSets: GrantSets;
  readonly certificates: ServerCertificates;
  readonly encodePkcs12: Pkcs12Encoder;
}

const AUTHORIZED: AuthorizeClientDeviceActionResponse = { isAuthorized: true };
const NOT_AUTHORIZED: AuthorizeClientDeviceActionResponse = { isAuthorized: false };

export class DeviceAuthService {
  readonly #parts: DeviceAuthParts;
  readonly #runner: CallRunner;
  readonly #decisions: Decisions;

  constructor(parts: DeviceAuthParts, runner: CallRunner) {
    this.#parts = parts;
    this.#runner = runner;
    this.#decisions = new Decisions(parts.sessions, runner);
  }

  addTo(server: Server): void {
    const definition = this.#parts.contract.deviceAuth;
    const { sessions, certificates, encodePkcs12 } = this.#parts;
    const runner = this.#runner;
    // Updates are serialized before they wait, so that what waits is counted in bytes and made once.
    const serialize = definition.SubscribeToSessionUpdates.responseSerialize;
    const updates = { ...definition.SubscribeToSessionUpdates, responseSerialize: (bytes: Buffer) => bytes };
    server.addService(tolerant({ ...definition, SubscribeToSessionUpdates: updates }), {
      VerifyClientDeviceIdentity: runner.unary(
        'VerifyClientDeviceIdentity',
        (request: VerifyClientDeviceIdentityRequest__Output, call) => this.#verify(request, call),
        (response) => response.isValidClientDevice === true,
      ),
      GetClientDeviceAuthToken: runner.unary(
        'GetClientDeviceAuthToken',
        (request: GetClientDeviceAuthTokenRequest__Output, call) => this.#token(request, call),
      ),
      GetGrantSet: runner.unary('GetGrantSet', (request: GetGrantSetRequest__Output) =>
        this.#grantSet(request),
      ),
      AuthorizeClientDeviceAction: runner.unary(
        'AuthorizeClientDeviceAction',
        (request: AuthorizeClientDeviceActionRequest__Output) =>
          this.#decisions.authorize(request) ? AUTHORIZED : NOT_AUTHORIZED,
        (response) => response === AUTHORIZED,
      ),
      AuthorizeClientDeviceActions: (call: Parameters<typeof serveDecisions>[0]) =>
        serveDecisions(call, this.#decisions, runner),
      SubscribeToSessionUpdates: (call: UpdateCall) => serveUpdates(call, { sessions, runner, serialize }),
      CheckClientId: runner.unary(
        'CheckClientId',
        (request: CheckClientIdRequest__Output, call) => this.#checkClientId(request, call),
        (response) => response.isFree === true,
      ),
      CloseClientDeviceSession: runner.unary(
        'CloseClientDeviceSession',
        (request: CloseClientDeviceSessionRequest__Output) => this.#close(request),
      ),
      SubscribeToCertificateUpdates: (call: CertificateCall) =>
        serveCertificateUpdates(call, { certificates, encodePkcs12, runner }),
    });
  }

  async #verify(
    request: VerifyClientDeviceIdentityRequest__Output,
    call: CallContext,
  ): Promise<VerifyClientDeviceIdentityResponse> {
    const operation = 'VerifyClientDeviceIdentity';
    const certificate = clientDeviceCertificate(request.credential);
    // Never an error for a bad certificate: an impossible one is a bad one.
    const refused = (reason: string, message: string, certificateId?: string): void => {
      const correlation = correlationId(request.correlationId);
      this.#runner.refused({ operation, reason, message, certificateId, correlationId: correlation });
    };
    if (certificate.length > LONGEST_CERTIFICATE) {
      refused('CERTIFICATE_UNREADABLE', 'the certificate is too long');
      return { isValidClientDevice: false };
    }
    const verdict = await this.#parts.identity.verifyIdentity(certificate, call.signal);
    if (verdict.kind === 'active') return { isValidClientDevice: true };
    if (verdict.kind === 'rejected') {
      refused(verdict.reason, verdict.message, verdict.certificateId);
      return { isValidClientDevice: false };
    }
    if (verdict.queueFull === true) {
      refused('CLOUD_QUEUE_FULL', 'too many verifications wait already');
      const { retryAfterMs } = verdict;
      const details = retryAfterMs === undefined ? {} : { retryAfterMs };
      throw new DaemonError('CLOUD_QUEUE_FULL', 'too many verifications wait already', details);
    }
    refused('VERIFICATION_UNAVAILABLE', 'there is no verdict, and no trust record stands');
    return { isValidClientDevice: false, reason: 'VERIFICATION_UNAVAILABLE' };
  }

  async #token(
    request: GetClientDeviceAuthTokenRequest__Output,
    call: CallContext,
  ): Promise<GetClientDeviceAuthTokenResponse> {
    const { clientId, certificatePem } = mqttCredential(request.credential);
    const instanceId = brokerInstanceId(request.brokerInstanceId, true);
    const correlation = correlationId(request.correlationId);
    const broker = { listener: this.#runner.listener, instanceId };
    const opened = await this.#parts.sessions.open(
      { clientId, certificatePem, broker, correlationId: correlation },
      call.signal,
    );
    if (opened.kind === 'refused') throw opened.error;
    return tokenResponse(opened.session, correlation);
  }

  #grantSet(request: GetGrantSetRequest__Output): GetGrantSetResponse {
    const id = required(request.grantSetId, 'grant_set_id');
    const found = this.#parts.grantSets.grantSet(id);
    if (found === undefined) throw new DaemonError('NOT_FOUND', 'there is no such grant set');
    return { grantSet: found.bytes };
  }

  async #checkClientId(
    request: CheckClientIdRequest__Output,
    call: CallContext,
  ): Promise<CheckClientIdResponse> {
    const clientId = required(request.clientId, 'client_id');
    const refused = (reason: string, message: string): void => {
      const correlation = correlationId(request.correlationId);
      this.#runner.refused({
        operation: 'CheckClientId',
        reason,
        message,
        clientId,
        correlationId: correlation,
      });
    };
    const isThing = await this.#parts.identity.isThing(clientId, call.signal);
    // Asked last, so that a session opened meanwhile counts.
    const hasSession = this.#parts.sessions.hasClientId(clientId);
    if (isThing === true || hasSession) {
      const whose = isThing === true ? 'a registered thing has this name' : 'a session has this client id';
      refused('CLIENT_ID_NOT_ALLOWED', `${whose}, and the client shows no certificate`);
      return { isFree: false };
    }
    if (isThing === false) return { isFree: true };
    refused('VERIFICATION_UNAVAILABLE', 'whether the client id is a thing’s cannot be told now');
    return { isFree: false, reason: 'VERIFICATION_UNAVAILABLE' };
  }

  #close(request: CloseClientDeviceSessionRequest__Output): Record<string, never> {
    const token = required(request.clientDeviceAuthToken, 'client_device_auth_token');
    this.#parts.sessions.close(this.#runner.listener, token);
    return {};
  }
}
