/**
 * Operations that are answered also when they fail: whoever reads an error there may take it for something else than a refusal.
 * Always true of such a call: the caller gets one message; one whose end is an error, whoever made it (the gate, a limit, a
 * deadline, a defect), gets the standing one and OK.
 */
import { type ServerInterceptingCallInterface, status } from '@grpc/grpc-js';

/** By operation; the message as its service has it. */
export type StandingAnswers = ReadonlyMap<string, object>;

/** Before anything else has been done with the call. */
export function answerAlways(call: ServerInterceptingCallInterface, answer: object): void {
  const { sendMessage, sendStatus } = call;
  let state: 'open' | 'answered' | 'failed' = 'open';
  call.sendMessage = (message, sent) => {
    // A verdict that comes after the standing answer must not follow it.
    if (state === 'failed') return;
    state = 'answered';
    sendMessage.call(call, message, sent);
  };
  call.sendStatus = (given) => {
    if (state === 'failed') return;
    if (given.code === status.OK || state === 'answered') {
      sendStatus.call(call, given);
      return;
    }
    state = 'failed';
    sendMessage.call(call, answer, () => {});
    sendStatus.call(call, { code: status.OK, details: 'OK' });
  };
}
