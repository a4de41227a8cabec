/**
 * What a request must look like before any room sees it. Errors name the field as the proto file does; the order of
 * the checks is part of the contract.
 */
import { randomUUID } from 'node:crypto';
import type { AuthorizeClientDeviceActionRequest__Output } from '../../contract/generated/deviceauth/v1/AuthorizeClientDeviceActionRequest.ts';
import type { ClientDeviceCredential__Output } from '../../contract/generated/deviceauth/v1/ClientDeviceCredential.ts';
import type { CredentialDocument__Output } from '../../contract/generated/deviceauth/v1/CredentialDocument.ts';
import type { UnansweredCall__Output } from '../../contract/generated/deviceauth/v1/UnansweredCall.ts';
import { DaemonError } from '../../errors.ts';
import type { UnansweredCall } from '../ports.ts';

/** Of a certificate, in characters: PEM and base64 are ASCII. */
export const LONGEST_CERTIFICATE = 64 * 1024;
/** An MQTT topic has at most 65,535 bytes; the rest is for what names the kind of resource. */
export const LONGEST_RESOURCE = 65_535 + 1024;
export const LONGEST_OPERATION = 1024;
const LONGEST_ID = 128;
/** Tokens are 36 characters; a longer text is nobody's token and need not be looked up. */
const LONGEST_TOKEN = 128;
const LONGEST_CALLER = 256;

export function invalid(message: string): DaemonError {
  return new DaemonError('INVALID_ARGUMENTS', message);
}

/** The certificate of a VerifyClientDeviceIdentity request. */
export function clientDeviceCertificate(credential: ClientDeviceCredential__Output | null): string {
  if (credential === null) throw invalid('credential is required');
  const certificate = credential.clientDeviceCertificate;
  if (certificate === undefined || certificate === '') {
    throw invalid('credential.client_device_certificate is required');
  }
  return certificate;
}

/** The client id may be empty here: that is a refused credential, not a malformed call. */
export function mqttCredential(document: CredentialDocument__Output | null): {
  readonly clientId: string;
  readonly certificatePem: string;
} {
  if (document === null) throw invalid('credential is required');
  const credential = document.mqttCredential;
  if (credential === undefined || credential === null)
    throw invalid('credential.mqtt_credential is required');
  const { clientId, certificatePem } = credential;
  if (certificatePem === '') throw invalid('credential.mqtt_credential.certificate_pem is required');
  if (certificatePem.length > LONGEST_CERTIFICATE) {
    throw invalid('credential.mqtt_credential.certificate_pem is longer than 64 KiB');
  }
  return { clientId, certificatePem };
}

/** What is wrong with a request for a decision, or undefined. Token, operation, resource, in this order. */
export function decisionProblem(request: AuthorizeClientDeviceActionRequest__Output): string | undefined {
  const { clientDeviceAuthToken, operation, resource } = request;
  if (clientDeviceAuthToken === '') return 'client_device_auth_token is required';
  if (operation === '') return 'operation is required';
  if (resource === '') return 'resource is required';
  if (operation.length > LONGEST_OPERATION) return `operation is longer than ${LONGEST_OPERATION} characters`;
  if (resource.length > LONGEST_RESOURCE) return `resource is longer than ${LONGEST_RESOURCE} characters`;
  return undefined;
}

export function required(value: string, field: string): string {
  if (value === '') throw invalid(`${field} is required`);
  return value;
}

export function brokerInstanceId(value: string, mayBeEmpty: boolean): string {
  if (value === '' && !mayBeEmpty) throw invalid('broker_instance_id is required');
  if (value.length > LONGEST_ID) throw invalid(`broker_instance_id is longer than ${LONGEST_ID} characters`);
  return value;
}

/** Tokens of one chunk of an update stream. */
export function tokens(values: readonly string[], longest: number): readonly string[] {
  if (values.length > longest) throw invalid(`client_device_auth_tokens holds more than ${longest}`);
  for (const value of values) {
    if (value === '' || value.length > LONGEST_TOKEN) {
      throw invalid(`client_device_auth_tokens holds something that is not 1 to ${LONGEST_TOKEN} characters`);
    }
  }
  return values;
}

/** Calls of a closed message. One without a correlation id is nobody's. */
export function unansweredCalls(values: readonly UnansweredCall__Output[]): readonly UnansweredCall[] {
  return values.map((call) => ({
    clientId: call.clientId,
    correlationId: correlationId(call.correlationId),
  }));
}

/** Free text for `status`: shown to an operator, so only printable and short. */
export function callerName(value: string): string {
  return printable(value).slice(0, LONGEST_CALLER);
}

/** The caller's id made safe for a log line, or a new one. */
export function correlationId(given: string): string {
  return printable(given.slice(0, LONGEST_ID)).trim() || newCorrelationId();
}

/** 16 hex digits. Node draws UUIDs in advance, many at a time; random bytes cost a call into OpenSSL for each request. */
function newCorrelationId(): string {
  return randomUUID().slice(-17).replace('-', '');
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?');
}
