/** By which HTTP proxy a host of the cloud is reached: from `cloud.proxy`, else from the environment. */

/** Its user and password are told to nobody but itself. */
export class ProxyAddress {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly #authorization: string | undefined;

  /** Throws for what is no http:// or https:// address. */
  constructor(text: string) {
    const url = new URL(text.includes('://') ? text : `http://${text}`);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('not an HTTP proxy');
    this.tls = url.protocol === 'https:';
    this.host = url.hostname.replace(/^\[|\]$/g, '');
    this.port = url.port === '' ? (this.tls ? 443 : 80) : Number(url.port);
    if (url.username !== '' || url.password !== '') {
      const user = `${decoded(url.username)}:${decoded(url.password)}`;
      this.#authorization = `Basic ${Buffer.from(user).toString('base64')}`;
    }
  }

  /** For CONNECT. */
  get headers(): Readonly<Record<string, string>> {
    return this.#authorization === undefined ? {} : { 'Proxy-Authorization': this.#authorization };
  }

  get authenticates(): boolean {
    return this.#authorization !== undefined;
  }

  /** Without user and password. */
  toString(): string {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return `${this.tls ? 'https' : 'http'}://${host}:${this.port}`;
  }
}

/** A percent sign that encodes nothing is one. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}

export interface ProxyChoice {
  readonly host: string;
  readonly port: number;
  /** `cloud.proxy`. */
  readonly configured: {
    readonly url?: string | undefined;
    readonly noProxy?: readonly string[] | undefined;
  };
  /** Such as `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of an address in the environment that cannot be used; it is as if it were not there. */
  readonly warn: (message: string) => void;
}

/** Undefined: the host is reached without one. */
export function proxyFor(choice: ProxyChoice): ProxyAddress | undefined {
  const { configured, environment, host, port } = choice;
  const exceptions = configured.noProxy ?? (variable(environment, 'NO_PROXY')?.text ?? '').split(/[\s,]+/);
  if (exceptions.some((entry) => covers(entry, host, port))) return undefined;
  if (configured.url !== undefined) return new ProxyAddress(configured.url);
  const found = variable(environment, 'HTTPS_PROXY') ?? variable(environment, 'ALL_PROXY');
  if (found === undefined) return undefined;
  try {
    return new ProxyAddress(found.text);
  } catch {
    // Not its text: there may be a password in it.
    choice.warn(`${found.name} of the environment is not the address of an HTTP proxy, and is ignored`);
    return undefined;
  }
}

/** As curl does it: small letters first. An empty one is as none. */
function variable(environment: ProxyChoice['environment'], name: string) {
  for (const each of [name.toLowerCase(), name]) {
    const text = environment[each]?.trim();
    if (text !== undefined && text !== '') return { name: each, text };
  }
  return undefined;
}

/** A name stands for itself and for what is below it; `.name` and `*.name` for what is below it; `*` for all. */
function covers(entry: string, host: string, port: number): boolean {
  const [, name = '', only] = /^(.*?)(?::(\d{1,5}))?$/.exec(entry.toLowerCase()) ?? [];
  // Colons without brackets are an IPv6 address.
  const address = entry.toLowerCase().replace(/^\[|\]$/g, '');
  const given = host.toLowerCase();
  if (entry === '*' || address === given) return true;
  if (name === '' || (only !== undefined && Number(only) !== port)) return false;
  const below = name.replace(/^\*?\./, '.');
  if (below.startsWith('.')) return given.endsWith(below);
  return given === name || given.endsWith(`.${name}`);
}
