/** Who answers when a device publishes or subscribes, and what counts when nobody does. */
import type { Finding } from '../finding.ts';
import type { Settings } from '../settings.ts';
import { isEnabled, leadsTo, type Subject } from '../subject.ts';
import { bodyOf } from './http.ts';

export function noMatch({ settings, version }: Subject): readonly Finding[] {
  const value = settings.text('authorization.no_match');
  if (value === 'deny' || (value === undefined && version.from(6, 0))) return [];
  return [
    {
      code: 'no-match',
      effect: 'stranger',
      key: 'authorization.no_match',
      value: value ?? null,
      at: settings.value('authorization.no_match')?.at,
      why:
        value === undefined
          ? 'EMQX before 6.0 allows what nobody decides, such as everything while ExHook is missing'
          : 'what nobody decides is allowed, such as everything while ExHook is missing',
      fix: 'write `authorization.no_match = deny`',
    },
  ];
}

/** Not written, it is a file that ends by allowing everything. */
export function defaultSources({ settings }: Subject): readonly Finding[] {
  if (settings.list('authorization.sources') !== undefined) return [];
  return [
    {
      code: 'acl-file-default',
      effect: 'stranger',
      key: 'authorization.sources',
      value: null,
      at: settings.value('authorization')?.at,
      why: 'EMQX then reads its acl.conf, whose last rule allows everything to everybody; deviceauthd is never asked about messages',
      fix: 'write `authorization.sources = []`, or by HTTP the source of deviceauthd alone',
    },
  ];
}

export function otherSources(subject: Subject): readonly Finding[] {
  const port = subject.broker?.config.http?.port;
  const byHttp = subject.doors.has('http');
  return (subject.settings.list('authorization.sources') ?? [])
    .filter(isEnabled)
    .filter((source) => !(byHttp && source.text('type') === 'http' && leadsTo(source, port)))
    .map((source) => (source.text('type') === 'file' ? aclFile(source) : otherSource(source)));
}

function aclFile(source: Settings): Finding {
  return {
    ...otherSource(source),
    code: 'acl-file',
    why: 'it answers before deviceauthd is asked; the file that EMQX comes with ends by allowing everything',
  };
}

function otherSource(source: Settings): Finding {
  return {
    code: 'authorization-source',
    effect: 'stranger',
    key: source.path,
    value: source.text('type') ?? null,
    at: source.at,
    why: 'it answers before deviceauthd is asked',
    fix: 'take it out of `authorization.sources`',
  };
}

export function denyAction({ settings }: Subject): readonly Finding[] {
  if (settings.text('authorization.deny_action') !== 'disconnect') return [];
  return [
    {
      code: 'deny-action',
      effect: 'weak',
      key: 'authorization.deny_action',
      value: 'disconnect',
      at: settings.value('authorization.deny_action')?.at,
      why: 'a device that asks for one thing it may not do is disconnected, and comes again, and asks again',
      fix: 'write `ignore`, unless that is meant',
    },
  ];
}

const LONGEST_CACHE_MS = 60_000;

/** How long a right that was taken away goes on to count where EMQX cannot be told. */
export function cacheTime({ settings, broker }: Subject): readonly Finding[] {
  if (settings.flag('authorization.cache.enable') === false) return [];
  const written = settings.text('authorization.cache.ttl');
  const ttl = written === undefined ? LONGEST_CACHE_MS : settings.milliseconds('authorization.cache.ttl');
  const untold = broker !== undefined && broker.config.api === undefined;
  if (!untold && ttl !== undefined && ttl <= LONGEST_CACHE_MS) return [];
  const flush = untold
    ? `deviceauthd cannot tell EMQX (no emqx.${broker.name}.api)`
    : 'while EMQX cannot be told';
  return [
    {
      code: 'cache-ttl',
      effect: 'weak',
      key: 'authorization.cache.ttl',
      value: written ?? null,
      at: settings.value('authorization.cache.ttl')?.at,
      why: `${flush}, a right that was taken away counts for ${written ?? '1m, the default'}`,
      fix: untold
        ? `configure emqx.${broker.name}.api, or write \`authorization.cache.enable = false\``
        : 'write `1m` or less',
    },
  ];
}

export function nodeCache({ settings }: Subject): readonly Finding[] {
  const key = 'authorization.node_cache.enable';
  if (settings.flag(key) !== true) return [];
  return [
    {
      code: 'authorization-node-cache',
      effect: 'weak',
      key,
      value: 'true',
      at: settings.value(key)?.at,
      why: "answers of HTTP sources are kept on the node too, where emptying a client's cache does not reach them",
      fix: `write \`${key} = false\``,
    },
  ];
}

/** Grants that EMQX's lists cannot say are asked for one by one. */
export function httpSource(subject: Subject): readonly Finding[] {
  if (!subject.doors.has('http') || subject.doors.has('exhook')) return [];
  const port = subject.broker?.config.http?.port;
  const sources = (subject.settings.list('authorization.sources') ?? []).filter(
    (source) => isEnabled(source) && source.text('type') === 'http' && leadsTo(source, port),
  );
  if (sources.length > 0) return sources.flatMap(wrongSource);
  return [
    {
      code: 'http-authorization-missing',
      effect: 'broken',
      key: 'authorization.sources',
      value: null,
      at: subject.settings.value('authorization.sources')?.at,
      why: "devices whose rights EMQX's own lists cannot express are decided by deviceauthd message by message; without the source all they do is refused",
      fix: 'add the source of type http of plugins/emqx/http.conf',
    },
  ];
}

/** What deviceauthd takes for what. */
const SAID: Readonly<Record<string, string>> = {
  clientid: '${clientid}',
  username: '${username}',
  cn: '${cert_common_name}',
  dn: '${cert_subject}',
  action: '${action}',
  topic: '${topic}',
};

function wrongSource(source: Settings): readonly Finding[] {
  const found: Finding[] = [];
  if (source.text('method') !== 'post')
    found.push({
      code: 'http-method',
      effect: 'broken',
      key: source.key('method'),
      value: source.text('method') ?? null,
      at: source.value('method')?.at ?? source.at,
      why: 'deviceauthd takes POST only',
      fix: 'write `method = post`',
    });
  const { missing, other } = bodyOf(source, SAID);
  for (const member of other)
    found.push({
      code: 'http-authorization-other',
      effect: 'stranger',
      key: source.key(`body.${member}`),
      value: source.text(`body.${member}`) ?? null,
      at: source.value(`body.${member}`)?.at ?? source.at,
      why: `deviceauthd decides as if this were ${SAID[member]}: what is done may not be what was allowed`,
      fix: `write \`${member} = "${SAID[member]}"\``,
    });
  if (missing.length > 0)
    found.push({
      code: 'http-authorization-body',
      effect: 'broken',
      key: source.key('body'),
      value: null,
      at: source.value('body')?.at ?? source.at,
      why: `deviceauthd is not told ${missing.map((member) => SAID[member]).join(', ')}, and refuses`,
      fix: 'take the body of plugins/emqx/http.conf',
    });
  return found;
}
