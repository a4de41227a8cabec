/** Whether EMQX tells the certificate as it is, and the client id as the device says it; globally and in every listener's zone. */
import type { Finding } from '../finding.ts';
import type { Subject } from '../subject.ts';
import { type Zoned, zoned } from './listeners.ts';

/** The values an option has on the listeners that are used, each once. */
function onListeners(subject: Subject, option: string): readonly Zoned[] {
  const found = new Map<string, Zoned>();
  for (const listener of subject.listeners) {
    if (!listener.used) continue;
    const setting = zoned(subject, listener, option);
    found.set(setting.key, setting);
  }
  return [...found.values()];
}

export function certificateAsUsername(subject: Subject): readonly Finding[] {
  const { settings, doors } = subject;
  if (doors.size === 0) return [];
  const why = doors.has('exhook')
    ? 'ExHook carries no certificate; as the user name, in the form pem, is the only way in which deviceauthd sees it. Every device is refused'
    : 'EMQX does not tell the certificate when it asks what a device may do; as the user name, in the form pem, is the only way. What lists cannot say is refused';
  return onListeners(subject, 'peer_cert_as_username')
    .filter(({ value }) => value !== 'pem')
    .map(({ key, value }) => ({
      code: 'peer-cert-as-username',
      effect: 'broken',
      key,
      value: value ?? null,
      at: settings.value(key)?.at,
      why,
      fix: `write \`${key} = pem\``,
    }));
}

export function certificateAsClientId(subject: Subject): readonly Finding[] {
  const { settings } = subject;
  return onListeners(subject, 'peer_cert_as_clientid')
    .filter(({ value }) => value !== undefined && value !== 'disabled')
    .map(({ key, value }) => ({
      code: 'peer-cert-as-clientid',
      effect: 'broken',
      key,
      value: value ?? null,
      at: settings.value(key)?.at,
      why: 'EMQX replaces the client id by something of the certificate: it is no longer the name of the thing, and devices are refused',
      fix: 'leave the line out (disabled)',
    }));
}

export function usernameAsClientId(subject: Subject): readonly Finding[] {
  const { settings } = subject;
  return onListeners(subject, 'use_username_as_clientid')
    .filter(({ value }) => value === 'true')
    .map(({ key }) => ({
      code: 'use-username-as-clientid',
      effect: 'broken',
      key,
      value: 'true',
      at: settings.value(key)?.at,
      why: 'EMQX replaces the client id by the user name, which is the certificate, or what the device writes there: devices are refused',
      fix: 'leave the line out (false)',
    }));
}

export function clientIdOverride(subject: Subject): readonly Finding[] {
  const { settings } = subject;
  return onListeners(subject, 'clientid_override')
    .filter(({ value }) => value !== undefined && value !== '' && value !== 'disabled')
    .map(({ key, value }) => ({
      code: 'clientid-override',
      effect: 'weak',
      key,
      value: value ?? null,
      at: settings.value(key)?.at,
      why: 'EMQX computes client ids: where that is not the name of the thing the device is refused',
      fix: 'leave the line out',
    }));
}
