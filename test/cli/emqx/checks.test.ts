import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EmqxVersion } from '../../../src/cli/emqx/emqx-version.ts';
import type { Effect } from '../../../src/cli/emqx/finding.ts';
import { EMQX, findingsOf, type Variation } from './configurations.ts';

interface Trap {
  readonly what: string;
  readonly code: string;
  readonly effect: Effect;
  readonly key: string;
  readonly bad: Variation;
  /** The nearest that is right; without it, the configuration that nothing is changed in. */
  readonly good?: Variation;
}

const { api: _, listeners: __, ...withoutApi } = EMQX.emqx;
const { listeners: ___, ...opensNothing } = EMQX.emqx;
const list = (text: string): string => `exhook.servers { "1" { ${text} } }`;
const ssl = (text: string): string => `listeners.ssl.default { ${text} }`;
const SHUT_BY_OLD_NAME = `listeners.ssl.default {
  bind = "0.0.0.0:8883", enabled = false
  ssl_options { cacertfile = "device-cas.pem", verify = verify_peer, fail_if_no_peer_cert = true }
}`;
const authenticator = (text: string): string => `authentication { "1" { ${text} } }`;
const source = (text: string): string => `authorization.sources { "1" { ${text} } }`;
const PLAIN_HTTP =
  'authentication { "1" { url = "http://127.0.0.1:9002/authenticate", headers { Authorization = "Bearer ' +
  's'.repeat(32) +
  '" } } }';
const DOOR = { host: '127.0.0.1', port: 9002, tls: EMQX.emqx.exhook.tls };

