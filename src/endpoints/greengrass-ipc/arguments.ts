/**
 * What a request of a component must look like before any room sees it: JSON, in the shapes of the reference's model. Errors name
 * the member as the model does; the order of the checks is the reference's. A union has exactly one arm; members that the model
 * does not have are ignored elsewhere.
 */
import { DaemonError } from '../../errors.ts';
import { LONGEST_CERTIFICATE, LONGEST_OPERATION, LONGEST_RESOURCE } from '../grpc/arguments.ts';

type Members = Readonly<Record<string, unknown>>;

export interface MqttCredential {
  readonly clientId: string;
  readonly certificatePem: string;
}

export interface ActionArguments {
  readonly token: string;
  readonly operation: string;
  readonly resource: string;
}

/** The certificate of VerifyClientDeviceIdentity. */
export function clientDeviceCertificate(payload: Uint8Array): string {
  const certificate = text(
    arm(readRequest(payload), 'clientDeviceCertificate'),
    'credential.clientDeviceCertificate',
  );
  if (certificate === '') throw invalid('credential.clientDeviceCertificate is required');
  return certificate;
}

/** Of GetClientDeviceAuthToken. The client id may be empty here: that is a refused credential, not a malformed call. */
export function mqttCredential(payload: Uint8Array): MqttCredential {
  const credential = members(arm(readRequest(payload), 'mqttCredential'), 'credential.mqttCredential');
  const clientId = text(credential['clientId'], 'credential.mqttCredential.clientId');
  const certificatePem = text(credential['certificatePem'], 'credential.mqttCredential.certificatePem');
  if (certificatePem === '') throw invalid('credential.mqttCredential.certificatePem is required');
  if (certificatePem.length > LONGEST_CERTIFICATE)
    throw invalid('credential.mqttCredential.certificatePem is longer than 64 KiB');
  return { clientId, certificatePem };
}

/** Of AuthorizeClientDeviceAction: token, operation, resource, in this order. */
export function action(payload: Uint8Array): ActionArguments {
  const request = readRequest(payload);
  const token = required(request, 'clientDeviceAuthToken');
  const operation = required(request, 'operation');
  const resource = required(request, 'resource');
  if (operation.length > LONGEST_OPERATION)
    throw invalid(`operation is longer than ${LONGEST_OPERATION} characters`);
  if (resource.length > LONGEST_RESOURCE)
    throw invalid(`resource is longer than ${LONGEST_RESOURCE} characters`);
  return { token, operation, resource };
}

/** Of SubscribeToCertificateUpdates: there is one type of certificate. */
export function requireServerCertificate(payload: Uint8Array): void {
  const { certificateOptions } = readRequest(payload);
  if (isAbsent(certificateOptions)) throw invalid('certificateOptions is required');
  const { certificateType } = members(certificateOptions, 'certificateOptions');
  if (certificateType !== 'SERVER') throw invalid('certificateOptions.certificateType must be SERVER');
}

function readRequest(payload: Uint8Array): Members {
  if (payload.length === 0) return {};
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'));
  } catch {
    // The error quotes what was sent.
    throw invalid('the request is not JSON');
  }
  return members(read, 'the request');
}

/** The one arm of the union `credential` that we know. */
function arm({ credential }: Members, name: string): unknown {
  if (isAbsent(credential)) throw invalid('credential is required');
  const arms = Object.entries(members(credential, 'credential')).filter(([, value]) => !isAbsent(value));
  const [first, ...others] = arms;
  if (first === undefined || (others.length === 0 && first[0] !== name))
    throw invalid(`credential.${name} is required`);
  if (others.length > 0) throw invalid('credential must have exactly one member');
  return first[1];
}

function required(request: Members, name: string): string {
  const value = text(request[name], name);
  if (value === '') throw invalid(`${name} is required`);
  return value;
}

function members(value: unknown, name: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${name} must be an object`);
  return value as Members;
}

function text(value: unknown, name: string): string {
  if (isAbsent(value)) return '';
  if (typeof value !== 'string') throw invalid(`${name} must be a string`);
  return value;
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function invalid(message: string): DaemonError {
  return new DaemonError('INVALID_ARGUMENTS', message);
}
