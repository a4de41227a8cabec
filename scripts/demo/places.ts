/**
 * Where the demo keeps things. Paths are relative to the checkout, from which everything of it is run: they stay
 * short enough for a socket, and right when the checkout is moved.
 */
import { mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export interface Places {
  readonly root: string;
  readonly directory: string;
  readonly configuration: string;
  readonly state: string;
  readonly adminSocket: string;
  readonly brokerSocket: string;
  readonly log: string;
  readonly devices: string;
  /** What Mosquitto reads. */
  readonly mosquitto: string;
  readonly mosquittoLog: string;
}

export function places(root: string, directory: string): Places {
  const short = relative(root, resolve(root, directory));
  const base = short === '' || short.startsWith('..') ? resolve(root, directory) : short;
  const all: Places = {
    root,
    directory: base,
    configuration: join(base, 'deviceauthd.yaml'),
    state: join(base, 'state'),
    adminSocket: join(base, 'run', 'admin.sock'),
    brokerSocket: join(base, 'run', 'broker.sock'),
    log: join(base, 'deviceauthd.log'),
    devices: join(base, 'devices'),
    mosquitto: join(base, 'mosquitto'),
    mosquittoLog: join(base, 'mosquitto.log'),
  };
  for (const made of [base, join(base, 'run'), all.devices])
    mkdirSync(made, { recursive: true, mode: 0o700 });
  return all;
}
