/** EMQX's ExHook servers. */
import { isIP } from 'node:net';
import type { Finding } from '../finding.ts';
import type { Settings } from '../settings.ts';
import { isEnabled, isLocal, type Subject, shownUrl, urlOf } from '../subject.ts';

const SLOWEST_RECONNECT_MS = 5000;

export function nobodyAsks({ doors, settings }: Subject): readonly Finding[] {
  if (doors.size > 0) return [];
  return [
    {
      code: 'nobody-asks',
      effect: 'stranger',
      key: 'exhook.servers',
      value: null,
      at: settings.value('exhook')?.at,
      why: 'there is neither an ExHook server nor an authenticator by HTTP: EMQX decides by itself',
      fix: 'take plugins/emqx/exhook.conf or plugins/emqx/http.conf',
    },
  ];
}

/** The door that EMQX knocks at is not there. */
export function doorThatIsMissing({ broker, doors, settings }: Subject): readonly Finding[] {
  if (broker === undefined) return [];
  return [...doors]
    .filter((door) => broker.config[door] === undefined)
    .map((door) => ({
      code: 'door-missing',
      effect: 'broken',
      key: `emqx.${broker.name}.${door}`,
      value: null,
      at: settings.value(door === 'exhook' ? 'exhook' : 'authentication')?.at,
      why: `EMQX asks by ${door}, and deviceauthd has no such door for it: everybody is refused`,
      fix: `add emqx.${broker.name}.${door} to deviceauthd's configuration`,
    }));
}

export function serverThatIsOff(subject: Subject): readonly Finding[] {
  const servers = subject.exhookServers;
  if (!subject.doors.has('exhook') || servers.some(isEnabled)) return [];
  const [off] = servers;
  return [
    {
      code: 'exhook-off',
      effect: 'broken',
      key: off?.key('enable') ?? 'exhook.servers',
      value: off?.text('enable') ?? null,
      at: off?.at,
      why:
        off === undefined
          ? 'no ExHook server leads to the port of deviceauthd: it is never asked'
          : 'deviceauthd is never asked, and whether anybody gets in is up to the chain of authenticators',
      fix: off === undefined ? 'correct `url`' : 'leave `enable` out (true)',
    },
  ];
}

export function failedAction(subject: Subject): readonly Finding[] {
  return enabled(subject)
    .filter((server) => server.text('failed_action') === 'ignore')
    .map((server) => ({
      code: 'failed-action',
      effect: 'stranger',
      key: server.key('failed_action'),
      value: 'ignore',
      at: server.value('failed_action')?.at,
      why: 'while deviceauthd does not answer EMQX goes on as if it had not been asked: in some versions that lets everybody in',
      fix: 'write `failed_action = deny`',
    }));
}

export function reconnection(subject: Subject): readonly Finding[] {
  return enabled(subject).flatMap((server) => {
    const value = server.text('auto_reconnect');
    const finding = {
      code: 'auto-reconnect',
      key: server.key('auto_reconnect'),
      value: value ?? null,
      at: server.value('auto_reconnect')?.at ?? server.at,
      fix: 'write `auto_reconnect = 1s`',
    } as const;
    if (value === 'false')
      return {
        ...finding,
        effect: 'broken',
        why: 'an EMQX that started before deviceauthd never asks it, and refuses everybody for good',
      };
    const milliseconds = value === undefined ? 60_000 : server.milliseconds('auto_reconnect');
    if (milliseconds !== undefined && milliseconds <= SLOWEST_RECONNECT_MS) return [];
    return {
      ...finding,
      effect: 'weak',
      why: `an EMQX that started before deviceauthd refuses everybody for up to ${value ?? '60s, the default'}`,
    };
  });
}

export function transport(subject: Subject): readonly Finding[] {
  return enabled(subject).flatMap((server) => {
    const url = urlOf(server);
    if (url === undefined || !['http:', 'https:'].includes(url.protocol))
      return {
        code: 'exhook-url',
        effect: 'broken',
        key: server.key('url'),
        value: shownUrl(server),
        at: server.value('url')?.at ?? server.at,
        why: 'EMQX knows http:// and https:// only, with host and port',
        fix: 'write `url = "https://127.0.0.1:<port of emqx.<name>.exhook>"`',
      };
    if (url.protocol === 'http:') return plain(server, url, subject);
    return overTls(server, 'exhook');
  });
}

function plain(server: Settings, url: URL, { broker }: Subject): readonly Finding[] {
  const finding = {
    code: 'exhook-plain',
    key: server.key('url'),
    value: shownUrl(server),
    at: server.value('url')?.at,
    fix: 'use https:// with `ssl` as in plugins/emqx/exhook.conf',
  } as const;
  if (!isLocal(url))
    return [
      {
        ...finding,
        effect: 'stranger',
        why: 'whoever is on the way between EMQX and deviceauthd can answer in its place',
      },
    ];
  const door = broker?.config.exhook;
  if (door !== undefined && !door.insecureLoopback)
    return [{ ...finding, effect: 'broken', why: 'this door of deviceauthd speaks TLS only' }];
  return [
    {
      ...finding,
      effect: 'weak',
      why: 'every local user can be EMQX to deviceauthd, and deviceauthd to EMQX while it is not running',
    },
  ];
}

