/** What must hold between the keys of an EMQX broker, and between them and the listeners. */
import { isLoopback } from '../telemetry/loopback-address.ts';
import { checkTcp } from './listener-checks.ts';
import { joinPath, type Problems } from './problem.ts';
import type { Configuration, EmqxBrokerConfig } from './schema.ts';

/** Brokers with an error in them are left out. */
export function checkEmqx(configuration: Configuration, problems: Problems): Configuration['emqx'] {
  const right: Record<string, EmqxBrokerConfig> = {};
  const ports = portsOfListeners(configuration);
  for (const [name, broker] of Object.entries(configuration.emqx)) {
    const path = joinPath('emqx', name);
    const before = problems.errors.length;
    // Its sessions are those of a listener of this name.
    if (configuration.listeners[name] !== undefined)
      problems.error(path, name, `${joinPath('listeners', name)} has this name already`);
    if (['admin', 'discovery', 'sink'].includes(name))
      problems.error(path, name, `the name ${name} is taken`);
    for (const door of ['exhook', 'http'] as const) checkDoor(broker, door, path, ports, problems);
    checkApi(broker.api, `${path}.api`, problems);
    checkListeners(broker, `${path}.listeners`, problems);
    if (broker.exhook === undefined && broker.http === undefined)
      problems.warn(path, {}, 'has neither exhook nor http: EMQX cannot ask anything');
    if (broker.exhook !== undefined && broker.mutualTlsPorts.length === 0)
      problems.warn(`${path}.mutualTlsPorts`, [], 'is empty: every client is refused by ExHook');
    if (broker.api === undefined)
      problems.warn(
        `${path}.api`,
        null,
        'is not there: who is revoked stays connected until EMQX asks again',
      );
    if (problems.errors.length === before) right[name] = broker;
  }
  return right;
}

function checkDoor(
  broker: EmqxBrokerConfig,
  door: 'exhook' | 'http',
  brokerPath: string,
  taken: Map<string, string>,
  problems: Problems,
): void {
  const port = broker[door];
  if (port === undefined) return;
  const path = `${brokerPath}.${door}`;
  checkTcp(port, path, problems);
  if (door === 'http' && port.tls === undefined && broker.http?.sharedSecretFile === undefined)
    problems.error(`${path}.sharedSecretFile`, null, 'is required without tls: any local user could be EMQX');
  if (port.port === 0) return;
  const address = `${port.host.toLowerCase()} port ${port.port}`;
  const other = taken.get(address);
  if (other !== undefined) problems.error(path, address, `${other} has this address already`);
  else taken.set(address, path);
}

function checkApi(api: EmqxBrokerConfig['api'], path: string, problems: Problems): void {
  if (api === undefined) return;
  const url = URL.parse(api.url);
  if (url === null) problems.error(`${path}.url`, api.url, 'must be a URL');
  else if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
    problems.error(`${path}.url`, api.url, 'must be https: unless the host is a loopback address');
}

function checkListeners(
  { api, exhook, http, listeners }: EmqxBrokerConfig,
  path: string,
  problems: Problems,
): void {
  if (listeners.length === 0) return;
  if (api === undefined) problems.error(path, listeners, 'needs api: that is how EMQX is told to open them');
  if (exhook === undefined && http === undefined)
    problems.error(path, listeners, 'needs exhook or http: they are opened when EMQX asks there');
}

function portsOfListeners({ listeners }: Configuration): Map<string, string> {
  const taken = new Map<string, string>();
  for (const [name, listener] of Object.entries(listeners)) {
    if ('socket' in listener || listener.port === 0) continue;
    taken.set(`${listener.host.toLowerCase()} port ${listener.port}`, joinPath('listeners', name));
  }
  return taken;
}
