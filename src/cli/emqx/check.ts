/** All checks, in the order of the report: by severity, then as they stand here. */
import * as authentication from './checks/authentication.ts';
import * as authorization from './checks/authorization.ts';
import * as boot from './checks/boot.ts';
import * as exhook from './checks/exhook.ts';
import * as http from './checks/http.ts';
import * as identity from './checks/identity.ts';
import * as listeners from './checks/listeners.ts';
import * as surroundings from './checks/surroundings.ts';
import type { Effect, Finding } from './finding.ts';
import type { Subject } from './subject.ts';

export const CHECKS: readonly ((subject: Subject) => readonly Finding[])[] = [
  exhook.nobodyAsks,
  listeners.defaultListeners,
  listeners.listenersWithoutTls,
  listeners.listenersThatAskForNoCertificate,
  listeners.demonstrationCa,
  listeners.mutualTlsPorts,
  listeners.authenticationSwitchedOff,
  listeners.quickDeny,
  listeners.proxyProtocol,
  listeners.mountpoints,
  listeners.loopbackOnly,
  boot.openAtStart,
  boot.shutByOldName,
  boot.neverOpened,
  identity.certificateAsUsername,
  identity.certificateAsClientId,
  identity.usernameAsClientId,
  identity.clientIdOverride,
  authentication.emptyChain,
  authentication.chainBeforeExHook,
  authentication.bootWindow,
  authentication.authenticatorsThatDecide,
  authentication.authenticationCache,
  authorization.noMatch,
  authorization.defaultSources,
  authorization.otherSources,
  authorization.denyAction,
  authorization.cacheTime,
  authorization.nodeCache,
  authorization.httpSource,
  exhook.doorThatIsMissing,
  exhook.serverThatIsOff,
  exhook.failedAction,
  exhook.reconnection,
  exhook.transport,
  exhook.uncheckedDaemon,
  exhook.otherServers,
  http.httpVersion,
  http.httpAuthenticatorOff,
  http.httpRequest,
  http.httpTransport,
  surroundings.gateways,
  surroundings.dashboard,
  surroundings.automaticSubscriptions,
  surroundings.rewrittenTopics,
  surroundings.preSharedKeys,
];

const ORDER: readonly Effect[] = ['stranger', 'broken', 'weak'];

export function checkEmqx(subject: Subject): readonly Finding[] {
  const found = CHECKS.flatMap((check) => check(subject));
  return ORDER.flatMap((effect) => found.filter((finding) => finding.effect === effect));
}
