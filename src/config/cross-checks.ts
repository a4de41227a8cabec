/** The rules that concern more than one key, held against values that are each right by themselves. */
import { normalize } from 'node:path';
import { normalizeHost } from '../connectivity/host-name.ts';
import { isLoopback, parseHostPort } from '../telemetry/loopback-address.ts';
import { checkCloud } from './cloud-checks.ts';
import { checkEmqx } from './emqx-checks.ts';
import { checkMode, checkSocket, checkTcp } from './listener-checks.ts';
import { joinPath, type Problems } from './problem.ts';
import type { Configuration, Listener } from './schema.ts';
import { configurationSchema, modeBits } from './schema.ts';

const OTHERS_ACCESS = 0o007;
/** Named so in `status` and in refusals; a listener of that name would be taken for it. */
const ADMIN = 'admin';
const DISCOVERY = 'discovery';
/** Server certificates are named after who asked: a listener of this name would share those of file sinks. */
const SINK = 'sink';
/** See pki/delivery/file-set.ts. */
const CURRENT = 'current';

/** The configuration with what is wrong taken out; what is wrong is told to `problems`. */
export function crossCheck(configuration: Configuration, problems: Problems): Configuration {
  checkCloud(configuration, problems);
  return {
    ...configuration,
    admin: checkAdmin(configuration.admin, problems),
    security: boundRevalidation(configuration.security, problems),
    metrics: checkMetrics(configuration.metrics, problems),
    certificates: checkCertificates(configuration.certificates, problems),
    connectivity: checkConnectivity(configuration.connectivity, problems),
    discovery: checkDiscovery(configuration.discovery, problems),
    listeners: checkListeners(configuration, problems),
    emqx: checkEmqx(configuration, problems),
    greengrassIpc: checkGreengrassIpc(configuration, problems),
  };
}

function checkAdmin(admin: Configuration['admin'], problems: Problems): Configuration['admin'] {
  const before = problems.errors.length;
  checkSocket(admin.socket, 'admin.socket', problems);
  checkMode(admin.mode, 'admin.mode', problems);
  return problems.errors.length > before ? configurationSchema.parse({}).admin : admin;
}

function checkListeners(configuration: Configuration, problems: Problems): Configuration['listeners'] {
  const taken = new Map([[normalize(configuration.admin.socket), 'admin.socket']]);
  const right: Record<string, Listener> = {};
  for (const [name, listener] of Object.entries(configuration.listeners)) {
    const path = joinPath('listeners', name);
    const before = problems.errors.length;
    if (name === ADMIN) problems.error(path, name, 'the name admin is taken by the operator’s socket');
    if (name === DISCOVERY) problems.error(path, name, 'the name discovery is taken by local discovery');
    if (name === SINK) problems.error(path, name, 'the name sink is taken by certificates.sinks');
    checkAddress(listener, path, taken, problems);
    if (listener.operations.length === 0) {
      problems.warn(
        `${path}.operations`,
        [],
        'nothing is allowed on this listener: every call is UNAUTHORIZED',
      );
    }
    if (problems.errors.length === before) right[name] = listener;
  }
  return right;
}

function checkAddress(
  listener: Listener,
  path: string,
  taken: Map<string, string>,
  problems: Problems,
): void {
  let address: string | undefined;
  let key: string;
  if ('socket' in listener) {
    key = `${path}.socket`;
    address = normalize(listener.socket);
    checkSocket(listener.socket, key, problems);
    checkMode(listener.mode, `${path}.mode`, problems);
  } else {
    key = path;
    address = listener.port === 0 ? undefined : `${listener.host.toLowerCase()} port ${listener.port}`;
    checkTcp(listener, path, problems);
  }
  if (address === undefined) return;
  const other = taken.get(address);
  if (other !== undefined) problems.error(key, address, `${other} has this address already`);
  else taken.set(address, key);
}

/** The socket it would share with another is taken out: nothing is served there. */
function checkGreengrassIpc(
  configuration: Configuration,
  problems: Problems,
): Configuration['greengrassIpc'] {
  const { greengrassIpc: ipc } = configuration;
  if (ipc.socket === undefined) return ipc;
  const before = problems.errors.length;
  const socket = normalize(ipc.socket);
  checkSocket(ipc.socket, 'greengrassIpc.socket', problems);
  checkMode(ipc.mode, 'greengrassIpc.mode', problems);
  if (socket === normalize(configuration.admin.socket))
    problems.error('greengrassIpc.socket', socket, 'admin.socket has this address already');
  for (const [name, listener] of Object.entries(configuration.listeners)) {
    if ('socket' in listener && normalize(listener.socket) === socket)
      problems.error(
        'greengrassIpc.socket',
        socket,
        `${joinPath('listeners', name)}.socket has this address already`,
      );
  }
  return problems.errors.length > before ? { ...ipc, socket: undefined } : ipc;
}

