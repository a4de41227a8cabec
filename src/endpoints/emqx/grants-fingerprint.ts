/** Names what a session may do, so that it can be told whether somebody was told the same: by EMQX, after a restart of the daemon. */
import { hash } from 'node:crypto';
import type { SessionGrants } from '../../policy/grants.ts';

/** 22 characters of base64url. */
export function grantsFingerprint({ setIds, variables }: SessionGrants): string {
  const text = JSON.stringify([setIds, [...variables].toSorted(([one], [other]) => (one < other ? -1 : 1))]);
  return hash('sha256', text, 'base64url').slice(0, 22);
}
