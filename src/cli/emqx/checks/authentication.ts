/**
 * EMQX's own chain of authenticators. It is asked before ExHook, and what it answers definitely is final. Where it has nobody,
 * and ExHook was not reached since EMQX started, EMQX lets everybody in; so by ExHook it must hold one that has no answer for
 * anybody: `scram` with EMQX's own, empty list of users, since nothing but a client that begins SCRAM concerns it.
 */
import type { Finding } from '../finding.ts';
import type { Settings } from '../settings.ts';
import { type Chain, chainsOf, isEnabled, isHttp, type Subject } from '../subject.ts';

const RECIPE = '`authentication = [{ mechanism = scram, backend = built_in_database, algorithm = sha256 }]`';

export function emptyChain(subject: Subject): readonly Finding[] {
  if (!subject.doors.has('exhook')) return [];
  return openChains(subject).map(({ key }) => ({
    code: 'authentication-empty',
    effect: 'stranger',
    key,
    value: null,
    at: subject.settings.value(key)?.at,
    why: 'until EMQX has reached deviceauthd once after a start nobody is asked about clients: with no authenticator everybody is let in',
    fix: `write ${RECIPE}, which has no answer for anybody: EMQX then refuses as long as ExHook is missing`,
  }));
}

/** Those in which nobody is enabled: EMQX goes on as if they were not there, and asks no other chain instead. */
export function openChains(subject: Subject): readonly Chain[] {
  return chainsOf(subject).filter(({ authenticators }) => !authenticators.some(isEnabled));
}

/** Before 5.0.12 a chain that ends without an answer is final. */
export function chainBeforeExHook(subject: Subject): readonly Finding[] {
  const { version, doors, settings } = subject;
  if (!doors.has('exhook') || !version.before(5, 0, 12)) return [];
  return [
    {
      code: 'version-exhook',
      effect: 'stranger',
      key: 'authentication',
      value: null,
      at: settings.value('authentication')?.at,
      why: `EMQX ${version.text} either lets everybody in until it has reached deviceauthd, or, with an authenticator, never asks it`,
      fix: 'use 5.0.12 or newer',
    },
  ];
}

/** The hook that refuses until the chain is there came with 5.4. */
export function bootWindow({ version, doors }: Subject): readonly Finding[] {
  if (doors.size === 0 || !version.before(5, 4) || version.before(5, 0, 12)) return [];
  return [
    {
      code: 'version-boot',
      effect: 'weak',
      key: 'authentication',
      value: null,
      why: `EMQX ${version.text} opens its listeners before its authenticators are there, and lets clients in for that moment (their messages are decided as always)`,
      fix: 'use 5.4 or newer, where the moment is shorter',
    },
  ];
}

export function authenticatorsThatDecide(subject: Subject): readonly Finding[] {
  return chainsOf(subject).flatMap(({ authenticators }: Chain) =>
    authenticators
      .filter(isEnabled)
      .filter((authenticator) => !subject.httpAuthenticators.some(({ path }) => path === authenticator.path))
      .flatMap((authenticator) => decides(authenticator) ?? []),
  );
}

function decides(authenticator: Settings): Finding | undefined {
  const mechanism = authenticator.text('mechanism');
  const backend = authenticator.text('backend');
  if (mechanism === 'scram' && backend === 'built_in_database') return undefined;
  const finding = {
    key: authenticator.path,
    value: [mechanism, backend].filter((part) => part !== undefined).join(', '),
    at: authenticator.at,
    effect: 'stranger',
    fix: `take it out; where it is there so that EMQX refuses without deviceauthd, write ${RECIPE}`,
  } as const;
  if (mechanism === 'jwt')
    return {
      ...finding,
      code: 'authentication-jwt',
      why: 'whoever holds the key of its tokens gets in without deviceauthd, as a superuser if the token says so; with `hmac-based` the key is in this file',
    };
  if (mechanism === 'password_based' && backend === 'built_in_database')
    return {
      ...finding,
      code: 'authentication-built-in-database',
      why: 'it refuses every device that sends no password before ExHook is asked, and lets in who has one without deviceauthd, as a superuser if the database says so',
    };
  const which = isHttp(authenticator) ? 'this service' : 'it';
  return {
    ...finding,
    code: 'authentication-other',
    why: `${which} answers before ExHook: whom it knows is let in without deviceauthd, as a superuser if it says so`,
  };
}

/** Answers are kept on the node: a revoked device comes in again with the old one. */
export function authenticationCache(subject: Subject): readonly Finding[] {
  const key = 'authentication_settings.node_cache.enable';
  if (!subject.doors.has('http') || subject.settings.flag(key) !== true) return [];
  return [
    {
      code: 'authentication-cache',
      effect: 'stranger',
      key,
      value: 'true',
      at: subject.settings.value(key)?.at,
      why: 'EMQX lets devices in with an answer of earlier: one that was revoked since comes in again',
      fix: `write \`${key} = false\``,
    },
  ];
}
