/**
 * Puts the daemon in front of an Aedes broker by taking over its hooks. Always true:
 *
 * - A client that this plugin has not authenticated may do nothing; so may one whose hook failed.
 * - Sessions are kept by client object, never by client id: when a second connection takes over, the first one's
 *   end closes the first one's session.
 * - An ended session's client is disconnected and its will is not published; nor are wills of clients unknown here.
 * - A refused publish is acknowledged and dropped (MQTT 3.1.1 has no word for refusal, and a device that is cut off
 *   for it would connect and send it again for ever), unless `refusedPublish` is `disconnect`.
 */
import { randomUUID } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import type { ChannelCredentials } from '@grpc/grpc-js';
import type { Aedes, AuthenticateError, Client } from 'aedes';
import type { Clock } from '../../src/clock.ts';
import { SystemClock } from '../../src/clock.ts';
import type { Contract } from '../../src/contract/index.ts';
import { loadContract } from '../../src/contract/index.ts';
import { DaemonError } from '../../src/errors.ts';
import { Evaluator } from '../../src/policy/evaluator.ts';
import { GrantSet } from '../../src/policy/grants.ts';
import { DaemonClient } from './daemon-client.ts';
import type { DaemonPort, Log } from './daemon-port.ts';
import { isVerdict } from './daemon-port.ts';
import type { EndCause, KeptSession } from './kept-session.ts';
import { clientIdResource, filterResource, topicResource } from './mqtt-resources.ts';
import { RetryLater } from './retry-later.ts';
import type { KeeperStatus } from './session-keeper.ts';
import { newCorrelationId, SessionKeeper } from './session-keeper.ts';
import type { UnknownIssuer } from './tls-server.ts';
import { admit } from './tls-server.ts';

export interface AedesPluginOptions {
  /** `unix:/run/deviceauthd/broker.sock`, or `host:port` together with `credentials`. */
  readonly address: string;
  readonly credentials?: ChannelCredentials;
  /** As given to `createTlsServer`. Default `refuse`. */
  readonly unknownIssuer?: UnknownIssuer;
  /**
   * Clients of another listener of the same broker that show no certificate. `pass`: the hooks the broker had
   * before decide about them, the daemon is not asked. Default `refuse`.
   */
  readonly withoutCertificate?: 'refuse' | 'pass';
  /** Default `drop`. */
  readonly refusedPublish?: 'drop' | 'disconnect';
  /** How long a device may wait for its verdict. Default 5,000. */
  readonly authenticationDeadlineMs?: number;
  readonly log?: Log;
  readonly clock?: Clock;
}

type Session = KeptSession<GrantSet>;
type Publish = Parameters<Aedes['authorizePublish']>[1];

const SYSTEM_TOPICS = '$SYS/';
/** A will is decided when the connection has just closed; the session is given that long. */
const WILL_GRACE = 1000;

export class AedesPlugin {
  readonly #broker: Aedes;
  readonly #options: AedesPluginOptions;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #client: DaemonClient;
  readonly #keeper: SessionKeeper<GrantSet>;
  readonly #before: Pick<
    Aedes,
    'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward' | 'publish'
  >;
  readonly #sessions = new WeakMap<Client, Session>();
  readonly #clients = new WeakMap<Session, Client>();
  /** The client id as the device sent it: Aedes makes one up for an empty one. */
  readonly #givenIds = new WeakMap<Client, string>();
  readonly #passed = new WeakSet<Client>();
  readonly #dropped = new WeakSet<object>();
  readonly #later: RetryLater;

  /** Call it before the broker's first listener accepts a connection. */
  static attach(broker: Aedes, options: AedesPluginOptions): AedesPlugin {
    return new AedesPlugin(broker, options, loadContract());
  }

