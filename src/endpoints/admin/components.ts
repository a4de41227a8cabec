/** The operator's calls about components written for AWS IoT Greengrass. Tokens are in answers, and nowhere else. */

import type { Component, IssuedToken } from '../../components/component.ts';
import type { AddComponentRequest__Output } from '../../contract/generated/deviceauth/v1/AddComponentRequest.ts';
import type { Component as ComponentMessage } from '../../contract/generated/deviceauth/v1/Component.ts';
import type { ComponentToken } from '../../contract/generated/deviceauth/v1/ComponentToken.ts';
import type { ListComponentsResponse } from '../../contract/generated/deviceauth/v1/ListComponentsResponse.ts';
import type { RemoveComponentRequest__Output } from '../../contract/generated/deviceauth/v1/RemoveComponentRequest.ts';
import type { RenewComponentTokenRequest__Output } from '../../contract/generated/deviceauth/v1/RenewComponentTokenRequest.ts';
import type { SetComponentOperationsRequest__Output } from '../../contract/generated/deviceauth/v1/SetComponentOperationsRequest.ts';
import { required } from '../grpc/arguments.ts';
import type { AdminContext } from './admin-context.ts';

export class ComponentCalls {
  readonly #context: AdminContext;

  constructor(context: AdminContext) {
    this.#context = context;
  }

  async add(request: AddComponentRequest__Output): Promise<ComponentToken> {
    const name = required(request.name, 'name');
    const issued = await this.#room.control.add(name, request.operations);
    this.#context.audit('component.add', { name, operations: names(issued.component).join(' ') });
    return this.#token(issued);
  }

  list(): ListComponentsResponse {
    const { control, socket = '' } = this.#room;
    return { components: control.list().map((component) => this.#message(component)), socket };
  }

  async setOperations(request: SetComponentOperationsRequest__Output): Promise<ComponentMessage> {
    const name = required(request.name, 'name');
    const component = await this.#room.control.setOperations(name, request.operations);
    this.#context.audit('component.allow', { name, operations: names(component).join(' ') });
    return this.#message(component);
  }

  async renewToken(request: RenewComponentTokenRequest__Output): Promise<ComponentToken> {
    const name = required(request.name, 'name');
    const issued = await this.#room.control.renewToken(name);
    this.#context.audit('component.renew-token', { name });
    return this.#token(issued);
  }

  async remove(request: RemoveComponentRequest__Output): Promise<Record<string, never>> {
    const name = required(request.name, 'name');
    await this.#room.control.remove(name);
    this.#context.audit('component.remove', { name });
    return {};
  }

  get #room() {
    return this.#context.rooms.components;
  }

  #token({ component, token }: IssuedToken): ComponentToken {
    return { component: this.#message(component), token, socket: this.#room.socket ?? '' };
  }

  #message(component: Component): ComponentMessage {
    const { name, createdAt, tokenIssuedAt } = component;
    const connections = this.#room.connections(name);
    return { name, operations: names(component), createdAt, tokenIssuedAt, connections };
  }
}

function names({ operations }: Component): string[] {
  return [...operations];
}
