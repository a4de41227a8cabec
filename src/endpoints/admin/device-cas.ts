/** The operator's calls about device CAs. */
import type { CreateDeviceCaRequest__Output } from '../../contract/generated/deviceauth/v1/CreateDeviceCaRequest.ts';
import type { DeviceCa } from '../../contract/generated/deviceauth/v1/DeviceCa.ts';
import type { ListDeviceCasResponse } from '../../contract/generated/deviceauth/v1/ListDeviceCasResponse.ts';
import type { RegisterDeviceCaRequest__Output } from '../../contract/generated/deviceauth/v1/RegisterDeviceCaRequest.ts';
import type { RemoveDeviceCaRequest__Output } from '../../contract/generated/deviceauth/v1/RemoveDeviceCaRequest.ts';
import type { DeviceCaRecord } from '../../identity/registry/store.ts';
import { invalid, required } from '../grpc/arguments.ts';
import type { AdminContext } from './admin-context.ts';
import { deviceCaMessage, keyType } from './messages.ts';

const NAME = /^[a-z0-9-]{1,64}$/;

export class DeviceCaCalls {
  readonly #context: AdminContext;

  constructor(context: AdminContext) {
    this.#context = context;
  }

  async create(request: CreateDeviceCaRequest__Output): Promise<DeviceCa> {
    const { provisioning } = request;
    const name = caName(request.name === '' ? 'default' : request.name);
    const validityDays = request.validityDays === 0 ? undefined : request.validityDays;
    const record = await this.#context.rooms.deviceCas.create({
      name,
      keyType: keyType(request.keyType),
      validityDays,
      provisioning,
    });
    this.#context.audit('ca.create', { name, certificateId: record.certificateId, provisioning });
    return this.#message(record);
  }

  async register(request: RegisterDeviceCaRequest__Output): Promise<DeviceCa> {
    const { provisioning } = request;
    const name = caName(required(request.name, 'name'));
    const certificatePem = required(request.certificatePem, 'certificate_pem');
    const record = await this.#context.rooms.deviceCas.register({ name, certificatePem, provisioning });
    this.#context.audit('ca.register', { name, certificateId: record.certificateId, provisioning });
    return this.#message(record);
  }

  async list(): Promise<ListDeviceCasResponse> {
    const records = await this.#context.rooms.registry.deviceCas();
    return { deviceCas: records.map((record) => this.#message(record)) };
  }

  async remove(request: RemoveDeviceCaRequest__Output): Promise<Record<string, never>> {
    const name = required(request.name, 'name');
    await this.#context.rooms.deviceCas.remove(name);
    this.#context.audit('ca.remove', { name });
    return {};
  }

  #message(record: DeviceCaRecord): DeviceCa {
    const parsed = this.#context.rooms.certificates.parse(record.pem);
    const crlPem = this.#context.rooms.deviceCas.crlPem(record.name);
    return deviceCaMessage(record, parsed.ok ? parsed.certificate : undefined, crlPem);
  }
}

function caName(name: string): string {
  if (!NAME.test(name)) throw invalid('name must be 1 to 64 characters of [a-z0-9-]');
  return name;
}
