/** What the fake was asked, in order, and how many questions were under way at once. */

export interface RecordedConnection {
  readonly id: number;
  /** What the client named in its handshake; undefined: nothing. */
  readonly sni: string | undefined;
  /** What was agreed on; undefined: the client offered nothing. `h2` comes first, so that whoever offers it is seen. */
  readonly alpn: string | undefined;
  readonly tlsVersion: string;
  /** SHA-256 of the client's certificate, as AWS's certificate ids are; undefined: none. */
  readonly clientCertificateId: string | undefined;
  readonly resumed: boolean;
}

export interface RecordedRequest {
  /** Of the API; `unknown` for a path that no operation has. */
  readonly operation: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly connection: RecordedConnection;
}

export class RecordedRequests {
  readonly connections: RecordedConnection[] = [];
  readonly #all: RecordedRequest[] = [];
  readonly #waiting = new Set<() => void>();
  #underWay = 0;
  #highest = 0;

  get all(): readonly RecordedRequest[] {
    return this.#all;
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** The most at once since the start or `clear`. */
  get highestConcurrency(): number {
    return this.#highest;
  }

  of(operation: string): readonly RecordedRequest[] {
    return this.#all.filter((request) => request.operation === operation);
  }

  count(operation?: string): number {
    return operation === undefined ? this.#all.length : this.of(operation).length;
  }

  /** Resolves as soon as so many requests have come, of one operation or of any. */
  async until(count: number, operation?: string): Promise<void> {
    while (this.count(operation) < count) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  clear(): void {
    this.#all.length = 0;
    this.connections.length = 0;
    this.#highest = this.#underWay;
  }

  /** For the doors. The answer ends it. */
  begin(request: RecordedRequest): () => void {
    this.#all.push(request);
    this.#underWay += 1;
    this.#highest = Math.max(this.#highest, this.#underWay);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
    let ended = false;
    return () => {
      if (!ended) this.#underWay -= 1;
      ended = true;
    };
  }
}
