/**
 * Runs as a worker thread: one MQTT client without certificate that pings the broker without pause, and tells on request how
 * long the answers took. A thread of its own, so that whatever else the test does is not in the figures.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { generate, parser } from 'mqtt-packet';

const PAUSE_MS = 5;

const { port } = workerData as { port: number };
const socket = connect({ host: '127.0.0.1', port, noDelay: true });
const packets = parser({ protocolVersion: 4 });
socket.on('data', (data) => packets.parse(data));
socket.on('error', () => {});

let trips: number[] = [];
let sentAt = 0;

function ping(): void {
  sentAt = performance.now();
  socket.write(generate({ cmd: 'pingreq' }));
}

packets.on('packet', (packet) => {
  if (packet.cmd !== 'pingresp') return;
  trips.push(performance.now() - sentAt);
  setTimeout(ping, PAUSE_MS);
});
parentPort?.on('message', () => {
  // What is still awaited counts too: a broker that stands still answers nothing.
  parentPort?.postMessage([...trips, performance.now() - sentAt]);
  trips = [];
});

await once(socket, 'connect');
socket.write(
  generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: 'pinging',
    clean: true,
    keepalive: 0,
  }),
);
const [connack] = await once(packets, 'packet');
if (connack.returnCode !== 0) throw new Error(`CONNACK ${connack.returnCode}`);
ping();
parentPort?.postMessage('ready');
