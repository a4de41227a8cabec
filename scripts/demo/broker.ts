/** What the demo needs of a broker of any kind, and what every kind needs: a port, and a certificate to show. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import type { CertificateUpdate__Output } from '../../src/contract/generated/deviceauth/v1/CertificateUpdate.ts';
import type { CertificateUpdateEvent__Output } from '../../src/contract/generated/deviceauth/v1/CertificateUpdateEvent.ts';
import { loadContract } from '../../src/contract/index.ts';
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
  readonly deviceCas: readonly string[];
  readonly running: Running;
}

/** The one the daemon gives this broker, now; a broker that runs for days follows the stream. */
export async function serverCertificate(places: Places): Promise<CertificateUpdate__Output> {
  const contract = loadContract();
  const client = new Client(`unix:${places.brokerSocket}`, credentials.createInsecure());
  const method = contract.deviceAuth.SubscribeToCertificateUpdates;
  const call = client.makeServerStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    { certificateOptions: { certificateType: 'SERVER' }, subscriberName: 'demo' },
    { deadline: Date.now() + GIVEN_WITHIN },
  );
  try {
    for await (const { certificateUpdate } of call as AsyncIterable<CertificateUpdateEvent__Output>) {
      if (certificateUpdate == null) continue;
      // For trying other MQTT clients: what they must trust.
      writeFileSync(join(places.devices, 'server-ca.pem'), certificateUpdate.caCertificates.join(''));
      return certificateUpdate;
    }
    throw new Error('the daemon ended the stream');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Problem(`The daemon gave the broker no certificate (${why}).`, `Its log is ${places.log}.`);
  } finally {
    call.on('error', () => {});
    call.cancel();
    client.close();
  }
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
