/**
 * What is checked: EMQX's settings, its version, and the EMQX of deviceauthd's configuration that they belong to, if that is
 * given. Every check gets this and nothing else.
 */
import type { Configuration, EmqxBrokerConfig } from '../../config/schema.ts';
import { isLoopback } from '../../telemetry/loopback-address.ts';
import type { EmqxVersion } from './emqx-version.ts';
import { type Listener, listenersOf } from './listeners.ts';
import type { Settings } from './settings.ts';

export type Door = 'exhook' | 'http';

export interface Subject {
  readonly settings: Settings;
  readonly version: EmqxVersion;
  /** `EMQX_SECURITY_PROFILE` as given with an environment file. */
  readonly hardened: boolean;
  readonly listeners: readonly UsedListener[];
  /** By which of deviceauthd's doors this EMQX is meant to come. */
  readonly doors: ReadonlySet<Door>;
  readonly broker: NamedBroker | undefined;
  /** Enabled or not, those that go to deviceauthd: all of them where no configuration of it is given. */
  readonly exhookServers: readonly Settings[];
  /** The same of authenticators by HTTP: without a configuration those that send the certificate, or all where there is no ExHook. */
  readonly httpAuthenticators: readonly Settings[];
}

export interface UsedListener extends Listener {
  /**
   * It is open at EMQX's start, or deviceauthd opens it later. Where no configuration of deviceauthd is given, the latter may be with
   * each that more is written of than that it is off.
   */
  readonly used: boolean;
}

export interface NamedBroker {
  readonly name: string;
  readonly config: EmqxBrokerConfig;
}

export interface SubjectParts {
  readonly settings: Settings;
  readonly version: EmqxVersion;
  readonly hardened?: boolean | undefined;
  readonly configuration?: Configuration | undefined;
}

export function subjectOf({ settings, version, hardened = false, configuration }: SubjectParts): Subject {
  const servers = settings.list('exhook.servers') ?? [];
  const broker = brokerOf(configuration, settings);
  const exhookServers = servers.filter((server) => leadsTo(server, broker?.config.exhook?.port));
  const opened = new Set(broker?.config.listeners);
  const listeners = listenersOf(settings).map((listener) => ({
    ...listener,
    used: listener.enabled || (configuration === undefined ? isMeant(listener) : opened.has(listener.id)),
  }));
  const port = broker?.config.http?.port;
  const ours = httpAuthenticators({ settings, listeners }).filter((authenticator) =>
    port === undefined
      ? servers.length === 0 || authenticator.leaves('body').some((text) => text.includes('${cert_pem}'))
      : leadsTo(authenticator, port),
  );
  const doors = new Set<Door>();
  if (servers.length > 0) doors.add('exhook');
  if (ours.length > 0) doors.add('http');
  return { settings, version, hardened, listeners, doors, broker, exhookServers, httpAuthenticators: ours };
}

function isMeant({ settings, type }: Listener): boolean {
  return (type === 'ssl' || type === 'wss') && settings?.value('ssl_options') !== undefined;
}

/** Authenticators of the global chain and of listeners' own that ask a service by HTTP. */
function httpAuthenticators(subject: Pick<Subject, 'settings' | 'listeners'>): readonly Settings[] {
  return chainsOf(subject).flatMap(({ authenticators }) => authenticators.filter(isHttp));
}

export interface Chain {
  readonly key: string;
  /** Undefined where nothing is written. */
  readonly authenticators: readonly Settings[];
}

/** The global one, and those that listeners in use have to themselves. */
export function chainsOf({ settings, listeners }: Pick<Subject, 'settings' | 'listeners'>): readonly Chain[] {
  const own = listeners.flatMap(({ settings: listener, used }) => {
    const authenticators = used ? listener?.list('authentication') : undefined;
    return authenticators === undefined || authenticators.length === 0
      ? []
      : [{ key: listener?.key('authentication') ?? '', authenticators }];
  });
  return [{ key: 'authentication', authenticators: settings.list('authentication') ?? [] }, ...own];
}

export function isHttp(authenticator: Settings): boolean {
  return authenticator.text('mechanism') === 'password_based' && authenticator.text('backend') === 'http';
}

export function isEnabled(settings: Settings): boolean {
  return settings.flag('enable') !== false;
}

export function urlOf(settings: Settings): URL | undefined {
  return URL.parse((settings.text('url') ?? '').replace(/\$\{[^}]*\}/g, 'x')) ?? undefined;
}

/** To be shown: without user, password and query. */
export function shownUrl(settings: Settings): string | null {
  const url = urlOf(settings);
  return url === undefined ? null : `${url.protocol}//${url.host}${url.pathname}`;
}

export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

export function isLocal(url: URL): boolean {
  return isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
}

/** Whether its URL may be the door at this port; an unknown port may be any. */
export function leadsTo(settings: Settings, port: number | undefined): boolean {
  const url = urlOf(settings);
  return port === undefined || port === 0 || (url !== undefined && portOf(url) === port);
}

/** The EMQX whose doors are called; the only one where there is one. */
function brokerOf(configuration: Configuration | undefined, settings: Settings): NamedBroker | undefined {
  const brokers = Object.entries(configuration?.emqx ?? {}).map(([name, config]) => ({ name, config }));
  if (brokers.length <= 1) return brokers[0];
  const listeners = listenersOf(settings).map((listener) => ({ ...listener, used: true }));
  const authenticators = httpAuthenticators({ settings, listeners });
  const called = [...(settings.list('exhook.servers') ?? []), ...authenticators].flatMap((server) => {
    const url = urlOf(server);
    return url === undefined ? [] : [portOf(url)];
  });
  return brokers.find(({ config }) =>
    [config.exhook?.port, config.http?.port].some((port) => port !== undefined && called.includes(port)),
  );
}
