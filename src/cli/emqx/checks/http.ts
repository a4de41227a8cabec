/** EMQX's authenticator by HTTP that leads to deviceauthd. */
import type { Finding } from '../finding.ts';
import type { Settings } from '../settings.ts';
import { isEnabled, isLocal, type Subject, shownUrl, urlOf } from '../subject.ts';
import { openChains } from './authentication.ts';
import { overTls } from './exhook.ts';

/** What deviceauthd takes for what. */
const SAID: Readonly<Record<string, string>> = { cert: '${cert_pem}', clientid: '${clientid}' };

export function httpVersion({ version, doors, httpAuthenticators }: Subject): readonly Finding[] {
  if (!doors.has('http') || !version.before(5, 8)) return [];
  return [
    {
      code: 'version-http',
      effect: 'broken',
      key: httpAuthenticators[0]?.path ?? 'authentication',
      value: null,
      at: httpAuthenticators[0]?.at,
      why: `EMQX ${version.text} cannot send the certificate (\`\${cert_pem}\` came with 5.8): every device is refused`,
      fix: 'use 5.8 or newer, or ExHook',
    },
  ];
}

export function httpAuthenticatorOff(subject: Subject): readonly Finding[] {
  if (subject.doors.has('exhook') || !subject.doors.has('http')) return [];
  return openChains(subject).map(({ key, authenticators: [off] }) => ({
    code: 'http-off',
    effect: 'stranger',
    key: off?.key('enable') ?? key,
    value: off?.text('enable') ?? null,
    at: off?.at ?? subject.settings.value(key)?.at,
    why: 'the chain has no authenticator that is enabled: everybody is let in (in the hardened profile: nobody)',
    fix: off === undefined ? 'take the chain of plugins/emqx/http.conf' : 'leave `enable` out (true)',
  }));
}

export function httpRequest({ httpAuthenticators, doors }: Subject): readonly Finding[] {
  if (!doors.has('http')) return [];
  return httpAuthenticators
    .filter(isEnabled)
    .flatMap((authenticator) => [
      ...method(authenticator),
      ...body(authenticator),
      ...precondition(authenticator),
    ]);
}

function method(authenticator: Settings): readonly Finding[] {
  const value = authenticator.text('method');
  if (value === 'post') return [];
  return [
    {
      code: 'http-method',
      effect: 'broken',
      key: authenticator.key('method'),
      value: value ?? null,
      at: authenticator.value('method')?.at ?? authenticator.at,
      why: 'deviceauthd takes POST only, since a certificate is too long for a URL',
      fix: 'write `method = post`',
    },
  ];
}

function body(authenticator: Settings): readonly Finding[] {
  const { missing, other } = bodyOf(authenticator, SAID);
  const finding = {
    value: null,
    at: authenticator.value('body')?.at ?? authenticator.at,
    fix: 'write `body { clientid = "${clientid}", cert = "${cert_pem}" }`',
  } as const;
  const found: Finding[] = other.map((member) => ({
    ...finding,
    code: 'http-identity',
    effect: 'stranger',
    key: authenticator.key(`body.${member}`),
    why: `deviceauthd takes it for ${SAID[member]} of this connection, and it is something else: who connects may not be who deviceauthd lets in`,
  }));
  if (missing.length > 0)
    found.push({
      ...finding,
      code: 'http-body',
      effect: 'broken',
      key: authenticator.key('body'),
      why: `deviceauthd is not told ${missing.map((member) => SAID[member]).join(' and ')}: every device is refused`,
    });
  return found;
}

/** Members of a body that are not there, and those that say something else than they are meant to. */
export function bodyOf(
  service: Settings,
  wanted: Readonly<Record<string, string>>,
): { readonly missing: readonly string[]; readonly other: readonly string[] } {
  const members = Object.keys(wanted);
  const missing = members.filter((member) => service.text(`body.${member}`) === undefined);
  const other = members.filter(
    (member) => !missing.includes(member) && service.text(`body.${member}`) !== wanted[member],
  );
  return { missing, other };
}

function precondition(authenticator: Settings): readonly Finding[] {
  if ((authenticator.text('precondition') ?? '') === '') return [];
  return [
    {
      code: 'http-precondition',
      effect: 'weak',
      key: authenticator.key('precondition'),
      value: authenticator.text('precondition') ?? null,
      at: authenticator.value('precondition')?.at,
      why: 'clients for whom it does not hold are not asked about, and refused',
      fix: 'leave the line out',
    },
  ];
}

/** Authenticators and sources alike. */
export function httpTransport(subject: Subject): readonly Finding[] {
  if (!subject.doors.has('http')) return [];
  const sources = (subject.settings.list('authorization.sources') ?? []).filter(
    (source) => source.text('type') === 'http',
  );
  return [...subject.httpAuthenticators, ...sources]
    .filter(isEnabled)
    .flatMap((service) => transport(service, subject));
}

function transport(service: Settings, { broker }: Subject): readonly Finding[] {
  const url = urlOf(service);
  if (url?.protocol === 'https:') return overTls(service, 'http');
  const finding = {
    code: 'http-plain',
    key: service.key('url'),
    value: shownUrl(service),
    at: service.value('url')?.at ?? service.at,
  } as const;
  if (url === undefined || url.protocol !== 'http:')
    return [{ ...finding, effect: 'broken', why: 'this is no http:// or https:// URL', fix: 'correct it' }];
  if (!isLocal(url))
    return [
      {
        ...finding,
        effect: 'stranger',
        why: 'whoever is on the way between EMQX and deviceauthd can answer in its place, and read the secret',
        fix: 'use https:// with `ssl` as in plugins/emqx/http.conf',
      },
    ];
  if (broker?.config.http !== undefined && !broker.config.http.insecureLoopback)
    return [
      {
        ...finding,
        effect: 'broken',
        why: 'this door of deviceauthd speaks TLS only',
        fix: 'use https:// with `ssl` as in plugins/emqx/http.conf',
      },
    ];
  const header = Object.keys(Object.fromEntries(headersOf(service))).find(
    (name) => name.toLowerCase() === 'authorization',
  );
  const secret = headersOf(service).find(([name]) => name === header)?.[1] ?? '';
  if (!/^Bearer \S{32,}$/.test(secret))
    return [
      {
        ...finding,
        code: 'http-secret',
        key: service.key('headers.authorization'),
        value: null,
        effect: 'broken',
        why: 'without TLS deviceauthd asks for the shared secret of its `sharedSecretFile`, 32 characters or more',
        fix: 'write `headers { "authorization" = "Bearer <secret>" }`',
      },
    ];
  return [
    {
      ...finding,
      effect: 'weak',
      why: 'while deviceauthd is not running every local user can listen here, say who gets in, and learn the secret',
      fix: 'use https:// with `ssl` as in plugins/emqx/http.conf',
    },
  ];
}

function headersOf(service: Settings): readonly (readonly [string, string])[] {
  const headers = service.value('headers');
  if (headers?.kind !== 'tree') return [];
  return [...headers.fields].flatMap(([name, value]) =>
    value.kind === 'scalar' ? [[name, String(value.value)] as const] : [],
  );
}
