/**
 * Puts a listener's gate in front of every call, before its message is read, and gives the errors that grpc-js makes
 * by itself the form of ours.
 *
 * grpc-js tells a listener `onCancel` at the end of every call, completed ones too, once metadata was received: so
 * that is where an admitted call is counted off.
 */
import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import type { ListenerGate, OpenStream } from '../gate.ts';
import type { CallRunner } from './calls.ts';
import { STOPPING, type StatusMapper } from './status.ts';

export function operationOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function admission(gate: ListenerGate, statuses: StatusMapper, runner: CallRunner): ServerInterceptor {
  return (method, call) => {
    const operation = operationOf(method.path);
    const isStream = method.requestStream || method.responseStream;
    const send = call.sendStatus.bind(call);
    call.sendStatus = (status) => send(statuses.complete(status));
    const stream: OpenStream = { end: () => call.sendStatus(STOPPING) };
    let admitted = false;
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => {
            const refusal = gate.admit(operation);
            if (refusal === undefined) {
              admitted = true;
              if (isStream) gate.opened(stream);
              proceed(metadata);
            } else if (refusal === 'stopping') {
              call.sendStatus(STOPPING);
            } else {
              call.sendStatus(runner.failed(operation, refusal, runner.clock.monotonic()));
            }
          },
          onCancel: () => {
            if (!admitted) return;
            admitted = false;
            gate.release();
            if (isStream) gate.closed(stream);
          },
        }),
    });
  };
}