const TRAPS: readonly Trap[] = [
  // Who can connect.
  {
    what: 'a default tcp listener',
    code: 'listener-default',
    effect: 'stranger',
    key: 'listeners.tcp.default',
    bad: { without: 'plainOff' },
  },
  {
    what: 'a default ws listener beside another one',
    code: 'listener-default',
    effect: 'stranger',
    key: 'listeners.ws.default',
    bad: {
      without: 'plainOff',
      add: 'listeners { tcp.default.enable = false, ws.mine.enable = false, wss.default.enable = false }',
    },
    good: {
      without: 'plainOff',
      add: 'listeners { tcp.default.enable = false, ws.default.enable = false, wss.default.enable = false }',
    },
  },
  {
    what: 'a default listener that is null',
    code: 'listener-default',
    effect: 'stranger',
    key: 'listeners.tcp.default',
    bad: { add: 'listeners.tcp.default = null' },
  },
  {
    what: 'a default ssl listener',
    code: 'listener-default',
    effect: 'stranger',
    key: 'listeners.ssl.default',
    bad: { without: 'ssl' },
    good: { without: 'ssl', add: 'listeners.ssl.default = marked_for_deletion' },
  },
  {
    what: 'a tcp listener',
    code: 'listener-without-certificate',
    effect: 'stranger',
    key: 'listeners.tcp.x.enable',
    bad: { add: 'listeners.tcp.x.bind = 1884' },
    good: { add: 'listeners.tcp.x { bind = 1884, enable = false }' },
  },
  {
    what: 'a listener whose two switches disagree',
    code: 'listener-without-certificate',
    effect: 'stranger',
    key: 'listeners.tcp.default.enable',
    bad: { add: 'listeners.tcp.default.enable = true' },
  },
  {
    what: 'a ws listener',
    code: 'listener-without-certificate',
    effect: 'stranger',
    key: 'listeners.ws.default.enable',
    bad: { add: 'listeners.ws.default { enabled = true }' },
  },
  {
    what: 'a quic listener',
    code: 'listener-without-certificate',
    effect: 'stranger',
    key: 'listeners.quic.q.enable',
    bad: { add: 'listeners.quic.q.enable = true' },
  },
  {
    what: 'an ssl listener without verify_peer',
    code: 'listener-verify',
    effect: 'stranger',
    key: 'listeners.ssl.default.ssl_options.verify',
    bad: { add: ssl('ssl_options.verify = verify_none') },
  },
  {
    what: 'an ssl listener without fail_if_no_peer_cert',
    code: 'listener-verify',
    effect: 'stranger',
    key: 'listeners.ssl.default.ssl_options.fail_if_no_peer_cert',
    bad: { add: ssl('ssl_options.fail_if_no_peer_cert = false') },
  },
  {
    what: 'a wss listener that asks for nothing',
    code: 'listener-verify',
    effect: 'stranger',
    key: 'listeners.wss.default.ssl_options.verify',
    bad: { add: 'listeners.wss.default { enabled = true, ssl_options.cacertfile = "x.pem" }' },
  },
  {
    what: 'an ssl listener without verify_peer that deviceauthd opens',
    code: 'listener-verify',
    effect: 'stranger',
    key: 'listeners.ssl.default.ssl_options.verify',
    bad: { add: ssl('enable = false, ssl_options.verify = verify_none'), emqx: EMQX },
    good: { add: ssl('enable = false'), emqx: EMQX },
  },
  {
    what: 'a listener that is open before anybody is asked',
    code: 'listener-open-at-start',
    effect: 'weak',
    key: 'listeners.ssl.default.enable',
    bad: { add: ssl('enable = true') },
  },
  {
    what: 'the same where deviceauthd is to open it',
    code: 'listener-open-at-start',
    effect: 'weak',
    key: 'listeners.ssl.default.enable',
    bad: { add: ssl('enable = true'), emqx: EMQX },
    good: { emqx: EMQX },
  },
  {
    what: 'the same by HTTP',
    code: 'listener-open-at-start',
    effect: 'weak',
    key: 'listeners.wss.x.enable',
    bad: { http: true, add: 'listeners.wss.x { bind = 8884, ssl_options.cacertfile = "x.pem" }' },
    good: {
      http: true,
      add: 'listeners.wss.x { bind = 8884, enable = false, ssl_options.cacertfile = "x.pem" }',
    },
  },
  {
    what: 'a listener that EMQX remembers to have opened by another name',
    code: 'listener-shut-by-old-name',
    effect: 'stranger',
    key: 'listeners.ssl.default.enabled',
    bad: { without: 'ssl', add: SHUT_BY_OLD_NAME, emqx: EMQX },
    good: { without: 'ssl', add: SHUT_BY_OLD_NAME, emqx: EMQX, version: '5.0.26' },
  },
  {
    what: 'a listener that nobody opens, and no other one',
    code: 'listener-never-opened',
    effect: 'broken',
    key: 'listeners.ssl.default.enable',
    bad: { emqx: { emqx: opensNothing } },
    good: { emqx: EMQX },
  },
  {
    what: 'a listener that nobody opens beside another one',
    code: 'listener-never-opened',
    effect: 'weak',
    key: 'listeners.ssl.x.enable',
    bad: {
      add: 'listeners.ssl.x { bind = 8884, enable = false, ssl_options.cacertfile = "x.pem" }',
      emqx: EMQX,
    },
    good: { emqx: EMQX },
  },
  {
    what: 'a listener that deviceauthd is to open and EMQX does not have',
    code: 'listener-unknown',
    effect: 'broken',
    key: 'emqx.emqx.listeners',
    bad: { emqx: { emqx: { ...EMQX.emqx, listeners: ['ssl:default', 'ssl:defualt'] } } },
    good: { emqx: EMQX },
  },
  {
    what: "EMQX's demonstration CA",
    code: 'listener-ca',
    effect: 'broken',
    key: 'listeners.ssl.default.ssl_options.cacertfile',
    bad: {
      add: ssl('ssl_options.cacertfile = "${EMQX_ETC_DIR}/certs/cacert.pem"'),
    },
  },
  {
    what: 'no CA',
    code: 'listener-ca',
    effect: 'broken',
    key: 'listeners.ssl.x.ssl_options.cacertfile',
    bad: {
      add: 'listeners.ssl.x { bind = 8884, ssl_options { verify = verify_peer, fail_if_no_peer_cert = true } }',
    },
  },
  {
    what: 'a port that deviceauthd does not know',
    code: 'port-not-mutual-tls',
    effect: 'broken',
    key: 'listeners.ssl.default.bind',
    bad: { add: ssl('bind = "[::]:8885"'), emqx: EMQX },
    good: { add: ssl('bind = 8883'), emqx: EMQX },
  },
  {
    what: 'a plain port that deviceauthd believes',
    code: 'port-falsely-trusted',
    effect: 'stranger',
    key: 'listeners.tcp.x.bind',
    bad: {
      add: 'listeners.tcp.x.bind = 1884',
      emqx: { emqx: { ...EMQX.emqx, mutualTlsPorts: [8883, 1884] } },
    },
    good: { emqx: EMQX },
  },
  {
    what: 'a port without a listener that deviceauthd believes',
    code: 'port-without-listener',
    effect: 'weak',
    key: 'emqx.emqx.mutualTlsPorts',
    bad: { emqx: { emqx: { ...EMQX.emqx, mutualTlsPorts: [8883, 8890] } } },
    good: { emqx: EMQX },
  },
  {
    what: 'enable_authn = false',
    code: 'enable-authn',
    effect: 'stranger',
    key: 'listeners.ssl.default.enable_authn',
    bad: { add: ssl('enable_authn = false') },
    good: { add: ssl('enable_authn = true') },
  },
  {
    what: 'quick_deny_anonymous where devices have no user name',
    code: 'quick-deny-anonymous',
    effect: 'broken',
    key: 'listeners.ssl.default.enable_authn',
    bad: { http: true, without: 'username', add: ssl('enable_authn = quick_deny_anonymous') },
    good: { add: ssl('enable_authn = quick_deny_anonymous') },
  },
  {
    what: 'the PROXY protocol',
    code: 'proxy-protocol',
    effect: 'stranger',
    key: 'listeners.ssl.default.proxy_protocol',
    bad: { add: ssl('proxy_protocol = true') },
  },
  {
    what: 'a mount point',
    code: 'mountpoint',
    effect: 'weak',
    key: 'listeners.ssl.default.mountpoint',
    bad: { add: ssl('mountpoint = "x/"') },
  },
  {
    what: 'a bare port in the hardened profile',
    code: 'bind-loopback',
    effect: 'broken',
    key: 'listeners.ssl.default.bind',
    bad: { add: ssl('bind = 8883'), hardened: true },
    good: { hardened: true },
  },

  // What EMQX tells.
  {
    what: 'the certificate not told',
    code: 'peer-cert-as-username',
    effect: 'broken',
    key: 'mqtt.peer_cert_as_username',
    bad: { without: 'username' },
    good: { without: 'username', add: 'zones.default.mqtt.peer_cert_as_username = pem' },
  },
  {
    what: 'another form of the certificate',
    code: 'peer-cert-as-username',
    effect: 'broken',
    key: 'mqtt.peer_cert_as_username',
    bad: { add: 'mqtt.peer_cert_as_username = cn' },
  },
  {
    what: "a zone of a listener's own that undoes it",
    code: 'peer-cert-as-username',
    effect: 'broken',
    key: 'zones.z.mqtt.peer_cert_as_username',
    bad: { add: `${ssl('zone = z')}\nzones.z.mqtt.peer_cert_as_username = disabled` },
    good: { add: 'zones.z.mqtt.peer_cert_as_username = disabled' },
  },
  {
    what: 'the certificate as client id',
    code: 'peer-cert-as-clientid',
    effect: 'broken',
    key: 'mqtt.peer_cert_as_clientid',
    bad: { add: 'mqtt.peer_cert_as_clientid = cn' },
    good: { add: 'mqtt.peer_cert_as_clientid = disabled' },
  },
  {
    what: 'the user name as client id',
    code: 'use-username-as-clientid',
    effect: 'broken',
    key: 'mqtt.use_username_as_clientid',
    bad: { add: 'mqtt.use_username_as_clientid = true' },
    good: { add: 'mqtt.use_username_as_clientid = false' },
  },
  {
    what: 'client ids that EMQX computes',
    code: 'clientid-override',
    effect: 'weak',
    key: 'mqtt.clientid_override',
    bad: { add: 'mqtt.clientid_override = "cn"' },
    good: { add: 'mqtt.clientid_override = disabled' },
  },

  // Before ExHook is there, and in front of it.
  {
    what: 'no authenticator (EMQX starts before deviceauthd)',
    code: 'authentication-empty',
    effect: 'stranger',
    key: 'authentication',
    bad: { without: 'chain' },
  },
  {
    what: 'only an authenticator that is off',
    code: 'authentication-empty',
    effect: 'stranger',
    key: 'authentication',
    bad: { add: authenticator('enable = false') },
  },
  {
    what: "a listener's own chain whose authenticator is off",
    code: 'authentication-empty',
    effect: 'stranger',
    key: 'listeners.ssl.default.authentication',
    bad: {
      add: ssl('authentication = [{ mechanism = scram, backend = built_in_database, enable = false }]'),
    },
  },
  {
    what: 'jwt, which lets in who has its key',
    code: 'authentication-jwt',
    effect: 'stranger',
    key: 'authentication[1]',
    bad: {
      add: 'authentication = [{ mechanism = jwt, use_jwks = false, algorithm = hmac-based, secret = s3cr3t }]',
    },
  },
  {
    what: 'passwords of the built-in database',
    code: 'authentication-built-in-database',
    effect: 'stranger',
    key: 'authentication[1]',
    bad: { add: 'authentication = [{ mechanism = password_based, backend = built_in_database }]' },
    good: {
      add: 'authentication = [{ mechanism = password_based, backend = built_in_database, enable = false }, { mechanism = scram, backend = built_in_database }]',
    },
  },
  {
    what: 'another database, which can make superusers',
    code: 'authentication-other',
    effect: 'stranger',
    key: 'authentication[1]',
    bad: { add: 'authentication = { mechanism = password_based, backend = redis }' },
  },
  {
    what: "a listener's own authenticator",
    code: 'authentication-other',
    effect: 'stranger',
    key: 'listeners.ssl.default.authentication[1]',
    bad: { add: ssl('authentication = [{ mechanism = password_based, backend = mysql }]') },
  },
  {
    what: 'another service by HTTP in front of ExHook',
    code: 'authentication-other',
    effect: 'stranger',
    key: 'authentication[1]',
    bad: {
      add: 'authentication = [{ mechanism = password_based, backend = http, method = post, url = "http://127.0.0.1:1/" }]',
    },
  },
  {
    what: 'an EMQX in which a chain without an answer is final',
    code: 'version-exhook',
    effect: 'stranger',
    key: 'authentication',
    bad: { version: '5.0.11' },
    good: { version: '5.8' },
  },
  {
    what: 'an EMQX that lets clients in while it starts',
    code: 'version-boot',
    effect: 'weak',
    key: 'authentication',
    bad: { version: '5.3.2' },
    good: { version: '5.4.0' },
  },
  {
    what: 'answers about clients kept on the node',
    code: 'authentication-cache',
    effect: 'stranger',
    key: 'authentication_settings.node_cache.enable',
    bad: { http: true, add: 'authentication_settings.node_cache.enable = true' },
    good: { http: true, add: 'authentication_settings.node_cache.enable = false' },
  },

  // What devices may do.
  {
    what: 'no_match = allow',
    code: 'no-match',
    effect: 'stranger',
    key: 'authorization.no_match',
    bad: { add: 'authorization.no_match = allow' },
  },
  {
    what: 'no_match left to a version that allows',
    code: 'no-match',
    effect: 'stranger',
    key: 'authorization.no_match',
    bad: { without: 'authorization', add: 'authorization.sources = []', version: '5.10.1' },
    good: { without: 'authorization', add: 'authorization.sources = []', version: '6.0' },
  },
  {
    what: 'no_match left to an unknown version',
    code: 'no-match',
    effect: 'stranger',
    key: 'authorization.no_match',
    bad: { without: 'authorization', add: 'authorization.sources = []' },
  },
  {
    what: 'acl.conf by default',
    code: 'acl-file-default',
    effect: 'stranger',
    key: 'authorization.sources',
    bad: { without: 'authorization', add: 'authorization.no_match = deny' },
  },
  {
    what: 'acl.conf',
    code: 'acl-file',
    effect: 'stranger',
    key: 'authorization.sources[1]',
    bad: { add: 'authorization.sources = [{ type = file, path = "acl.conf" }]' },
    good: { add: 'authorization.sources = [{ type = file, path = "acl.conf", enable = false }]' },
  },
  {
    what: 'another source of rights',
    code: 'authorization-source',
    effect: 'stranger',
    key: 'authorization.sources[1]',
    bad: { add: 'authorization.sources = [{ type = built_in_database }]' },
  },
  {
    what: 'another source by HTTP in front of ExHook',
    code: 'authorization-source',
    effect: 'stranger',
    key: 'authorization.sources[1]',
    bad: { add: 'authorization.sources = [{ type = http, method = post, url = "http://127.0.0.1:1/" }]' },
  },
  {
    what: 'deny_action = disconnect',
    code: 'deny-action',
    effect: 'weak',
    key: 'authorization.deny_action',
    bad: { add: 'authorization.deny_action = disconnect' },
    good: { add: 'authorization.deny_action = ignore' },
  },
  {
    what: 'a cache of two minutes',
    code: 'cache-ttl',
    effect: 'weak',
    key: 'authorization.cache.ttl',
    bad: { add: 'authorization.cache.ttl = 2m' },
    good: { add: 'authorization.cache.ttl = 59s' },
  },
  {
    what: 'a cache of an hour',
    code: 'cache-ttl',
    effect: 'weak',
    key: 'authorization.cache.ttl',
    bad: { add: 'authorization.cache.ttl = 1h' },
    good: { add: 'authorization.cache { ttl = 1h, enable = false }' },
  },
  {
    what: 'a cache that nobody empties',
    code: 'cache-ttl',
    effect: 'weak',
    key: 'authorization.cache.ttl',
    bad: { emqx: { emqx: withoutApi } },
    good: { emqx: { emqx: withoutApi }, add: 'authorization.cache.enable = false' },
  },
  {
    what: 'a cache of the node',
    code: 'authorization-node-cache',
    effect: 'weak',
    key: 'authorization.node_cache.enable',
    bad: { add: 'authorization.node_cache.enable = true' },
  },

  // ExHook.
  {
    what: 'nobody asked',
    code: 'nobody-asks',
    effect: 'stranger',
    key: 'exhook.servers',
    bad: { without: 'exhook' },
  },
  {
    what: 'a door that deviceauthd does not have',
    code: 'door-missing',
    effect: 'broken',
    key: 'emqx.emqx.exhook',
    bad: { emqx: { emqx: { http: DOOR, api: EMQX.emqx.api } } },
    good: { emqx: EMQX },
  },
  {
    what: 'ExHook switched off',
    code: 'exhook-off',
    effect: 'broken',
    key: 'exhook.servers[1].enable',
    bad: { add: list('enable = false') },
    good: { add: list('enable = true') },
  },
  {
    what: 'ExHook to another port',
    code: 'exhook-off',
    effect: 'broken',
    key: 'exhook.servers',
    bad: { add: list('url = "https://127.0.0.1:9999"'), emqx: EMQX },
    good: { emqx: EMQX },
  },
  {
    what: 'failed_action = ignore',
    code: 'failed-action',
    effect: 'stranger',
    key: 'exhook.servers[1].failed_action',
    bad: { add: list('failed_action = ignore') },
    good: { add: list('failed_action = deny') },
  },
  {
    what: 'auto_reconnect = false',
    code: 'auto-reconnect',
    effect: 'broken',
    key: 'exhook.servers[1].auto_reconnect',
    bad: { add: list('auto_reconnect = false') },
  },
  {
    what: 'auto_reconnect of a minute',
    code: 'auto-reconnect',
    effect: 'weak',
    key: 'exhook.servers[1].auto_reconnect',
    bad: { add: list('auto_reconnect = 60s') },
    good: { add: list('auto_reconnect = 5s') },
  },
  {
    what: 'auto_reconnect by default',
    code: 'auto-reconnect',
    effect: 'weak',
    key: 'exhook.servers[2].auto_reconnect',
    bad: { add: 'exhook.servers { "2" { name = e, url = "http://127.0.0.1:9003" } }' },
  },
  {
    what: 'ExHook without TLS to another host',
    code: 'exhook-plain',
    effect: 'stranger',
    key: 'exhook.servers[1].url',
    bad: { add: list('url = "http://10.0.0.1:9001"') },
  },
  {
    what: 'ExHook without TLS on this host',
    code: 'exhook-plain',
    effect: 'weak',
    key: 'exhook.servers[1].url',
    bad: { add: list('url = "http://127.0.0.1:9001"') },
  },
  {
    what: 'ExHook without TLS to a door with TLS',
    code: 'exhook-plain',
    effect: 'broken',
    key: 'exhook.servers[1].url',
    bad: { add: list('url = "http://127.0.0.1:9001"'), emqx: EMQX },
    good: { emqx: EMQX },
  },
  {
    what: 'a Unix socket',
    code: 'exhook-url',
    effect: 'broken',
    key: 'exhook.servers[1].url',
    bad: { add: list('url = "unix:///run/deviceauthd/x.sock"') },
  },
  {
    what: 'ExHook that checks nobody',
    code: 'exhook-tls',
    effect: 'stranger',
    key: 'exhook.servers[1].ssl.verify',
    bad: { add: list('ssl.verify = verify_none') },
  },
  {
    what: 'ExHook that is told nothing of whom to check',
    code: 'exhook-tls',
    effect: 'stranger',
    key: 'exhook.servers[1].ssl.verify',
    bad: { add: list('ssl.verify = null') },
  },
  {
    what: 'ssl not switched on',
    code: 'exhook-tls',
    effect: 'broken',
    key: 'exhook.servers[1].ssl.enable',
    bad: { add: list('ssl.enable = false') },
  },
  {
    what: 'no client certificate',
    code: 'exhook-tls',
    effect: 'broken',
    key: 'exhook.servers[1].ssl.certfile',
    bad: { add: list('ssl.certfile = null') },
  },
  {
    what: 'an EMQX that does not check whom ExHook talks to',
    code: 'version-exhook-tls',
    effect: 'stranger',
    key: 'exhook.servers[1].ssl.verify',
    bad: { version: '5.3.2' },
    good: { version: '5.4.1' },
  },
  {
    what: 'an address in place of a name',
    code: 'tls-address',
    effect: 'weak',
    key: 'exhook.servers[1].url',
    bad: { add: list('url = "https://127.0.0.1:9001"') },
    good: { add: list('url = "https://127.0.0.1:9001", ssl.server_name_indication = localhost') },
  },
  {
    what: 'an address in place of a name, by HTTP',
    code: 'tls-address',
    effect: 'weak',
    key: 'authentication[1].url',
    bad: { http: true, add: authenticator('url = "https://[::1]:9002/authenticate"') },
    good: { http: true },
  },
  {
    what: 'another server in front',
    code: 'exhook-others',
    effect: 'stranger',
    key: 'exhook.servers',
    bad: {
      add: 'exhook.servers = [{ name = o, url = "http://127.0.0.1:1" }, { name = d, url = "http://127.0.0.1:9001" }]',
      emqx: EMQX,
    },
    good: { emqx: EMQX },
  },
  {
    what: 'another server behind',
    code: 'exhook-others',
    effect: 'weak',
    key: 'exhook.servers',
    bad: { add: 'exhook.servers { "2" { name = o, url = "http://127.0.0.1:1" } }', emqx: EMQX },
    good: {
      add: 'exhook.servers { "2" { name = o, url = "http://127.0.0.1:1", enable = false } }',
      emqx: EMQX,
    },
  },

  // HTTP.
  {
    what: 'an EMQX that cannot send the certificate',
    code: 'version-http',
    effect: 'broken',
    key: 'authentication[1]',
    bad: { http: true, version: '5.7.1' },
    good: { http: true, version: '5.8.0' },
  },
  {
    what: 'the authenticator switched off',
    code: 'http-off',
    effect: 'stranger',
    key: 'authentication[1].enable',
    bad: { http: true, add: authenticator('enable = false') },
    good: { http: true },
  },
  {
    what: 'GET',
    code: 'http-method',
    effect: 'broken',
    key: 'authentication[1].method',
    bad: { http: true, add: authenticator('method = get') },
    good: { http: true },
  },
  {
    what: 'GET of rights',
    code: 'http-method',
    effect: 'broken',
    key: 'authorization.sources[1].method',
    bad: { http: true, add: source('method = get') },
    good: { http: true },
  },
  {
    what: 'no certificate in the body',
    code: 'http-body',
    effect: 'broken',
    key: 'authentication[1].body',
    bad: { http: true, add: authenticator('body.cert = null') },
    good: { http: true },
  },
  {
    what: 'no client id in the body',
    code: 'http-body',
    effect: 'broken',
    key: 'authentication[1].body',
    bad: { http: true, add: authenticator('body.clientid = null') },
    good: { http: true },
  },
  {
    what: 'what the device says in the place of its certificate',
    code: 'http-identity',
    effect: 'stranger',
    key: 'authentication[1].body.cert',
    bad: { http: true, add: authenticator('body { cert = "${password}", other = "${cert_pem}" }') },
    good: { http: true },
  },
  {
    what: 'another client id than the one that connects',
    code: 'http-identity',
    effect: 'stranger',
    key: 'authentication[1].body.clientid',
    bad: { http: true, add: authenticator('body { clientid = "${username}", other = "${clientid}" }') },
    good: { http: true },
  },
  {
    what: 'another topic than the one that counts',
    code: 'http-authorization-other',
    effect: 'stranger',
    key: 'authorization.sources[1].body.topic',
    bad: { http: true, add: source('body { topic = "mine/${clientid}", other = "${topic}" }') },
    good: { http: true },
  },
  {
    what: 'a service whose name EMQX does not look at',
    code: 'tls-name',
    effect: 'weak',
    key: 'authentication[1].ssl.server_name_indication',
    bad: { http: true, add: authenticator('ssl.server_name_indication = disable') },
    good: { http: true, add: authenticator('ssl.server_name_indication = localhost') },
  },
  {
    what: "a listener's own chain that is off, beside one by HTTP",
    code: 'http-off',
    effect: 'stranger',
    key: 'listeners.ssl.default.authentication[1].enable',
    bad: {
      http: true,
      add: ssl(
        'authentication = [{ mechanism = password_based, backend = http, enable = false, url = "https://localhost:9002" }]',
      ),
    },
    good: {
      http: true,
      add: 'listeners.ssl.off { enable = false, authentication = [{ mechanism = scram, backend = built_in_database, enable = false }] }',
    },
  },
  {
    what: 'an authenticator by HTTP that is off, as the only one beside ExHook',
    code: 'authentication-empty',
    effect: 'stranger',
    key: 'authentication',
    bad: {
      without: 'chain',
      add: 'authentication = [{ mechanism = password_based, backend = http, enable = false, method = post, url = "https://localhost:9002", body { clientid = "${clientid}", cert = "${cert_pem}" } }]',
    },
  },
  {
    what: 'a precondition',
    code: 'http-precondition',
    effect: 'weak',
    key: 'authentication[1].precondition',
    bad: { http: true, add: authenticator('precondition = "true"') },
    good: { http: true },
  },
  {
    what: 'no source for rights that lists cannot say',
    code: 'http-authorization-missing',
    effect: 'broken',
    key: 'authorization.sources',
    bad: { http: true, add: 'authorization.sources = []' },
    good: { http: true },
  },
  {
    what: 'rights asked for without the topic',
    code: 'http-authorization-body',
    effect: 'broken',
    key: 'authorization.sources[1].body',
    bad: { http: true, add: source('body.topic = null') },
    good: { http: true },
  },
  {
    what: 'HTTP to another host',
    code: 'http-plain',
    effect: 'stranger',
    key: 'authentication[1].url',
    bad: { http: true, add: authenticator('url = "http://10.0.0.1:9002/authenticate"') },
    good: { http: true },
  },
  {
    what: 'HTTP on this host with the secret',
    code: 'http-plain',
    effect: 'weak',
    key: 'authentication[1].url',
    bad: { http: true, add: PLAIN_HTTP },
    good: { http: true },
  },
  {
    what: 'HTTP to a door with TLS',
    code: 'http-plain',
    effect: 'broken',
    key: 'authentication[1].url',
    bad: { http: true, add: PLAIN_HTTP, emqx: { emqx: { http: DOOR, api: EMQX.emqx.api } } },
    good: { http: true, emqx: { emqx: { http: DOOR, api: EMQX.emqx.api } } },
  },
  {
    what: 'HTTP without the secret',
    code: 'http-secret',
    effect: 'broken',
    key: 'authentication[1].headers.authorization',
    bad: { http: true, add: authenticator('url = "http://127.0.0.1:9002/authenticate"') },
    good: { http: true },
  },
  {
    what: 'HTTP with a short secret',
    code: 'http-secret',
    effect: 'broken',
    key: 'authentication[1].headers.authorization',
    bad: { http: true, add: PLAIN_HTTP.replace('sssss', 's') },
    good: { http: true, add: PLAIN_HTTP },
  },
  {
    what: 'HTTPS that checks nobody',
    code: 'http-tls',
    effect: 'stranger',
    key: 'authentication[1].ssl.verify',
    bad: { http: true, add: authenticator('ssl.verify = verify_none') },
    good: { http: true },
  },
  {
    what: 'a source by HTTPS that checks nobody',
    code: 'http-tls',
    effect: 'stranger',
    key: 'authorization.sources[1].ssl.verify',
    bad: { http: true, add: source('ssl.verify = verify_none') },
    good: { http: true },
  },

  // Beside all that.
  {
    what: 'a gateway',
    code: 'gateway',
    effect: 'stranger',
    key: 'gateway.stomp',
    bad: { add: 'gateway.stomp { listeners.tcp.default.bind = 61613 }' },
    good: { add: 'gateway.stomp { enable = false }' },
  },
  {
    what: 'the password that EMQX comes with',
    code: 'dashboard-password',
    effect: 'stranger',
    key: 'dashboard.default_password',
    bad: { add: 'dashboard.default_password = public' },
    good: { add: 'dashboard.listeners.http.bind = 0, dashboard.default_password = public' },
  },
  {
    what: 'the password that EMQX comes with, by default',
    code: 'dashboard-password',
    effect: 'stranger',
    key: 'dashboard.default_password',
    bad: { without: 'dashboard', add: 'dashboard.listeners.http.bind = "127.0.0.1:18083"' },
  },
  {
    what: 'a dashboard on every address',
    code: 'dashboard-bind',
    effect: 'weak',
    key: 'dashboard.listeners.http.bind',
    bad: { add: 'dashboard.listeners.http.bind = 18083' },
    good: { add: 'dashboard.listeners.http.bind = "[::1]:18083"' },
  },
  {
    what: 'subscriptions that EMQX makes',
    code: 'auto-subscribe',
    effect: 'weak',
    key: 'auto_subscribe.topics',
    bad: { add: 'auto_subscribe.topics = [{ topic = "a/b" }]' },
    good: { add: 'auto_subscribe.topics = []' },
  },
  {
    what: 'topics that EMQX rewrites',
    code: 'rewrite',
    effect: 'weak',
    key: 'rewrite',
    bad: { add: 'rewrite = [{ action = all, source_topic = "x/#", dest_topic = "y", re = "." }]' },
  },
  {
    what: 'pre-shared keys',
    code: 'psk',
    effect: 'weak',
    key: 'psk_authentication.enable',
    bad: { add: 'psk_authentication.enable = true' },
    good: { add: 'psk_authentication.enable = false' },
  },
];

