/**
 * What a client id may look like, before anybody is asked about it. Under `exact` it is the thing
 * name, so it has a thing name's form. Under `any` it is free text, but never one that could change
 * the meaning of a topic it is put into, and never text that cannot be written as UTF-8.
 */
import type { Rejected } from './verifier.ts';

export type ClientIdRule = 'exact' | 'any';

export const MAX_NAME_LENGTH = 128;

const THING_NAME = /^[A-Za-z0-9:_-]{1,128}$/;
const FORBIDDEN = /[\p{Cc}+#/]/u;

export function isThingName(text: string): boolean {
  return THING_NAME.test(text);
}

/** Undefined when the form is right. Lengths are in characters (code points). */
export function checkClientId(clientId: string, rule: ClientIdRule): Rejected | undefined {
  if (clientId === '') return refuse('CLIENT_ID_INVALID', 'the client id is empty');
  if (isLongerThan(clientId, MAX_NAME_LENGTH)) {
    return refuse('CLIENT_ID_TOO_LONG', `the client id is longer than ${MAX_NAME_LENGTH} characters`);
  }
  if (rule === 'exact') {
    if (isThingName(clientId)) return undefined;
    return refuse(
      'CLIENT_ID_INVALID',
      'the client id is no thing name: only letters, digits, ":", "_" and "-"',
    );
  }
  if (!clientId.isWellFormed()) return refuse('CLIENT_ID_INVALID', 'the client id is not UTF-8 text');
  if (FORBIDDEN.test(clientId)) {
    return refuse('CLIENT_ID_INVALID', 'the client id has a control character, "+", "#" or "/" in it');
  }
  return undefined;
}

function isLongerThan(text: string, length: number): boolean {
  if (text.length <= length) return false;
  if (text.length > length * 2) return true;
  return [...text].length > length;
}

function refuse(reason: 'CLIENT_ID_INVALID' | 'CLIENT_ID_TOO_LONG', message: string): Rejected {
  return { kind: 'rejected', reason, message };
}
