/**
 * A client in a process of its own that asks for a PINGRESP, waits for it, pauses a moment, and asks again. Started with
 * `fork`; told the broker and its identity, it says `connected`; told `reset` it forgets; told `report` it answers with all
 * round trips since, in milliseconds.
 */
import { setPriority } from 'node:os';
import { connectPatiently } from './mqtt-connection.ts';
import { secureContexts } from './site.ts';

export interface PingerOrder {
  readonly port: number;
  readonly clientId: string;
  readonly caPem: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const PINGREQ = Buffer.from([0xc0, 0]);
const PAUSE_MS = 2;

process.once('message', async (order: PingerOrder) => {
  preferred();
  const endpoint = { port: order.port, secureContext: secureContexts(order.caPem, () => order) };
  const socket = await connectPatiently(endpoint, order.clientId);
  let trips: number[] = [];
  let sentAt = 0;
  const ping = () => {
    sentAt = performance.now();
    socket.write(PINGREQ);
  };
  socket.on('data', () => {
    trips.push(performance.now() - sentAt);
    setTimeout(ping, PAUSE_MS);
  });
  process.on('message', (command) => {
    if (command === 'report') process.send?.(trips);
    trips = [];
  });
  process.once('disconnect', () => socket.destroy());
  ping();
  process.send?.('connected');
});

/** So that it waits for the broker, and not for the core that it shares with the devices and the daemon. */
function preferred(): void {
  try {
    setPriority(-20);
  } catch {
    // Only root may.
  }
}