/** What EMQX, as a client of TLS, must be told to know deviceauthd and to be known by it. */
export function overTls(server: Settings, door: 'exhook' | 'http'): readonly Finding[] {
  const found: Finding[] = [];
  const say = (option: string, effect: Finding['effect'], why: string, fix: string): void => {
    found.push({
      code: `${door}-tls`,
      effect,
      key: server.key(`ssl.${option}`),
      value: server.text(`ssl.${option}`) ?? null,
      at: server.value(`ssl.${option}`)?.at ?? server.at,
      why,
      fix,
    });
  };
  const host =
    'whoever listens at this address in place of deviceauthd, such as a local user while it is not running,';
  if (server.flag('ssl.enable') !== true) {
    const why = 'without it EMQX uses nothing of `ssl`: it shows deviceauthd no certificate, and checks none';
    say('enable', 'broken', why, 'write `ssl.enable = true`');
    return found;
  }
  if (server.text('ssl.verify') !== 'verify_peer')
    say(
      'verify',
      'stranger',
      `${host} says who gets in: EMQX does not check whom it asks`,
      'write `ssl.verify = verify_peer`',
    );
  else if (server.text('ssl.cacertfile') === undefined)
    say(
      'cacertfile',
      'broken',
      'EMQX has nothing to check the certificate of deviceauthd against',
      "name the CA of this door's certificate",
    );
  else if (server.text('ssl.server_name_indication') === 'disable')
    found.push({
      code: 'tls-name',
      effect: 'weak',
      key: server.key('ssl.server_name_indication'),
      value: 'disable',
      at: server.value('ssl.server_name_indication')?.at,
      why: 'EMQX takes whoever has any certificate of this CA for deviceauthd',
      fix: "leave the line out, and write a name of deviceauthd's certificate into `url`",
    });
  const url = urlOf(server);
  if (
    url !== undefined &&
    isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0 &&
    server.text('ssl.server_name_indication') === undefined
  )
    found.push({
      code: 'tls-address',
      effect: 'weak',
      key: server.key('url'),
      value: shownUrl(server),
      at: server.value('url')?.at ?? server.at,
      why: 'EMQX looks for this address among the names of the certificate: 5.8.9 then refuses deviceauthd, and every device with it',
      fix: "write `localhost`, or another name that is in deviceauthd's certificate for this door",
    });
  for (const file of ['certfile', 'keyfile'])
    if (server.text(`ssl.${file}`) === undefined)
      say(
        file,
        'broken',
        'deviceauthd serves this door to one client certificate only, and EMQX shows none',
        `name it with \`ssl.${file}\``,
      );
  return found;
}

/** Before 5.4 (OTP 25 and older) `ssl.verify` does not reach ExHook's connections, and OTP's own default was not to check. */
export function uncheckedDaemon(subject: Subject): readonly Finding[] {
  if (!subject.version.before(5, 4)) return [];
  return enabled(subject)
    .filter((server) => urlOf(server)?.protocol === 'https:')
    .map((server) => ({
      code: 'version-exhook-tls',
      effect: 'stranger',
      key: server.key('ssl.verify'),
      value: server.text('ssl.verify') ?? null,
      at: server.value('ssl.verify')?.at ?? server.at,
      why: `EMQX ${subject.version.text} does not check whom ExHook talks to, whatever is written: a local user can answer while deviceauthd is not running`,
      fix: 'use 5.4 or newer',
    }));
}

/** Others may answer in front of it. */
export function otherServers(subject: Subject): readonly Finding[] {
  const all = (subject.settings.list('exhook.servers') ?? []).filter(isEnabled);
  const ours = new Set(enabled(subject).map(({ path }) => path));
  if (all.length <= 1) return [];
  const known = subject.broker?.config.exhook !== undefined;
  const first = all.findIndex(({ path }) => ours.has(path));
  const before = known && first > 0;
  return [
    {
      code: 'exhook-others',
      effect: before ? 'stranger' : 'weak',
      key: 'exhook.servers',
      value: all.map((server) => server.text('name') ?? '?').join(', '),
      at: subject.settings.value('exhook.servers')?.at,
      why: before
        ? 'another server is asked before deviceauthd, and what it answers can be final'
        : 'EMQX asks several servers, in this order; one in front of deviceauthd can answer for it',
      fix: 'put the server of deviceauthd first',
    },
  ];
}

function enabled({ exhookServers }: Subject): readonly Settings[] {
  return exhookServers.filter(isEnabled);
}
