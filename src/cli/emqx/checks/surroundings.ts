/** What else of EMQX lets somebody in, or lets messages pass that nobody decides about. */
import { isLoopback } from '../../../telemetry/loopback-address.ts';
import type { Finding } from '../finding.ts';
import type { Subject } from '../subject.ts';

export function gateways({ settings }: Subject): readonly Finding[] {
  return settings
    .sections('gateway')
    .filter(([, gateway]) => gateway.flag('enable') !== false)
    .map(([name, gateway]) => ({
      code: 'gateway',
      effect: 'stranger',
      key: gateway.path,
      value: null,
      at: gateway.at,
      why: `clients of the ${name} gateway come by listeners and authenticators of their own, into the same topics`,
      fix: `write \`${gateway.path}.enable = false\``,
    }));
}

/** Whoever manages EMQX lets in whom he likes. */
export function dashboard({ settings }: Subject): readonly Finding[] {
  const found: Finding[] = [];
  const open = dashboardBinds(settings);
  const password = settings.text('dashboard.default_password');
  const file = settings.text('dashboard.bootstrap_users_file') ?? '';
  if (open.length > 0 && (password === undefined || password === 'public') && file === '')
    found.push({
      code: 'dashboard-password',
      effect: 'stranger',
      key: 'dashboard.default_password',
      value: null,
      at: settings.value('dashboard.default_password')?.at ?? settings.value('dashboard')?.at,
      why: 'until somebody changes it, admin and the password that EMQX comes with may do everything',
      fix: 'write `dashboard.default_password`, or change it (`emqx ctl admins passwd admin <password>`) and write the same here',
    });
  for (const { key, value } of open.filter(({ local }) => !local))
    found.push({
      code: 'dashboard-bind',
      effect: 'weak',
      key,
      value: value ?? null,
      at: settings.value(key)?.at,
      why: 'dashboard and REST API are open on every address, and the API key of deviceauthd passes there unencrypted if it is http',
      fix: `write \`${key} = "127.0.0.1:18083"\``,
    });
  return found;
}

interface Bind {
  readonly key: string;
  readonly value: string | undefined;
  readonly local: boolean;
}

function dashboardBinds(settings: Subject['settings']): readonly Bind[] {
  return (['http', 'https'] as const).flatMap((type) => {
    const key = `dashboard.listeners.${type}.bind`;
    const value = settings.text(key);
    const off =
      value === '0' ||
      settings.flag(`dashboard.listeners.${type}.enable`) === false ||
      (type === 'https' && value === undefined);
    if (off) return [];
    const host = /^\[?([^\]]*)\]?:\d+$/.exec(value ?? '')?.[1] ?? '';
    return [{ key, value, local: host !== '' && isLoopback(host) }];
  });
}

export function automaticSubscriptions({ settings }: Subject): readonly Finding[] {
  const topics = settings.list('auto_subscribe.topics') ?? [];
  if (topics.length === 0) return [];
  return [
    {
      code: 'auto-subscribe',
      effect: 'weak',
      key: 'auto_subscribe.topics',
      value: topics.map((topic) => topic.text('topic') ?? '?').join(', '),
      at: settings.value('auto_subscribe.topics')?.at,
      why: 'EMQX subscribes every client to these topics, and asks nobody whether it may',
      fix: 'leave them out, or see that every device may have them',
    },
  ];
}

export function rewrittenTopics({ settings }: Subject): readonly Finding[] {
  const rules = settings.list('rewrite') ?? [];
  if (rules.length === 0) return [];
  return [
    {
      code: 'rewrite',
      effect: 'weak',
      key: 'rewrite',
      value: `${rules.length} rules`,
      at: settings.value('rewrite')?.at,
      why: 'EMQX changes topics: policies decide about them as they are at that moment',
      fix: 'see that policies name what EMQX asks about',
    },
  ];
}

export function preSharedKeys({ settings }: Subject): readonly Finding[] {
  if (settings.flag('psk_authentication.enable') !== true) return [];
  return [
    {
      code: 'psk',
      effect: 'weak',
      key: 'psk_authentication.enable',
      value: 'true',
      at: settings.value('psk_authentication.enable')?.at,
      why: 'with a pre-shared key a client passes TLS without a certificate; deviceauthd refuses it for that',
      fix: 'leave it out',
    },
  ];
}