  private constructor(broker: Aedes, options: AedesPluginOptions, contract: Contract) {
    this.#broker = broker;
    this.#options = options;
    this.#log = options.log ?? (() => {});
    this.#clock = options.clock ?? new SystemClock();
    this.#later = new RetryLater(this.#clock);
    const brokerInstanceId = randomUUID();
    this.#client = new DaemonClient({
      contract,
      address: options.address,
      brokerInstanceId,
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
      ...(options.authenticationDeadlineMs === undefined
        ? {}
        : { authenticationDeadlineMs: options.authenticationDeadlineMs }),
    });
    const daemon: DaemonPort = this.#client;
    this.#keeper = new SessionKeeper({
      daemon,
      clock: this.#clock,
      evaluator: new Evaluator(),
      decodeGrantSet: (id, bytes) => GrantSet.fromBytes(contract.grantSet, id, bytes),
      brokerInstanceId,
      caller: `aedes ${(broker as { version?: string }).version ?? ''}`.trim(),
      onEnded: (session, cause) => this.#disconnect(session, cause),
      log: this.#log,
    });
    this.#before = {
      preConnect: broker.preConnect,
      authenticate: broker.authenticate,
      authorizePublish: broker.authorizePublish,
      authorizeSubscribe: broker.authorizeSubscribe,
      authorizeForward: broker.authorizeForward,
      publish: broker.publish,
    };
    this.#takeOver();
    this.#keeper.start();
  }

  /** Resolves when the daemon has answered for the first time. Devices may connect before: they are refused until then. */
  ready(): Promise<void> {
    return this.#keeper.ready();
  }

  status(): KeeperStatus {
    return this.#keeper.status();
  }

  /** Ends the connection to the daemon. The hooks stay: after it nobody new is let in. */
  close(): void {
    this.#keeper.stop();
    this.#client.close();
  }

  #takeOver(): void {
    const broker = this.#broker;
    broker.preConnect = (client, packet, done) => {
      this.#givenIds.set(client, packet.clientId ?? '');
      this.#before.preConnect.call(broker, client, packet, done);
    };
    broker.authenticate = (client, username, password, done) => {
      this.#authenticate(client)
        .catch((error: unknown) => {
          this.#defect('authenticate', error);
          return 'unavailable' as const;
        })
        .then((outcome) => {
          if (outcome === 'pass') this.#before.authenticate.call(broker, client, username, password, done);
          else if (outcome === 'accept') done(null, true);
          else done(refusal(outcome), false);
        })
        .catch((error: unknown) => this.#cutOff(client, 'authenticate', error));
    };
    broker.authorizePublish = (client, packet, done) => {
      if (client !== null && this.#passed.has(client)) {
        this.#before.authorizePublish.call(broker, client, packet, done);
        return;
      }
      const resource = packet.topic.startsWith(SYSTEM_TOPICS) ? undefined : topicResource(packet.topic);
      this.#decide(client, 'mqtt:publish', resource, (allowed) =>
        this.#published(client, packet, allowed, done),
      );
    };
    broker.authorizeSubscribe = (client, subscription, done) => {
      if (this.#passed.has(client)) {
        this.#before.authorizeSubscribe.call(broker, client, subscription, done);
        return;
      }
      const resource = filterResource(subscription.topic);
      this.#decide(client, 'mqtt:subscribe', resource, (allowed) =>
        done(null, allowed ? subscription : null),
      );
    };
    broker.authorizeForward = (client, packet) => {
      if (this.#passed.has(client)) return this.#before.authorizeForward.call(broker, client, packet);
      return this.#may(client, 'mqtt:receive', topicResource(packet.topic)) ? packet : null;
    };
    // What was refused passes through Aedes as if published, acknowledgement and all, and stops here.
    broker.publish = ((packet: Publish, ...rest: unknown[]) => {
      if (!this.#dropped.has(packet)) {
        (this.#before.publish as (...all: unknown[]) => void).call(broker, packet, ...rest);
        return;
      }
      const done = rest.findLast((argument) => typeof argument === 'function') as (() => void) | undefined;
      done?.();
    }) as Aedes['publish'];
    broker.on('clientDisconnect', (client) => this.#gone(client));
  }

  async #authenticate(client: Client): Promise<'accept' | 'pass' | 'refuse' | 'unavailable'> {
    const socket = tlsSocketOf(client);
    const admission =
      socket === undefined
        ? { refused: 'no certificate' }
        : admit(socket, this.#options.unknownIssuer ?? 'refuse', this.#clock);
    const clientId = this.#givenIds.get(client) ?? client.id;
    if ('refused' in admission) {
      if (admission.refused === 'no certificate' && this.#options.withoutCertificate === 'pass') {
        this.#passed.add(client);
        return 'pass';
      }
      this.#log('info', 'client refused', { clientId, reason: admission.refused });
      return 'refuse';
    }
    const key = `${admission.certificate.fingerprint256} ${clientId}`;
    if (this.#later.remaining(key) > 0) return 'unavailable';
    const correlationId = newCorrelationId();
    let session: Session;
    try {
      session = await this.#keeper.open(
        { clientId, certificatePem: admission.certificate.toString() },
        correlationId,
      );
    } catch (error) {
      return this.#refused(error, key, clientId, correlationId);
    }
    if (client.closed) {
      this.#keeper.close(session);
      return 'refuse';
    }
    if (!this.#keeper.decide(session, 'mqtt:connect', clientIdResource(clientId)).allowed) {
      this.#keeper.close(session);
      this.#log('info', 'client refused', { clientId, reason: 'mqtt:connect is not allowed', correlationId });
      return 'refuse';
    }
    this.#sessions.set(client, session);
    this.#clients.set(session, client);
    // Not every connection that ends was registered with the broker, whose event comes after the will.
    client.conn.once('close', () => this.#clock.after(WILL_GRACE, () => this.#gone(client)));
    this.#log('info', 'client authenticated', {
      clientId,
      thingName: session.thingName,
      certificateId: session.certificateId,
      correlationId,
    });
    return 'accept';
  }

  #refused(error: unknown, key: string, clientId: string, correlationId: string): 'refuse' | 'unavailable' {
    const known = error instanceof DaemonError ? error : undefined;
    this.#log(known === undefined ? 'error' : 'info', 'client refused', {
      clientId,
      correlationId,
      reason: known?.reason ?? 'SERVICE_ERROR',
      category: known?.metadata['category'],
      retryAfterMs: known?.retryAfterMs,
      message: (error as Error).message,
    });
    if (known?.retryAfterMs !== undefined) this.#later.tell(key, known.retryAfterMs);
    return isVerdict(error) ? 'refuse' : 'unavailable';
  }

  /** At once, unless the session's grants are just being fetched. */
  #decide(
    client: Client | null,
    operation: string,
    resource: string | undefined,
    then: (allowed: boolean) => void,
  ): void {
    const settling = client === null ? undefined : this.#sessions.get(client)?.settling;
    if (client === null || settling === undefined) then(this.#may(client, operation, resource));
    else {
      settling
        .then(() => then(this.#may(client, operation, resource)))
        .catch((error: unknown) => this.#cutOff(client, operation, error));
    }
  }

  /** Never throws: what cannot be decided is denied. */
  #may(client: Client | null, operation: string, resource: string | undefined): boolean {
    try {
      const session = client === null ? undefined : this.#sessions.get(client);
      if (session === undefined || resource === undefined) return false;
      return this.#keeper.decide(session, operation, resource).allowed;
    } catch (error) {
      this.#defect(operation, error);
      return false;
    }
  }

  #published(
    client: Client | null,
    packet: Publish,
    allowed: boolean,
    done: (error?: Error | null) => void,
  ): void {
    if (allowed) {
      done(null);
      return;
    }
    this.#log('debug', 'publish refused', { clientId: client?.id, topic: packet.topic });
    // A closed client's publish is its will, and Aedes forgets a will that is refused. Wills out of the persistence
    // carry their client's id: an error there would be thrown at the broker.
    const isWill = client?.closed === true && !('clientId' in packet);
    const mayDisconnect = client !== null && !('clientId' in packet);
    if (isWill || (mayDisconnect && this.#options.refusedPublish === 'disconnect')) {
      done(new Error('not authorized'));
      return;
    }
    this.#dropped.add(packet);
    done(null);
  }

  #disconnect(session: Session, cause: EndCause): void {
    const client = this.#clients.get(session);
    if (client === undefined) return;
    this.#log('info', 'client disconnected', { clientId: client.id, cause });
    client.close();
    client.conn.destroy();
  }

  #gone(client: Client): void {
    const session = this.#sessions.get(client);
    if (session !== undefined) this.#keeper.close(session);
  }

  /** A hook of the broker's own, or the broker itself, threw where nobody catches it. */
  #cutOff(client: Client, what: string, error: unknown): void {
    this.#defect(what, error);
    client.conn.destroy();
  }

  #defect(what: string, error: unknown): void {
    this.#log('error', `${what} failed; denied`, {
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

/** Also below a WebSocket, whose connection is not the TLS socket itself. */
function tlsSocketOf(client: Client): TLSSocket | undefined {
  for (const candidate of [client.conn, client.req?.socket]) {
    if (candidate instanceof TLSSocket) return candidate;
  }
  return undefined;
}

/** CONNACK 5 (not authorized) or 3 (server unavailable); the device learns nothing more. */
function refusal(outcome: 'refuse' | 'unavailable'): AuthenticateError {
  const [message, returnCode] = outcome === 'refuse' ? ['not authorized', 5] : ['server unavailable', 3];
  return Object.assign(new Error(message as string), {
    returnCode: returnCode as number,
  }) as AuthenticateError;
}
