/** The rooms' records as messages of the admin contract, and its enumerations as the rooms' words. */
import type { Certificate } from '../../contract/generated/deviceauth/v1/Certificate.ts';
import type { CertificateStatus__Output } from '../../contract/generated/deviceauth/v1/CertificateStatus.ts';
import type { ConfigurationProblem as ProblemMessage } from '../../contract/generated/deviceauth/v1/ConfigurationProblem.ts';
import type { DeviceCa } from '../../contract/generated/deviceauth/v1/DeviceCa.ts';
import type { ExplainResponse } from '../../contract/generated/deviceauth/v1/ExplainResponse.ts';
import type { GetConfigurationResponse } from '../../contract/generated/deviceauth/v1/GetConfigurationResponse.ts';
import type { KeyType__Output } from '../../contract/generated/deviceauth/v1/KeyType.ts';
import type { Thing as ThingMessage } from '../../contract/generated/deviceauth/v1/Thing.ts';
import type { DeviceCertificate } from '../../identity/certificate.ts';
import type {
  Attachment,
  CertificateRecord,
  CertificateStatus,
  DeviceCaRecord,
  Thing,
} from '../../identity/registry/store.ts';
import type { Explanation } from '../../policy/decision.ts';
import { invalid } from '../grpc/arguments.ts';
import type { ConfigurationProblem, ConfigurationView, KeyType } from './admin-ports.ts';

/** Undefined: not specified. */
export function certificateStatus(given: CertificateStatus__Output): CertificateStatus | undefined {
  switch (given) {
    case 'ACTIVE':
    case 'INACTIVE':
    case 'REVOKED':
    case 'PENDING_ACTIVATION':
      return given;
    case 'CERTIFICATE_STATUS_UNSPECIFIED':
      return undefined;
    default:
      // A number that this release has no name for.
      throw invalid(`status ${String(given)} is unknown`);
  }
}

export function keyType(given: KeyType__Output): KeyType {
  switch (given) {
    case 'KEY_TYPE_UNSPECIFIED':
    case 'EC_P256':
      return 'EC_P256';
    case 'RSA_2048':
      return 'RSA_2048';
    default:
      throw invalid(`key_type ${String(given)} is unknown`);
  }
}

export function thingMessage(thing: Thing): ThingMessage {
  return {
    name: thing.name,
    type: thing.type,
    attributes: { ...thing.attributes },
    groups: [...thing.groups],
    createdAt: thing.createdAt,
  };
}

export function certificateMessage(
  record: CertificateRecord,
  attachments: readonly Attachment[],
): Certificate {
  return {
    certificateId: record.id,
    status: record.status,
    subject: record.subject,
    issuer: record.issuer,
    serialNumber: record.serialNumber,
    key: record.key,
    notBefore: record.notBefore,
    notAfter: record.notAfter,
    registeredAt: record.registeredAt,
    things: attachments.map(({ thingName, exclusive }) => ({ thingName, exclusive })),
  };
}

/** What the registry keeps of a certificate that was parsed. */
export function registration(
  certificate: DeviceCertificate,
): Omit<CertificateRecord, 'registeredAt' | 'status'> {
  const { id, pem, subject, issuer, serialNumber, key, notBefore, notAfter } = certificate;
  return { id, pem, subject, issuer, serialNumber, key, notBefore, notAfter };
}

export function deviceCaMessage(
  record: DeviceCaRecord,
  certificate: DeviceCertificate | undefined,
  crlPem: string | undefined,
): DeviceCa {
  return {
    name: record.name,
    certificateId: record.certificateId,
    subject: certificate?.subject ?? '',
    key: certificate?.key ?? '',
    notBefore: certificate?.notBefore ?? 0,
    notAfter: certificate?.notAfter ?? 0,
    localKey: record.keyFile !== undefined,
    certificatePem: record.pem,
    provisioning: record.provisioning,
    crlPem: crlPem ?? '',
  };
}

export function explainMessage(
  explanation: Explanation,
  thingIsKnown: boolean,
  thingName: string,
): ExplainResponse {
  const { allowed, summary, decidedBy, nearest } = explanation;
  const message: ExplainResponse = {
    allowed,
    summary: thingIsKnown ? summary : `${thingName} is not a registered thing; if it were: ${summary}`,
    nearest: nearest.map((miss) => ({ ...miss })),
  };
  if (decidedBy !== undefined) message.decidedBy = { ...decidedBy };
  return message;
}

export function configurationMessage(view: ConfigurationView): GetConfigurationResponse {
  return {
    effectiveJson: JSON.stringify(view.effective),
    warnings: view.warnings.map(problemMessage),
    errors: view.errors.map(problemMessage),
    restartRequired: [...view.restartRequired],
    loadedAt: view.loadedAt,
  };
}

function problemMessage(problem: ConfigurationProblem): ProblemMessage {
  return { path: problem.path, valueJson: JSON.stringify(problem.value) ?? '', rule: problem.rule };
}