function boundRevalidation(
  security: Configuration['security'],
  problems: Problems,
): Configuration['security'] {
  const longest = security.clientDeviceTrustDurationMinutes * 60;
  if (security.revalidateAfterSeconds <= longest) return security;
  problems.warn(
    'security.revalidateAfterSeconds',
    security.revalidateAfterSeconds,
    `must not be above security.clientDeviceTrustDurationMinutes; ${longest} is used`,
  );
  return { ...security, revalidateAfterSeconds: longest };
}

function checkCertificates(
  certificates: Configuration['certificates'],
  problems: Problems,
): Configuration['certificates'] {
  const { maxValiditySeconds: longest } = certificates;
  const bounded = (key: 'serverCertificateValiditySeconds' | 'clientCertificateValiditySeconds'): number => {
    const given = certificates[key];
    if (given <= longest) return given;
    problems.warn(
      `certificates.${key}`,
      given,
      `must not be above certificates.maxValiditySeconds; ${longest} is used`,
    );
    return longest;
  };
  return {
    ...certificates,
    serverCertificateValiditySeconds: bounded('serverCertificateValiditySeconds'),
    clientCertificateValiditySeconds: bounded('clientCertificateValiditySeconds'),
    sinks: checkSinks(certificates.sinks, problems),
  };
}

/** One with an error in it is left out. */
function checkSinks(
  sinks: Configuration['certificates']['sinks'],
  problems: Problems,
): Configuration['certificates']['sinks'] {
  const taken = new Map<string, string>();
  const right = Object.entries(sinks).filter(([name, sink]) => {
    const path = joinPath('certificates.sinks', name);
    const before = problems.errors.length;
    const directory = normalize(`${sink.directory}/`);
    const other = taken.get(directory);
    if (other !== undefined)
      problems.error(`${path}.directory`, sink.directory, `${other} has this directory already`);
    else taken.set(directory, path);
    if ((modeBits(sink.mode) & OTHERS_ACCESS) !== 0)
      problems.error(
        `${path}.mode`,
        sink.mode,
        'must not let others in: the private key is one of the files',
      );
    const names = Object.values(sink.files);
    const twice = names.find((file, index) => names.indexOf(file) !== index);
    if (twice !== undefined) problems.error(`${path}.files`, twice, 'two files have this name');
    if (names.includes(CURRENT))
      problems.error(`${path}.files`, CURRENT, 'this is the name of the link that leads to the files');
    checkReload(sink.reload, `${path}.reload`, problems);
    return problems.errors.length === before;
  });
  return Object.fromEntries(right);
}

function checkReload(
  reload: Configuration['certificates']['sinks'][string]['reload'],
  path: string,
  problems: Problems,
): void {
  if (reload === undefined) return;
  if ((reload.pidFile === undefined) === (reload.command === undefined))
    problems.error(path, reload, 'must have either pidFile or command');
}

/** A host that is none is left out. */
function checkConnectivity(
  connectivity: Configuration['connectivity'],
  problems: Problems,
): Configuration['connectivity'] {
  const hosts = connectivity.hosts.filter((host, index) => {
    try {
      normalizeHost(host);
      return true;
    } catch {
      problems.error(
        `connectivity.hosts[${index}]`,
        host,
        'must be a host name or an IP address, without a port',
      );
      return false;
    }
  });
  return { ...connectivity, hosts };
}

function checkDiscovery(
  discovery: Configuration['discovery'],
  problems: Problems,
): Configuration['discovery'] {
  const taken = new Set<string>();
  const listen = discovery.listen.filter((text, index) => {
    const address = parseHostPort(text);
    const path = `discovery.listen[${index}]`;
    if (address === undefined) {
      problems.error(path, text, 'must be host:port');
      return false;
    }
    if (address.port === 0) return true;
    const key = `${address.host} ${address.port}`;
    const isNew = !taken.has(key);
    if (!isNew) problems.error(path, text, 'is there twice');
    taken.add(key);
    return isNew;
  });
  return { ...discovery, listen };
}

function checkMetrics(metrics: Configuration['metrics'], problems: Problems): Configuration['metrics'] {
  if (metrics.listen === '') return metrics;
  const address = parseHostPort(metrics.listen);
  if (address === undefined) problems.error('metrics.listen', metrics.listen, 'must be host:port, or empty');
  else if (!isLoopback(address.host)) {
    problems.error(
      'metrics.listen',
      metrics.listen,
      'must be a loopback address: it is plain HTTP, for everybody',
    );
  } else return metrics;
  return { ...metrics, listen: '' };
}