describe('a configuration of EMQX', () => {
  it.each([{}, { http: true }, { emqx: EMQX }, { version: '5.4.0' }, { version: '6.2' }, { hardened: true }])(
    'in which nothing is wrong has no findings: %j',
    (variation) => {
      expect(findingsOf(variation)).toEqual([]);
    },
  );

  it.each(TRAPS)('is found to have $what ($code)', ({ code, effect, key, bad, good = {} }) => {
    const found = findingsOf(bad).filter((finding) => finding.code === code && finding.key === key);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ effect });
    expect(found[0]?.why).not.toBe('');
    expect(found[0]?.fix).not.toBe('');
    expect(findingsOf(good).filter((finding) => finding.code === code && finding.effect === effect)).toEqual(
      [],
    );
  });

  it('may have anything in a listener that is off', () => {
    const add =
      'listeners.tcp.default.authentication = [{ mechanism = password_based, backend = built_in_database }]';
    for (const http of [false, true]) expect(findingsOf({ http, add })).toEqual([]);
  });

  it('has a trap here for everything that can be found', () => {
    const directory = new URL('../../../src/cli/emqx/checks/', import.meta.url);
    const codes = readdirSync(directory).flatMap((file) =>
      [...readFileSync(new URL(file, directory), 'utf8').matchAll(/code: '([a-z-]+)'/g)].map(
        (match) => match[1] ?? '',
      ),
    );
    expect(codes.length).toBeGreaterThan(40);
    const tested = new Set([...TRAPS.map(({ code }) => code), 'exhook-tls', 'http-tls']);
    expect([...new Set(codes)].filter((code) => !tested.has(code))).toEqual([]);
  });

  it('never has a secret in what is said about it', () => {
    const secret = 'q'.repeat(40);
    for (const http of [false, true])
      for (const add of [
        `authentication = [{ mechanism = jwt, secret = ${secret} }]`,
        `authentication { "1" { url = "http://127.0.0.1:9002/", headers.authorization = "Bearer ${secret}" } }`,
        `authentication { "1" { url = "http://127.0.0.1:9002/", headers.authorization = "Basic ${secret}" } }`,
        `authentication { "1" { url = "http://u:${secret}@10.0.0.1:9002/?t=${secret}" } }`,
        `exhook.servers { "1" { url = "http://u:${secret}@10.0.0.1:9002/?t=${secret}" } }`,
        `authentication = [{ mechanism = password_based, backend = redis, password = ${secret} }]`,
        `dashboard { default_password = public, default_username = ${secret} }`,
      ])
        expect(JSON.stringify(findingsOf({ http, add }))).not.toContain(secret);
  });

  it('has what lets somebody in first', () => {
    const effects = findingsOf({
      add: 'rewrite = [{}], listeners.tcp.x {}, mqtt.peer_cert_as_username = cn',
    }).map(({ effect }) => effect);
    expect(effects).toEqual(['stranger', 'broken', 'weak']);
  });
});

describe('a version of EMQX', () => {
  it.each([
    ['5.8.9', [5, 8, 10], true],
    ['v5.8.9', [5, 8, 9], false],
    ['5', [5, 0, 12], false],
    ['5', [6], true],
    ['5.3', [5, 4], true],
    ['6.2.1-beta.1', [6, 2], false],
  ] as const)('%s before %j: %s', (text, other, before) => {
    expect(EmqxVersion.parse(text)?.before(...other)).toBe(before);
  });

  it.each([
    ['6', [6, 0], true],
    ['6.1', [6, 0, 3], true],
    ['6', [6, 2], false],
    ['5.10', [6, 0], false],
  ] as const)('%s from %j on: %s', (text, other, from) => {
    expect(EmqxVersion.parse(text)?.from(...other)).toBe(from);
  });

  it('is nothing else', () => {
    for (const text of ['', 'latest', '5.x', '5..8', '5.8.9.1'])
      expect(EmqxVersion.parse(text)).toBeUndefined();
  });
});
