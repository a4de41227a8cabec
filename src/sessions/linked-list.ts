/**
 * A doubly linked list whose nodes the caller keeps, so that moving or removing one is a few assignments. A node
 * is in at most one list, and only that list may be asked to remove it.
 */
export class ListNode<T> {
  readonly value: T;
  previous: ListNode<T> | undefined = undefined;
  next: ListNode<T> | undefined = undefined;

  constructor(value: T) {
    this.value = value;
  }
}

export class LinkedList<T> {
  #first: ListNode<T> | undefined = undefined;
  #last: ListNode<T> | undefined = undefined;
  #size = 0;

  get first(): ListNode<T> | undefined {
    return this.#first;
  }

  get last(): ListNode<T> | undefined {
    return this.#last;
  }

  get size(): number {
    return this.#size;
  }

  append(node: ListNode<T>): void {
    this.insertAfter(this.#last, node);
  }

  /** After nothing: at the front. */
  insertAfter(anchor: ListNode<T> | undefined, node: ListNode<T>): void {
    const next = anchor === undefined ? this.#first : anchor.next;
    node.previous = anchor;
    node.next = next;
    if (anchor === undefined) this.#first = node;
    else anchor.next = node;
    if (next === undefined) this.#last = node;
    else next.previous = node;
    this.#size += 1;
  }

  remove(node: ListNode<T>): void {
    if (node.previous === undefined) this.#first = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) this.#last = node.previous;
    else node.next.previous = node.previous;
    node.previous = undefined;
    node.next = undefined;
    this.#size -= 1;
  }

  moveToEnd(node: ListNode<T>): void {
    if (node === this.#last) return;
    this.remove(node);
    this.append(node);
  }
}
