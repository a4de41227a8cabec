/**
 * Does EMQX ask this daemon about its clients now? By its REST API, which tells what is registered in the EMQX that runs, not what
 * it was configured to: that is also right when the daemon was restarted meanwhile, and EMQX was not. Always true:
 * - `yes` is EMQX's own word for every node, for every door that is configured. Whatever is not understood is no yes.
 * - By ExHook: a server leads to our port, is loaded with the hooks that decide, and denies where it cannot ask.
 * - By HTTP: an authenticator leads to our port, is in the chain that runs (a configured one may be missing there: EMQX starts
 *   without one that it could not make), and reaches us.
 *
 * emqx_exhook_mgr.erl, emqx_exhook_api.erl, emqx_authn_chains.erl and emqx_authn_api.erl of EMQX 5.4.0, 5.8.9 and 6.2.2.
 */
import type { ApiOutcome } from './api-outcome.ts';
import type { ManagementApi } from './management-api.ts';

export type Door = 'exhook' | 'http';

/** The ports of the doors that are configured. */
export type DoorPorts = Readonly<Partial<Record<Door, number>>>;

export type Asking =
  | { readonly kind: 'yes' }
  /** EMQX said so. `why` goes on after "EMQX does not ask here: ". */
  | { readonly kind: 'no'; readonly why: string }
  | { readonly kind: 'unknown'; readonly outcome: Exclude<ApiOutcome<unknown>, { kind: 'done' }> };

export type AskingApi = Pick<ManagementApi, 'exhookServers' | 'httpAuthenticators' | 'authenticatorStatus'>;

const YES: Asking = { kind: 'yes' };
/** Without the second one nothing would be refused to who is connected. */
const DECIDING = ['client.authenticate', 'client.authorize'];
const CONNECTED = 'connected';

export async function asksHere(api: AskingApi, ports: DoorPorts, signal: AbortSignal): Promise<Asking> {
  let asking: Asking = no('this deviceauthd has no port for it');
  if (ports.exhook !== undefined) {
    asking = await byExHook(api, ports.exhook, signal);
    if (asking.kind !== 'yes') return asking;
  }
  return ports.http === undefined ? asking : byHttp(api, ports.http, signal);
}

async function byExHook(api: AskingApi, port: number, signal: AbortSignal): Promise<Asking> {
  const outcome = await api.exhookServers(signal);
  if (outcome.kind !== 'done') return { kind: 'unknown', outcome };
  const ours = outcome.value.filter(({ url }) => leadsTo(url, port));
  if (ours.length === 0) return no(`it has no ExHook server whose URL leads to port ${port}`);
  const enabled = ours.filter((server) => server.enabled);
  if (enabled.length === 0) return no('its ExHook server is disabled');
  const loaded = enabled.filter(
    ({ hooks, nodes }) => isConnected(nodes) && DECIDING.every((hook) => hooks.includes(hook)),
  );
  if (loaded.length === 0) return no('it has not loaded its ExHook server yet');
  if (loaded.every(({ failedAction }) => failedAction !== 'deny'))
    return no('`failed_action` of its ExHook server is not `deny`: it lets everybody in while it cannot ask');
  return YES;
}

async function byHttp(api: AskingApi, port: number, signal: AbortSignal): Promise<Asking> {
  const outcome = await api.httpAuthenticators(signal);
  if (outcome.kind !== 'done') return { kind: 'unknown', outcome };
  const ours = outcome.value.filter(({ url }) => leadsTo(url, port));
  if (ours.length === 0) return no(`it has no authenticator by HTTP whose URL leads to port ${port}`);
  const [enabled] = ours.filter((authenticator) => authenticator.enabled);
  if (enabled === undefined) return no('its authenticator by HTTP is disabled');
  const status = await api.authenticatorStatus(enabled.id, signal);
  // 5.8 says 500 where no node has it.
  if (status.kind !== 'done') return { kind: 'unknown', outcome: status };
  const { missing, nodes } = status.value;
  if (missing > 0 || nodes.length === 0) return no('its authenticator by HTTP is not at work yet');
  return isConnected(nodes) ? YES : no('its authenticator by HTTP does not reach this deviceauthd');
}

function isConnected(nodes: readonly string[]): boolean {
  return nodes.length > 0 && nodes.every((status) => status === CONNECTED);
}

function no(why: string): Asking {
  return { kind: 'no', why };
}

function leadsTo(text: string, port: number): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  return Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port) === port;
}
