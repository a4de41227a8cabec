/**
 * A broker component as AWS's SDK for JavaScript makes one, in a process of its own, since the SDK ends its process over what it does
 * not expect of a server. Configured by the environment variables of Greengrass and nothing else. One JSON command a line on standard
 * input, one JSON report a line on standard output.
 */
import { createInterface } from 'node:readline';
import sdk from 'aws-iot-device-sdk-v2';
import type { Command, Failure, Report } from './aws-component.ts';

const { eventstream_rpc, greengrasscoreipc } = sdk;
type Client = sdk.greengrasscoreipc.Client;
type Stream = ReturnType<Client['subscribeToCertificateUpdates']>;

const streams = new Map<number, Stream>();
let client: Client | undefined;

function report(line: Report): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function failure(error: unknown): Failure {
  if (!(error instanceof eventstream_rpc.RpcError)) return { type: 'none', message: String(error) };
  const { type, message, serviceError } = error;
  return { type: eventstream_rpc.RpcErrorType[type] ?? `${type}`, message, serviceError };
}

async function subscribe(id: number, request: object): Promise<object> {
  const stream = connected().subscribeToCertificateUpdates(
    request as sdk.greengrasscoreipc.model.SubscribeToCertificateUpdatesRequest,
  );
  streams.set(id, stream);
  stream.on('message', (message) => report({ stream: id, event: message }));
  stream.on('streamError', (error) => report({ stream: id, failed: failure(error) }));
  stream.on('ended', () => report({ stream: id, ended: true }));
  return await stream.activate();
}

function connected(): Client {
  if (client === undefined) throw new Error('not connected');
  return client;
}

async function carryOut(command: Command): Promise<unknown> {
  switch (command.kind) {
    case 'connect': {
      client = greengrasscoreipc.createClient();
      client.on('disconnection', (event) => report({ disconnected: String(event?.reason) }));
      return await client.connect();
    }
    case 'call': {
      const method = Reflect.get(connected(), command.operation) as (request: object) => Promise<object>;
      return await method.call(client, command.request);
    }
    case 'subscribe':
      return await subscribe(command.id, command.request);
    case 'end':
      return await streams.get(command.stream)?.close();
    case 'close':
      return await client?.close();
    case 'exit':
      process.exit(0);
  }
}

for await (const line of createInterface(process.stdin)) {
  const command = JSON.parse(line) as Command;
  // Not awaited: many are under way at once.
  void carryOut(command).then(
    (answer) => report({ id: command.id, answer: answer ?? {} }),
    (error: unknown) => report({ id: command.id, failed: failure(error) }),
  );
}
process.exit(0);
