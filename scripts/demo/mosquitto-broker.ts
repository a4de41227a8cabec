/**
 * A Mosquitto as a child process with the plugin in it, run by whoever runs the demo: what docs/mosquitto.md sets up, in
 * one directory. Its configuration is written at every start; its log goes to a file.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type DemoBroker,
  type DemoBrokerOptions,
  HOST,
  requirePort,
  taken,
  writeServerCa,
} from './broker.ts';
import { Child } from './child.ts';
import { type MosquittoParts, NoMosquitto } from './mosquitto-parts.ts';
import type { Places } from './places.ts';
import { until } from './problem.ts';

const STARTS_WITHIN = 15_000;
const LOGS_WITHIN = 2_000;
/** The plugin wants an absolute path, and a Unix socket's has at most so many bytes. */
const LONGEST_SOCKET = 107;

export class MosquittoBroker implements DemoBroker {
  readonly name: string;
  readonly host = HOST;
  readonly port: number;
  readonly serverCaPem: string;
  readonly log: string;
  readonly #child: Child;

  private constructor(child: Child, log: string, version: string, port: number, serverCaPem: string) {
    this.#child = child;
    this.log = log;
    this.name = `Mosquitto ${version}`;
    this.port = port;
    this.serverCaPem = serverCaPem;
  }

  /** Resolves when devices can come; fails with NoMosquitto when this Mosquitto does not run, with this plugin. */
  static async start(options: DemoBrokerOptions, parts: MosquittoParts): Promise<MosquittoBroker> {
    const { places, running } = options;
    const file = (name: string) => join(places.mosquitto, name);
    mkdirSync(file('tls'), { recursive: true, mode: 0o700 });
    const port = options.port === 0 ? await requirePort(0) : options.port;
    writeFileSync(file('mosquitto.conf'), configuration(places, parts, port));

    const child = new Child(running, {
      command: parts.binary,
      args: ['-c', file('mosquitto.conf')],
      cwd: places.root,
      log: places.mosquittoLog,
    });
    const ready = await until(() => {
      if (!child.running) return false;
      // The plugin refuses devices until it has reached the daemon.
      return /deviceauthd: in step with the daemon/.test(child.output) || undefined;
    }, STARTS_WITHIN);
    const { output } = child;
    if (ready === true) {
      const version = /mosquitto version (\S+)/.exec(output)?.[1] ?? '';
      const serverCaPem = writeServerCa(places, readFileSync(file('tls/ca.pem'), 'utf8'));
      return new MosquittoBroker(child, places.mosquittoLog, version, port, serverCaPem);
    }
    await child.stop();
    if (/Address already in use/.test(output)) throw taken(port);
    const what = ready === undefined ? 'was not ready in time' : 'ended at its start';
    throw new NoMosquitto(
      `Mosquitto ${what} (${errors(output)})`,
      `mend that (${places.mosquittoLog} has more)`,
    );
  }

  async logged(about: string): Promise<string | undefined> {
    const line = await until(
      () => this.#child.output.split('\n').findLast((each) => each.includes(about)),
      LOGS_WITHIN,
    );
    return line === undefined ? undefined : withoutTime(line);
  }

  onExit(tell: () => void): void {
    void this.#child.ended.then(tell);
  }
}

function errors(log: string): string {
  const lines = log.trim().split('\n').map(withoutTime);
  const found = lines.filter((line) => /error/i.test(line));
  return found.length > 0 ? found.slice(0, 2).join(' ') : (lines.at(-1) ?? '');
}

function withoutTime(line: string): string {
  return line.replace(/^[-\d:T]+: /, '');
}

function configuration(places: Places, { plugin }: MosquittoParts, port: number): string {
  const file = (name: string) => resolve(places.root, places.mosquitto, name);
  return `# Written by every npm start; docs/mosquitto.md explains the settings.
${process.getuid?.() === 0 ? '# All of the demo runs as one user: nobody else can read its files.\nuser root\n' : ''}log_dest stderr
log_timestamp_format %Y-%m-%dT%H:%M:%S
set_tcp_nodelay true
allow_anonymous false
max_queued_messages 100000

plugin ${plugin}
plugin_opt_socket ${socketPath(places)}
# What is below comes from the daemon, and is renewed by it.
plugin_opt_tls_dir ${file('tls')}

listener ${port} ${HOST}
capath ${file('tls/device-cas')}
certfile ${file('tls/server.pem')}
keyfile ${file('tls/server.key')}
require_certificate true
`;
}

/** By way of the process's own working directory where the checkout is too deep. */
function socketPath({ root, brokerSocket }: Places): string {
  const path = resolve(root, brokerSocket);
  return Buffer.byteLength(path) <= LONGEST_SOCKET ? path : `/proc/self/cwd/${brokerSocket}`;
}
