/** Who can talk to EMQX at all, and whether that takes a certificate whose key he has. */
import type { Finding } from '../finding.ts';
import type { Listener } from '../listeners.ts';
import type { Subject, UsedListener } from '../subject.ts';

const BY_TLS: readonly string[] = ['ssl', 'wss'];

const used = ({ listeners }: Subject): readonly UsedListener[] =>
  listeners.filter((listener) => listener.used);
const overTls = (subject: Subject): readonly UsedListener[] =>
  used(subject).filter(({ type, settings }) => BY_TLS.includes(type) && settings !== undefined);

export function defaultListeners(subject: Subject): readonly Finding[] {
  return used(subject)
    .filter(({ settings }) => settings === undefined)
    .map(({ type, key, port }) => ({
      code: 'listener-default',
      effect: 'stranger',
      key,
      value: null,
      why: `EMQX opens port ${port ?? 0} (${type}) on every address where nothing is said, and asks for no certificate there`,
      fix: `write \`${key}.enabled = false\`, or configure it`,
    }));
}

export function listenersWithoutTls(subject: Subject): readonly Finding[] {
  return used(subject)
    .filter(({ type, settings }) => !BY_TLS.includes(type) && settings !== undefined)
    .map(({ type, key, settings, port }) => ({
      code: 'listener-without-certificate',
      effect: 'stranger',
      key: `${key}.enable`,
      value: settings?.text('enable') ?? settings?.text('enabled') ?? null,
      at: settings?.at,
      why: `a ${type} listener (port ${port ?? 'unknown'}) proves no certificate: whoever knows a device's certificate, which is public, can claim it there`,
      fix: `write \`${key}.enabled = false\`; devices use an ssl listener`,
    }));
}

export function listenersThatAskForNoCertificate(subject: Subject): readonly Finding[] {
  return overTls(subject).flatMap(({ key, settings }) => {
    const wrong: Finding[] = [];
    for (const [option, wanted] of [
      ['verify', 'verify_peer'],
      ['fail_if_no_peer_cert', 'true'],
    ] as const) {
      const value = settings?.text(`ssl_options.${option}`);
      if (value === wanted) continue;
      wrong.push({
        code: 'listener-verify',
        effect: 'stranger',
        key: `${key}.ssl_options.${option}`,
        value: value ?? null,
        at: settings?.value(`ssl_options.${option}`)?.at ?? settings?.at,
        why: 'without both verify_peer and fail_if_no_peer_cert a client needs no certificate, and could claim one that is not its own',
        fix: `write \`${option} = ${wanted}\``,
      });
    }
    return wrong;
  });
}

/** EMQX comes with a CA whose client certificates, keys included, are in every package of it. */
export function demonstrationCa(subject: Subject): readonly Finding[] {
  return overTls(subject).flatMap(({ key, settings }) => {
    const file = settings?.text('ssl_options.cacertfile');
    if (file !== undefined && !/\/certs\/cacert\.pem$/.test(file)) return [];
    return {
      code: 'listener-ca',
      effect: 'broken',
      key: `${key}.ssl_options.cacertfile`,
      value: file ?? null,
      at: settings?.value('ssl_options.cacertfile')?.at ?? settings?.at,
      why: "this is the demonstration CA that EMQX comes with: devices' certificates do not chain to it, and everybody has one that does",
      fix: "name `device-cas.pem` of the sink of deviceauthd's configuration",
    };
  });
}

/** The ports of `mutualTlsPorts` are where the daemon believes what EMQX says. */
export function mutualTlsPorts(subject: Subject): readonly Finding[] {
  const { broker } = subject;
  if (broker === undefined || broker.config.exhook === undefined) return [];
  const trusted = broker.config.mutualTlsPorts;
  const setting = `emqx.${broker.name}.mutualTlsPorts`;
  const refused = overTls(subject)
    .filter(({ port }) => port === undefined || !trusted.includes(port))
    .map(
      ({ key, port, settings }): Finding => ({
        code: 'port-not-mutual-tls',
        effect: 'broken',
        key: `${key}.bind`,
        value: settings?.text('bind') ?? null,
        at: settings?.value('bind')?.at ?? settings?.at,
        why: `deviceauthd refuses everybody on this listener: port ${port ?? 'unknown'} is not in ${setting} of its configuration`,
        fix: `add the port to ${setting}, or disable the listener`,
      }),
    );
  const open = used(subject)
    .filter(({ type, port }) => !BY_TLS.includes(type) && port !== undefined && trusted.includes(port))
    .map(
      ({ type, key, port, settings }): Finding => ({
        code: 'port-falsely-trusted',
        effect: 'stranger',
        key: `${key}.bind`,
        value: settings?.text('bind') ?? null,
        at: settings?.at,
        why: `${setting} says that port ${port ?? 0} demands certificates, and it is ${type}: whoever knows a certificate gets in with it`,
        fix: `take ${port ?? 0} out of ${setting}`,
      }),
    );
  const unused = trusted
    .filter((port) => !used(subject).some((listener) => listener.port === port))
    .map(
      (port): Finding => ({
        code: 'port-without-listener',
        effect: 'weak',
        key: setting,
        value: String(port),
        why: 'no enabled listener has this port; one that somebody adds later would be believed',
        fix: `take ${port} out of ${setting}`,
      }),
    );
  return [...refused, ...open, ...unused];
}

