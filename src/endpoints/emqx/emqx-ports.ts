/**
 * What the two doors of EMQX (ExHook, HTTP) ask of what they have in common, and that of EMQX itself. A client is known by
 * its id; EMQX has at most one connected client of an id, in the whole cluster.
 */
import type { SessionGrants } from '../../policy/grants.ts';
import type { OpenedSession } from '../ports.ts';

/** A client as a hook or a request names it. Its certificate was proven in the TLS handshake: the door has checked that. */
export interface EmqxClient {
  readonly clientId: string;
  /** Base64 of the DER, or PEM. */
  readonly certificate: string;
  /** Tells two connections of one client id apart, such as "emqx@node 10.0.0.7:51234"; empty where EMQX does not say. */
  readonly connection: string;
}

export type EmqxVerdict =
  | { readonly kind: 'allowed'; readonly session: OpenedSession }
  /** Why, the operator was told already. `unavailable`: no verdict could be had now. */
  | { readonly kind: 'refused'; readonly unavailable: boolean };

export type EmqxAction = 'publish' | 'subscribe';

/** Where the client is decided about: by asking (`asked`), or within EMQX, by what it was told at authentication (`told`). */
export type Enforcement = 'asked' | 'told';

/** One EMQX broker (or cluster): its clients' sessions. */
export interface EmqxSessions {
  /**
   * Opens a session and decides `mqtt:connect`; a session for the same connection and certificate that is there already is the
   * answer, so that asking twice has no effect. `enforcement` is asked what the door makes of the grants.
   */
  authenticate(
    client: EmqxClient,
    enforcement: (grants: SessionGrants) => Enforcement,
    signal: AbortSignal,
  ): Promise<EmqxVerdict>;
  /**
   * A client that EMQX has and the daemon does not know, because it was restarted or had to make room, is authenticated
   * first; `told`: by a door where it may have been told its rights before, which is then found out. The topic, or the filter;
   * `$share/<group>/` may be there. Never rejects: false.
   */
  authorize(
    client: EmqxClient,
    action: EmqxAction,
    topic: string,
    enforcement: Enforcement,
    signal: AbortSignal,
  ): Promise<boolean>;
  disconnected(client: EmqxClient): void;
  /** It has a session of before at EMQX, with subscriptions that were not asked for again. */
  resumed(clientId: string): void;
  /** EMQX has (again) begun to ask: its clients are compared with the sessions here. */
  began(): void;
}

/** What EMQX is told by its REST API. Each is tried until it is done, or given up with an alarm; calls return at once. */
export interface EmqxEnforcer {
  /** Disconnects whoever has this client id, unless it turns out to have a live session. */
  kick(clientId: string): void;
  /** Its grants changed: cached decisions are dropped, and subscriptions that are not allowed any more taken away. */
  flush(clientId: string): void;
  /** As the second half of `flush`. */
  audit(clientId: string): void;
  /** Every connected client is compared with the sessions, and readmitted or kicked. */
  reconcile(): void;
  /**
   * Resolves when no request to disconnect this client is under way, in 3 s at the latest: one that comes back must not be hit by
   * it. To be awaited once its session is open, before EMQX has the answer: no such request begins then.
   */
  settled(clientId: string): Promise<void>;
}

/** What the enforcer asks back, each time just before it acts. */
export interface EmqxClients {
  /** Has this certificate (its id; undefined: unknown) a live session with this client id? With `undefined`: has anybody? */
  isLive(clientId: string, certificateId: string | undefined): boolean;
  /** Undefined: it has no session. The filter as EMQX has it, `$share/<group>/` or `$queue/` included. */
  maySubscribe(clientId: string, filter: string): boolean | undefined;
  /**
   * A connected client without a session: the text of its certificate, or what it was told at authentication. `gone`: it must
   * be disconnected; `unknown`: no verdict now, or it is no client with a certificate: leave it.
   */
  readmit(
    clientId: string,
    certificate: GivenCertificate,
    signal: AbortSignal,
  ): Promise<'live' | 'gone' | 'unknown'>;
  /** All clients that EMQX has connected, found by a walk that began at `before` (monotonic). */
  connectedAre(clientIds: ReadonlySet<string>, before: number): void;
}

/** What EMQX says of a certificate: itself, or what it was told when the client was authenticated. */
export type GivenCertificate = { readonly text: string } | { readonly attributes: KnownAttributes };

/** What EMQX keeps of an authentication by HTTP, and tells in its API. */
export interface KnownAttributes {
  readonly certificateId: string;
  /** `grantsFingerprint` of what it was told; empty: it was left to the authorization endpoint. */
  readonly grants: string;
}

/** A client as EMQX's REST API tells of it. */
export interface ConnectedClient {
  readonly clientId: string;
  readonly username: string;
  /** As the daemon gave them at authentication by HTTP. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly connected: boolean;
}

/** `client_attrs` of the HTTP answer: the certificate, lower-case hex SHA-256 of its DER. */
export const CERTIFICATE_ATTRIBUTE = 'deviceauth_certificate';
/** The thing's name, for the operator. */
export const THING_ATTRIBUTE = 'deviceauth_thing';
/** `KnownAttributes.grants`. */
export const GRANTS_ATTRIBUTE = 'deviceauth_grants';
