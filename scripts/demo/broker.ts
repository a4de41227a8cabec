/** What the demo needs of a broker of any kind, and what every kind needs: a port, and a certificate to show. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { Places } from './places.ts';
import { Problem } from './problem.ts';
import type { Running } from './running.ts';

export const HOST = '127.0.0.1';
const GIVEN_WITHIN = 15_000;

export interface DemoBroker {
  /** Such as "Mosquitto 2.0.11". */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly serverCaPem: string;
  /** The file; undefined: it keeps none. */
  readonly log: string | undefined;
  /** The last line of its log that says so, once it is there. */
  logged(about: string): Promise<string | undefined>;
  /** Calls back when the broker ends. */
  onExit(tell: () => void): void;
}

export interface DemoBrokerOptions {
  readonly places: Places;
  /** 0: any that is free. */
  readonly port: number;
  readonly running: Running;
}

/** What devices must trust; for trying other MQTT clients it is beside their files. */
export function writeServerCa(places: Places, pem: string): string {
  writeFileSync(join(places.devices, 'server-ca.pem'), pem);
  return pem;
}

export async function within<T>(given: Promise<T>, problem: string, places: Places): Promise<T> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), GIVEN_WITHIN);
  const first = await Promise.race([given, late]);
  clearTimeout(timer);
  if (first === undefined) throw new Problem(problem, `The daemon's log is ${places.log}.`);
  return first;
}

/** Somebody else may have the port. The port, or for 0 one that is free. */
export async function requirePort(port: number): Promise<number> {
  const probe = createServer();
  try {
    probe.listen(port, HOST);
    await once(probe, 'listening');
  } catch (error) {
    if (isTaken(error)) throw taken(port);
    if ((error as NodeJS.ErrnoException).code === 'EACCES') {
      throw new Problem(
        `Port ${port} needs more rights than you have.`,
        'Take another: npm start -- --port 8884',
      );
    }
    throw error;
  }
  const found = (probe.address() as AddressInfo).port;
  const closed = once(probe, 'close');
  probe.close();
  await closed;
  return found;
}

export function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

export function taken(port: number): Problem {
  return new Problem(
    `Port ${port} on ${HOST} is taken by another program, perhaps an earlier npm start.`,
    `Stop it (ss -ltnp 'sport = :${port}' names it), or take another port: npm start -- --port ${port + 1}`,
  );
}