export function authenticationSwitchedOff(subject: Subject): readonly Finding[] {
  return used(subject)
    .filter(({ settings }) => settings?.flag('enable_authn') === false)
    .map(({ key, settings }) => ({
      code: 'enable-authn',
      effect: 'stranger',
      key: `${key}.enable_authn`,
      value: 'false',
      at: settings?.value('enable_authn')?.at,
      why: 'EMQX lets everybody in on this listener and asks nobody, deviceauthd neither',
      fix: 'leave the line out (true)',
    }));
}

/** Looks at the user name before anybody is asked: devices have one only by `peer_cert_as_username`. */
export function quickDeny(subject: Subject): readonly Finding[] {
  return used(subject)
    .filter(({ settings }) => settings?.text('enable_authn') === 'quick_deny_anonymous')
    .filter((listener) => usernameSource(subject, listener) === 'disabled')
    .map(({ key, settings }) => ({
      code: 'quick-deny-anonymous',
      effect: 'broken',
      key: `${key}.enable_authn`,
      value: 'quick_deny_anonymous',
      at: settings?.value('enable_authn')?.at,
      why: 'EMQX refuses clients without a user name before deviceauthd is asked, and devices have none',
      fix: 'leave the line out (true)',
    }));
}

export function proxyProtocol(subject: Subject): readonly Finding[] {
  return used(subject)
    .filter(({ settings }) => settings?.flag('proxy_protocol') === true)
    .map(({ key, settings }) => ({
      code: 'proxy-protocol',
      effect: 'stranger',
      key: `${key}.proxy_protocol`,
      value: 'true',
      at: settings?.value('proxy_protocol')?.at,
      why: 'whoever reaches this port writes address and name of the certificate himself, in the header of the PROXY protocol',
      fix: 'leave the line out (false); a proxy in front must pass TLS through',
    }));
}

export function mountpoints(subject: Subject): readonly Finding[] {
  return overTls(subject)
    .filter(({ settings }) => (settings?.text('mountpoint') ?? '') !== '')
    .map(({ key, settings }) => ({
      code: 'mountpoint',
      effect: 'weak',
      key: `${key}.mountpoint`,
      value: settings?.text('mountpoint') ?? null,
      at: settings?.value('mountpoint')?.at,
      why: 'EMQX asks about topics before it puts the mount point in front: policies must name them without it',
      fix: 'leave the line out, or write policies without the mount point',
    }));
}

/** In the hardened profile a bare port is one of the loopback address. */
export function loopbackOnly(subject: Subject): readonly Finding[] {
  if (!subject.hardened) return [];
  return overTls(subject)
    .filter(({ settings }) => /^(?:\d+)?$/.test(settings?.text('bind') ?? ''))
    .map(({ key, settings }) => ({
      code: 'bind-loopback',
      effect: 'broken',
      key: `${key}.bind`,
      value: settings?.text('bind') ?? null,
      at: settings?.value('bind')?.at ?? settings?.at,
      why: 'with EMQX_SECURITY_PROFILE=hardened a port without an address is open on 127.0.0.1 only: devices cannot reach it',
      fix: 'write the address: `bind = "0.0.0.0:8883"`',
    }));
}

/** What `mqtt.peer_cert_as_username` is for this listener: its zone's, else the global one, else `disabled`. */
export function usernameSource(subject: Subject, listener: Listener): string {
  return zoned(subject, listener, 'peer_cert_as_username').value ?? 'disabled';
}

export interface Zoned {
  readonly key: string;
  readonly value: string | undefined;
}

export function zoned({ settings }: Subject, listener: Listener, option: string): Zoned {
  const zone = listener.settings?.text('zone') ?? 'default';
  const own = `zones.${zone}.mqtt.${option}`;
  const value = settings.text(own);
  return value === undefined
    ? { key: `mqtt.${option}`, value: settings.text(`mqtt.${option}`) }
    : { key: own, value };
}
