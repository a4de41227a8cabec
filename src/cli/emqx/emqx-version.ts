/** A version of EMQX. Where none is given, each default is taken as the worst of those of 5.0.12 to 6.x. */
export class EmqxVersion {
  readonly text: string;
  readonly #parts: readonly number[] | undefined;

  private constructor(text: string, parts: readonly number[] | undefined) {
    this.text = text;
    this.#parts = parts;
  }

  static readonly UNKNOWN = new EmqxVersion('not given', undefined);

  /** `5`, `5.8`, `v5.8.9`, `6.2.1-beta.1`; undefined for anything else. A part that is left out may be any number. */
  static parse(text: string): EmqxVersion | undefined {
    const match = /^[ve]?(\d{1,3})(?:\.(\d{1,3})(?:\.(\d{1,3})(?:-[0-9A-Za-z.-]+)?)?)?$/.exec(text);
    if (match === null) return undefined;
    return new EmqxVersion(
      text,
      match.slice(1).flatMap((part) => (part === undefined ? [] : [Number(part)])),
    );
  }

  /** Surely older than this one. */
  before(...other: readonly number[]): boolean {
    return this.#compare(other) < 0;
  }

  /** Surely this one or newer. */
  from(...other: readonly number[]): boolean {
    const parts = this.#parts;
    if (parts === undefined) return false;
    const known = other.slice(0, parts.length);
    const order = this.#compare(known);
    return order > 0 || (order === 0 && other.slice(parts.length).every((part) => part === 0));
  }

  get known(): boolean {
    return this.#parts !== undefined;
  }

  #compare(other: readonly number[]): number {
    const parts = this.#parts;
    if (parts === undefined) return 0;
    for (const [index, part] of other.entries()) {
      const mine = parts[index];
      if (mine === undefined) return 0;
      if (mine !== part) return mine - part;
    }
    return 0;
  }
}
