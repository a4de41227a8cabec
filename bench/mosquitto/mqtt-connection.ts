/** A connection of a device to a broker under measurement, MQTT 3.1.1, whose CONNECT was accepted; with no library between. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { generate } from 'mqtt-packet';

const STEP_MS = 30_000;

export interface Endpoint {
  readonly port: number;
  /** Undefined: plain. What a client id shows. */
  readonly secureContext: ((clientId: string) => SecureContext) | undefined;
}

export function connectPacket(clientId: string, password?: string): Buffer {
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId,
    keepalive: 3600,
    username: clientId,
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
  });
}

/** With TLS a full handshake every time: no session is resumed. */
export async function connectDevice(
  endpoint: Endpoint,
  clientId: string,
  password?: string,
): Promise<Socket> {
  const socket = await open(endpoint, clientId);
  try {
    socket.write(connectPacket(clientId, password));
    const answer = await bytes(socket, 4);
    if (answer[0] === 0x20 && answer[3] === 0) return socket;
    throw new Error(`${clientId} is refused: ${answer[3]}`);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** The same, of a broker whose plugin has just started and may refuse for now. */
export async function connectPatiently(
  endpoint: Endpoint,
  clientId: string,
  password?: string,
): Promise<Socket> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connectDevice(endpoint, clientId, password);
    } catch (error) {
      if (attempt === 10) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Exactly so many, from a broker that then says nothing unasked. */
export async function bytes(socket: Socket, count: number): Promise<Buffer> {
  const closed = new AbortController();
  const close = () => closed.abort(new Error('the broker closed the connection'));
  socket.once('close', close);
  try {
    const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(STEP_MS)]);
    let all: Buffer = Buffer.alloc(0);
    while (all.length < count) {
      const [chunk] = (await once(socket, 'data', { signal })) as [Buffer];
      all = Buffer.concat([all, chunk]);
    }
    return all;
  } finally {
    socket.removeListener('close', close);
  }
}

function open({ port, secureContext }: Endpoint, clientId: string): Promise<Socket> {
  const host = '127.0.0.1';
  const socket =
    secureContext === undefined
      ? connectTcp({ port, host })
      : connectTls({ port, host, servername: 'localhost', secureContext: secureContext(clientId) });
  socket.setNoDelay(true);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once(secureContext === undefined ? 'connect' : 'secureConnect', () => {
      socket.removeListener('error', reject);
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}
