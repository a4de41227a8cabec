/** The operator's calls about certificates. That sessions end with a change is the registry's `onChange`, not here. */
import type { AttachCertificateRequest__Output } from '../../contract/generated/deviceauth/v1/AttachCertificateRequest.ts';
import type { Certificate } from '../../contract/generated/deviceauth/v1/Certificate.ts';
import type { DeleteCertificateRequest__Output } from '../../contract/generated/deviceauth/v1/DeleteCertificateRequest.ts';
import type { DetachCertificateRequest__Output } from '../../contract/generated/deviceauth/v1/DetachCertificateRequest.ts';
import type { GetCertificateRequest__Output } from '../../contract/generated/deviceauth/v1/GetCertificateRequest.ts';
import type { IssueCertificateRequest__Output } from '../../contract/generated/deviceauth/v1/IssueCertificateRequest.ts';
import type { IssueCertificateResponse } from '../../contract/generated/deviceauth/v1/IssueCertificateResponse.ts';
import type { ListCertificatesRequest__Output } from '../../contract/generated/deviceauth/v1/ListCertificatesRequest.ts';
import type { ListCertificatesResponse } from '../../contract/generated/deviceauth/v1/ListCertificatesResponse.ts';
import type { RegisterCertificateRequest__Output } from '../../contract/generated/deviceauth/v1/RegisterCertificateRequest.ts';
import type { SetCertificateStatusRequest__Output } from '../../contract/generated/deviceauth/v1/SetCertificateStatusRequest.ts';
import type {
  CertificateRecord,
  CertificateStatus,
  RegistrationInput,
  ThingInput,
} from '../../identity/registry/store.ts';
import { invalid, required } from '../grpc/arguments.ts';
import { type AdminContext, pageRequest } from './admin-context.ts';
import { certificateMessage, certificateStatus, keyType, registration } from './messages.ts';

const ACTIONS: Readonly<Record<CertificateStatus, string>> = {
  ACTIVE: 'certificate.activate',
  INACTIVE: 'certificate.deactivate',
  REVOKED: 'certificate.revoke',
  PENDING_ACTIVATION: 'certificate.pend',
};

export class CertificateCalls {
  readonly #context: AdminContext;

  constructor(context: AdminContext) {
    this.#context = context;
  }

  /** What a registration asks of the registry. Throws INVALID_ARGUMENTS. */
  input(
    request: RegisterCertificateRequest__Output,
    properties: Omit<ThingInput, 'name'> = {},
  ): RegistrationInput {
    const certificate = this.#context.parse(request.certificatePem, 'certificate_pem');
    const { thingName, exclusive, createThing, revive } = request;
    if (thingName === '' && (createThing || exclusive)) {
      throw invalid('thing_name is required where create_thing or exclusive is set');
    }
    return {
      certificate: registration(certificate),
      status: certificateStatus(request.status) ?? 'ACTIVE',
      revive,
      ...(thingName === '' ? {} : { attach: { thingName, exclusive } }),
      ...(createThing ? { createThing: { name: thingName, ...properties } } : {}),
    };
  }

  async register(request: RegisterCertificateRequest__Output): Promise<Certificate> {
    const input = this.input(request);
    const { record, unchanged } = await this.#registry.register(input);
    if (!unchanged) this.auditRegistration(input);
    return this.#message(record);
  }

  auditRegistration(input: RegistrationInput): void {
    const { certificate, status, attach } = input;
    const thing = attach === undefined ? {} : { thingName: attach.thingName, exclusive: attach.exclusive };
    this.#context.audit('certificate.register', { certificateId: certificate.id, status, ...thing });
  }

  async issue(request: IssueCertificateRequest__Output): Promise<IssueCertificateResponse> {
    const thingName = required(request.thingName, 'thing_name');
    const { record, ...issued } = await this.#context.rooms.issuer.issue({
      thingName,
      keyType: keyType(request.keyType),
      validityDays: request.validityDays === 0 ? undefined : request.validityDays,
      deviceCa: request.deviceCa === '' ? undefined : request.deviceCa,
      exclusive: request.exclusive,
      createThing: request.createThing,
    });
    const { exclusive } = request;
    this.#context.audit('certificate.issue', { certificateId: record.id, thingName, exclusive });
    return {
      certificate: await this.#message(record),
      certificatePem: issued.certificatePem,
      privateKeyPem: issued.privateKeyPem,
      caCertificatePem: issued.caCertificatePem,
    };
  }

  async get(request: GetCertificateRequest__Output): Promise<Certificate> {
    const record = await this.#context.certificate(request.certificateId);
    return { ...(await this.#message(record)), certificatePem: record.pem };
  }

  async list(request: ListCertificatesRequest__Output): Promise<ListCertificatesResponse> {
    const status = certificateStatus(request.status);
    const { items, next } = await this.#registry.certificates({
      ...pageRequest(request.pageToken, request.pageSize),
      ...(request.thingName === '' ? {} : { thingName: request.thingName }),
      ...(status === undefined ? {} : { status }),
    });
    const certificates = await Promise.all(items.map((record) => this.#message(record)));
    return { certificates, nextPageToken: next ?? '' };
  }

  async setStatus(request: SetCertificateStatusRequest__Output): Promise<Certificate> {
    const status = certificateStatus(request.status);
    if (status === undefined || status === 'PENDING_ACTIVATION') {
      throw invalid('status must be ACTIVE, INACTIVE or REVOKED');
    }
    const { id } = await this.#context.certificate(request.certificateId);
    const record = await this.#registry.setStatus(id, status);
    this.#context.audit(ACTIONS[status], { certificateId: id });
    return this.#message(record);
  }

  async delete(request: DeleteCertificateRequest__Output): Promise<Record<string, never>> {
    const { id } = await this.#context.certificate(request.certificateId);
    await this.#registry.deleteCertificate(id);
    this.#context.audit('certificate.delete', { certificateId: id });
    return {};
  }

  async attach(request: AttachCertificateRequest__Output): Promise<Certificate> {
    const thingName = required(request.thingName, 'thing_name');
    const { exclusive } = request;
    const record = await this.#context.certificate(request.certificateId);
    await this.#registry.attach({ certificateId: record.id, thingName, exclusive });
    this.#context.audit('certificate.attach', { certificateId: record.id, thingName, exclusive });
    return this.#message(record);
  }

  async detach(request: DetachCertificateRequest__Output): Promise<Certificate> {
    const thingName = required(request.thingName, 'thing_name');
    const record = await this.#context.certificate(request.certificateId);
    await this.#registry.detach(record.id, thingName);
    this.#context.audit('certificate.detach', { certificateId: record.id, thingName });
    return this.#message(record);
  }

  async #message(record: CertificateRecord): Promise<Certificate> {
    return certificateMessage(record, await this.#registry.attachmentsOfCertificate(record.id));
  }

  get #registry() {
    return this.#context.rooms.registry;
  }
}
