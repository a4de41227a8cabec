/** How a fault looks on the wire. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Fault } from './faults.ts';
import { awsError, type Reply } from './reply.ts';

export interface Wire {
  readonly response: ServerResponse;
  /** Below TLS. */
  readonly socket: Socket;
}

export function send(response: ServerResponse, reply: Reply): void {
  const body =
    reply.body === undefined ? '' : typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'x-amzn-RequestId': 'fake',
    ...reply.headers,
  });
  response.end(body);
}

/** `throttlesAs`: the status with which this API says that it is asked too often. */
export function sendFault(wire: Wire, fault: Exclude<Fault, { kind: 'latency' }>, throttlesAs: number): void {
  const { response, socket } = wire;
  switch (fault.kind) {
    case 'answer':
      send(response, { status: fault.status, headers: fault.headers ?? {}, body: fault.body });
      return;
    case 'error':
      send(response, awsError(fault.status, fault.type, fault.message ?? 'scripted'));
      return;
    case 'throttle': {
      const headers = fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter };
      send(response, awsError(throttlesAs, 'ThrottlingException', 'Rate exceeded', headers));
      return;
    }
    case 'close':
      shut(socket, fault.how);
      return;
    case 'half-answer':
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1000 });
      response.write('{"half":', () => shut(socket, fault.how));
      return;
    case 'stall':
      if (fault.after === 'nothing') return;
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1000 });
      response.flushHeaders();
      return;
    case 'endless-body':
      response.writeHead(200, { 'Content-Type': 'application/json' });
      pour(response);
      return;
    case 'malformed-json':
      send(response, { status: 200, body: '{"clientDeviceCertificateId":' });
      return;
    case 'malformed-head':
      response.socket?.write('HTTP/9.9 yes\r\n\r\n');
      return;
    case 'raw':
      response.socket?.write(fault.text);
      return;
    case 'redirect':
      send(response, { status: 307, headers: { Location: fault.location ?? 'https://elsewhere.example/' } });
      return;
  }
}

export function shut(socket: Socket, how: 'end' | 'reset' = 'end'): void {
  if (how === 'reset') socket.resetAndDestroy();
  else socket.destroy();
}

function pour(response: ServerResponse): void {
  const chunk = ' '.repeat(16_384);
  while (!response.destroyed && response.write(chunk));
  if (!response.destroyed) response.once('drain', () => pour(response));
}
