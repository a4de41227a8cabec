/** EMQX configurations in parts: each test leaves out, or adds, the one line that it is about. */

import { checkEmqx } from '../../../src/cli/emqx/check.ts';
import { EmqxVersion } from '../../../src/cli/emqx/emqx-version.ts';
import type { Finding } from '../../../src/cli/emqx/finding.ts';
import { parseHocon } from '../../../src/cli/emqx/hocon.ts';
import { Settings } from '../../../src/cli/emqx/settings.ts';
import { subjectOf } from '../../../src/cli/emqx/subject.ts';
import { loadConfiguration } from '../../../src/config/load.ts';
import type { Configuration } from '../../../src/config/schema.ts';

const TLS =
  'ssl { enable = true, verify = verify_peer, cacertfile = "d.pem", certfile = "c.pem", keyfile = "c.key" }';

export const PARTS = {
  plainOff:
    'listeners { tcp.default.enabled = false, ws.default.enabled = false, wss.default.enabled = false }',
  ssl: `listeners.ssl.default {
    bind = "0.0.0.0:8883", enable = false
    ssl_options { cacertfile = "device-cas.pem", verify = verify_peer, fail_if_no_peer_cert = true }
  }`,
  username: 'mqtt.peer_cert_as_username = pem',
  chain: 'authentication = [{ mechanism = scram, backend = built_in_database }]',
  authorization: 'authorization { no_match = deny, sources = [] }',
  exhook: `exhook.servers = [{ name = d, url = "https://localhost:9001", auto_reconnect = 1s, ${TLS} }]`,
  dashboard: 'dashboard { default_password = "x9", listeners.http.bind = "127.0.0.1:18083" }',
} as const;

export const HTTP_PARTS = {
  plainOff: PARTS.plainOff,
  ssl: PARTS.ssl,
  username: PARTS.username,
  chain: `authentication = [{
    mechanism = password_based, backend = http, method = post, url = "https://localhost:9002/authenticate"
    body { clientid = "\${clientid}", cert = "\${cert_pem}" }
    ${TLS}
  }]`,
  authorization: `authorization { no_match = deny, sources = [{
    type = http, method = post, url = "https://localhost:9002/authorize"
    body { clientid = "\${clientid}", username = "\${username}", cn = "\${cert_common_name}", dn = "\${cert_subject}", action = "\${action}", topic = "\${topic}" }
    ${TLS}
  }] }`,
  dashboard: PARTS.dashboard,
} as const;

export interface Variation {
  readonly http?: boolean;
  /** A part that is left out. */
  readonly without?: string;
  /** Lines at the end, which win. */
  readonly add?: string;
  readonly version?: string;
  readonly hardened?: boolean;
  /** The `emqx` section of deviceauthd's configuration. */
  readonly emqx?: object;
}

export const EMQX = {
  emqx: {
    mutualTlsPorts: [8883],
    listeners: ['ssl:default'],
    exhook: {
      host: '127.0.0.1',
      port: 9001,
      tls: {
        certificateFile: '/a',
        keyFile: '/b',
        clientCaFile: '/c',
        clientFingerprints: ['00'.repeat(32)],
      },
    },
    api: { url: 'http://127.0.0.1:18083', keyFile: '/k' },
  },
};

export function findingsOf(variation: Variation): readonly Finding[] {
  const parts: Readonly<Record<string, string>> = variation.http === true ? HTTP_PARTS : PARTS;
  const kept = Object.entries(parts)
    .filter(([name]) => name !== variation.without)
    .map(([, text]) => text);
  const text = [...kept, variation.add ?? ''].join('\n');
  const version =
    variation.version === undefined ? EmqxVersion.UNKNOWN : EmqxVersion.parse(variation.version)!;
  const settings = new Settings(parseHocon([{ file: 'emqx.conf', text }]));
  const configuration = variation.emqx === undefined ? undefined : configurationOf(variation.emqx);
  return checkEmqx(subjectOf({ settings, version, hardened: variation.hardened, configuration }));
}

function configurationOf(emqx: object): Configuration {
  const { effective, errors } = loadConfiguration(JSON.stringify({ emqx }));
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return effective;
}
