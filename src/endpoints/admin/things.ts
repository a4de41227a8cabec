/** The operator's calls about things. Names and properties are checked by the registry. */
import type { AttachedCertificate } from '../../contract/generated/deviceauth/v1/AttachedCertificate.ts';
import type { CreateThingRequest__Output } from '../../contract/generated/deviceauth/v1/CreateThingRequest.ts';
import type { DeleteThingRequest__Output } from '../../contract/generated/deviceauth/v1/DeleteThingRequest.ts';
import type { GetThingRequest__Output } from '../../contract/generated/deviceauth/v1/GetThingRequest.ts';
import type { ListThingsRequest__Output } from '../../contract/generated/deviceauth/v1/ListThingsRequest.ts';
import type { ListThingsResponse } from '../../contract/generated/deviceauth/v1/ListThingsResponse.ts';
import type { Thing } from '../../contract/generated/deviceauth/v1/Thing.ts';
import type { UpdateThingRequest__Output } from '../../contract/generated/deviceauth/v1/UpdateThingRequest.ts';
import { DaemonError } from '../../errors.ts';
import type { Attachment } from '../../identity/registry/store.ts';
import { required } from '../grpc/arguments.ts';
import { type AdminContext, pageRequest } from './admin-context.ts';
import { thingMessage } from './messages.ts';

export class ThingCalls {
  readonly #context: AdminContext;

  constructor(context: AdminContext) {
    this.#context = context;
  }

  async create(request: CreateThingRequest__Output): Promise<Thing> {
    const { type, attributes, groups } = request;
    const name = required(request.name, 'name');
    const thing = await this.#registry.createThing({ name, type, attributes, groups });
    this.#context.audit('thing.create', { thingName: name });
    return thingMessage(thing);
  }

  async update(request: UpdateThingRequest__Output): Promise<Thing> {
    const name = required(request.name, 'name');
    const thing = await this.#registry.updateThing(name, {
      ...(request.setType ? { type: request.type } : {}),
      ...(request.setAttributes ? { attributes: request.attributes } : {}),
      ...(request.setGroups ? { groups: request.groups } : {}),
    });
    this.#context.audit('thing.update', { thingName: name });
    return thingMessage(thing);
  }

  async get(request: GetThingRequest__Output): Promise<Thing> {
    const name = required(request.name, 'name');
    const thing = await this.#registry.thing(name);
    if (thing === undefined) throw new DaemonError('NOT_FOUND', `there is no thing "${name}"`);
    const attachments = await this.#registry.attachmentsOfThing(name);
    const certificates = await Promise.all(attachments.map((attachment) => this.#attached(attachment)));
    return { ...thingMessage(thing), certificates: certificates.filter((one) => one !== undefined) };
  }

  async list(request: ListThingsRequest__Output): Promise<ListThingsResponse> {
    const page = pageRequest(request.pageToken, request.pageSize);
    const { items, next } = await this.#registry.things(
      request.prefix === '' ? page : { ...page, prefix: request.prefix },
    );
    return { things: items.map(thingMessage), nextPageToken: next ?? '' };
  }

  async delete(request: DeleteThingRequest__Output): Promise<Record<string, never>> {
    const name = required(request.name, 'name');
    await this.#registry.deleteThing(name);
    this.#context.audit('thing.delete', { thingName: name });
    return {};
  }

  async #attached({ certificateId, exclusive }: Attachment): Promise<AttachedCertificate | undefined> {
    const record = await this.#registry.certificate(certificateId);
    return record && { certificateId, exclusive, status: record.status, notAfter: record.notAfter };
  }

  get #registry() {
    return this.#context.rooms.registry;
  }
}
