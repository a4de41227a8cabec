/**
 * Whom an EMQX asks about its clients, and which of its listeners are open, as its REST API tells it: own code, after what EMQX 5.8.9
 * does (emqx_exhook_api.erl, emqx_authn_api.erl, emqx_mgmt_api_listeners.erl):
 * - `restart` forgets what was loaded and opened by request; listeners that emqx.conf enables are open at once.
 * - A provider that is not loaded has no hooks. An authenticator that is configured need not be in the chain.
 * - Starting a listener is answered when it is open: 200 without a body, 400 where that fails, 404 for a name that nobody has.
 */
export interface FakeListener {
  /** In emqx.conf. */
  readonly enableAtStart: boolean;
  running: boolean;
  /** On one more node. */
  runningElsewhere?: boolean;
  enableAuthn: boolean | 'quick_deny_anonymous';
  authentication: unknown;
  /** Such as a port that is taken. */
  failsToStart: boolean;
  /** How often it was told to. */
  starts: number;
}

export interface FakeExHook {
  url: string;
  enable: boolean;
  failedAction: string;
  hooks: readonly string[];
  nodes: string[];
}

export interface FakeAuthenticator {
  readonly id: string;
  readonly mechanism: string;
  readonly backend: string;
  url: string;
  enable: boolean;
  /** Of each node that has it. */
  nodes: string[];
  /** Of each node that does not. */
  errors: string[];
}

export interface FakeReply {
  readonly status: number;
  readonly body?: unknown;
}

export const LOADED = ['client.authenticate', 'client.authorize', 'client.disconnected', 'session.resumed'];
const ABSENT = { code: 'BAD_LISTENER_ID', message: 'Listener id not found' };

export class FakeEmqxDoors {
  readonly listeners = new Map<string, FakeListener>();
  readonly exhooks: FakeExHook[] = [];
  readonly authenticators: FakeAuthenticator[] = [];
  /** Ids of listeners, as they were opened while nobody was asked. */
  readonly unguarded: string[] = [];

  listener(id: string, options: Partial<FakeListener> = {}): FakeListener {
    const listener: FakeListener = {
      enableAtStart: false,
      running: options.enableAtStart ?? false,
      enableAuthn: true,
      authentication: undefined,
      failsToStart: false,
      starts: 0,
      ...options,
    };
    this.listeners.set(id, listener);
    return listener;
  }

  exhook(port: number): FakeExHook {
    const server = {
      url: `https://localhost:${port}`,
      enable: true,
      failedAction: 'deny',
      hooks: [],
      nodes: ['connecting'],
    };
    this.exhooks.push(server);
    return server;
  }

  authenticator(port: number): FakeAuthenticator {
    const authenticator = {
      id: 'password_based:http',
      mechanism: 'password_based',
      backend: 'http',
      url: `https://localhost:${port}/authenticate`,
      enable: true,
      nodes: [],
      errors: ['not_found'],
    };
    this.authenticators.push(authenticator);
    return authenticator;
  }

  /** The provider answered, and its hooks are registered. */
  load(): void {
    for (const server of this.exhooks) {
      server.hooks = LOADED;
      server.nodes = ['connected'];
    }
    for (const authenticator of this.authenticators) {
      authenticator.nodes = ['connected'];
      authenticator.errors = [];
    }
  }

  restart(): void {
    for (const listener of this.listeners.values()) listener.running = listener.enableAtStart;
    for (const server of this.exhooks) {
      server.hooks = [];
      server.nodes = ['connecting'];
    }
    for (const authenticator of this.authenticators) {
      authenticator.nodes = [];
      authenticator.errors = ['not_found'];
    }
  }

  isOpen(id: string): boolean {
    return this.listeners.get(id)?.running === true;
  }

  /** The segments after `/api/v5`. Undefined: it is about something else. */
  route(method: string, [root, id, what]: readonly string[]): FakeReply | undefined {
    switch (`${method} ${[root, id === undefined ? [] : '*', what ?? []].flat().join('/')}`) {
      case 'GET exhooks':
        return { status: 200, body: this.exhooks.map((server) => this.#exhook(server)) };
      case 'GET authentication':
        return {
          status: 200,
          body: this.authenticators.map(({ nodes: _, errors: __, ...settings }) => settings),
        };
      case 'GET authentication/*/status':
        return this.#status(id ?? '');
      case 'GET listeners':
        return { status: 200, body: [...this.listeners].map(([name, listener]) => inList(name, listener)) };
      case 'GET listeners/*':
        return this.#details(id ?? '');
      case 'POST listeners/*/start':
        return this.#start(id ?? '');
      default:
        return undefined;
    }
  }

  #exhook({ enable, failedAction, hooks, nodes, url }: FakeExHook): object {
    return {
      name: 'deviceauthd',
      url,
      enable,
      failed_action: failedAction,
      hooks: hooks.map((name) => ({ name, params: {} })),
      node_status: nodes.map((status, index) => ({ node: `emqx${index}@127.0.0.1`, status })),
      metrics: { succeed: 0, failed: 0, rate: 0, max_rate: 0 },
    };
  }

  #status(id: string): FakeReply {
    const found = this.authenticators.find((each) => each.id === id);
    if (found === undefined) return { status: 404, body: { code: 'NOT_FOUND', message: '' } };
    const node_status = found.nodes.map((status, index) => ({ node: `emqx${index}@127.0.0.1`, status }));
    const node_error = found.errors.map((reason, index) => ({ node: `emqx${index}@127.0.0.1`, reason }));
    return { status: 200, body: { node_status, node_error, status: found.nodes[0] ?? 'none' } };
  }

  #details(id: string): FakeReply {
    const found = this.listeners.get(id);
    if (found === undefined) return { status: 404, body: ABSENT };
    const { authentication, enableAuthn, running } = found;
    return {
      status: 200,
      body: {
        id,
        running,
        enable_authn: enableAuthn,
        ...(authentication === undefined ? {} : { authentication }),
      },
    };
  }

  #start(id: string): FakeReply {
    const found = this.listeners.get(id);
    if (found === undefined) return { status: 404, body: ABSENT };
    found.starts += 1;
    if (found.failsToStart) return { status: 400, body: { code: 'BAD_REQUEST', message: 'eaddrinuse' } };
    if (!this.#asks(found)) this.unguarded.push(id);
    found.running = true;
    if (found.runningElsewhere === false) found.runningElsewhere = true;
    return { status: 200 };
  }

  #asks({ authentication, enableAuthn }: FakeListener): boolean {
    const hooked = this.exhooks.some(
      ({ enable, hooks, nodes }) => enable && hooks.length > 0 && nodes.includes('connected'),
    );
    const chained = this.authenticators.some(({ enable, nodes }) => enable && nodes.length > 0);
    return enableAuthn !== false && (hooked || (chained && authentication === undefined));
  }
}

function inList(id: string, { running, runningElsewhere }: FakeListener): object {
  const nodes = runningElsewhere === undefined ? [running] : [running, runningElsewhere];
  return {
    id,
    enable: running,
    node_status: nodes.map((isRunning, index) => ({
      node: `emqx${index}@127.0.0.1`,
      status: { running: isRunning, current_connections: 0, max_connections: 'infinity' },
    })),
    status: { running: nodes.every((each) => each === running) ? running : 'inconsistent' },
  };
}
