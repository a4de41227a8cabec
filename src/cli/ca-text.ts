/** What the verbs about CAs say alike. */
import type { DeviceCa__Output } from '../contract/generated/deviceauth/v1/DeviceCa.ts';
import { CliFailure, EXIT } from './failure.ts';
import { day, table } from './text.ts';
import { oneLine } from './verbs/certificate.ts';

export function deviceCaTable(deviceCas: readonly DeviceCa__Output[], columns: number | undefined): string {
  const rows = deviceCas.map((ca) => [
    ca.name,
    ca.localKey ? 'here' : 'elsewhere',
    ca.provisioning ? 'yes' : 'no',
    day(ca.notAfter),
    ca.key,
    oneLine(ca.subject),
  ]);
  return table(['NAME', 'KEY IS', 'PROVISIONING', 'VALID UNTIL', 'KEY', 'SUBJECT'], rows, columns);
}

export function crlOf(pem: string | undefined, whose: string): string {
  if (pem !== undefined && pem !== '') return pem;
  throw new CliFailure(`there is no CRL of ${whose} here`, {
    reason: 'NOT_FOUND',
    exitCode: EXIT.failed,
    fix: 'the CA whose key is elsewhere makes its own; `deviceauthctl status` tells why one of ours could not be made',
  });
}
