/** Components as a test says they are, told of at once; tokens in the clear. */
import {
  COMPONENT_OPERATIONS,
  type Component,
  type ComponentChange,
  type ComponentOperation,
  type ComponentTokens,
} from '../../../../src/components/component.ts';

export class MemoryComponents implements ComponentTokens {
  readonly #byName = new Map<string, { component: Component; token: string }>();
  readonly #listeners = new Set<(change: ComponentChange) => void>();

  add(name: string, token: string, operations: readonly ComponentOperation[] = COMPONENT_OPERATIONS): this {
    const component = { name, operations: new Set(operations), createdAt: 0, tokenIssuedAt: 0 };
    this.#byName.set(name, { component, token });
    return this;
  }

  setOperations(name: string, operations: readonly ComponentOperation[]): void {
    this.add(name, this.#byName.get(name)?.token ?? '', operations);
    this.#tell({ kind: 'operations', name });
  }

  renewToken(name: string, token: string): void {
    this.add(name, token, [...(this.component(name)?.operations ?? [])]);
    this.#tell({ kind: 'token', name });
  }

  remove(name: string): void {
    this.#byName.delete(name);
    this.#tell({ kind: 'removed', name });
  }

  componentOf(token: string): Component | undefined {
    return [...this.#byName.values()].find((entry) => entry.token === token)?.component;
  }

  component(name: string): Component | undefined {
    return this.#byName.get(name)?.component;
  }

  onChange(listener: (change: ComponentChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(change: ComponentChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}
