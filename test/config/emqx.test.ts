import { describe, expect, it } from 'vitest';
import { needingRestart } from '../../src/config/changes.ts';
import { loadConfiguration } from '../../src/config/load.ts';

const PIN = 'ab'.repeat(32);
const tls = {
  certificateFile: '/c.pem',
  keyFile: '/k.pem',
  clientCaFile: '/ca.pem',
  clientFingerprints: [PIN],
};
const api = { url: 'http://127.0.0.1:18083', keyFile: '/key' };
const exhook = { host: '127.0.0.1', port: 7443, tls };
const http = { host: '127.0.0.1', port: 7444, tls };
const whole = { mutualTlsPorts: [8883], exhook, http, api };
const load = (broker: object, more: object = {}) =>
  loadConfiguration(JSON.stringify({ emqx: { edge: broker }, ...more }));
const problemsOf = (broker: object, more: object = {}) =>
  load(broker, more).errors.map(({ path, rule }) => `${path.replace('emqx.edge', '')} ${rule}`.trim());

describe('An EMQX broker', () => {
  it('has its ports, its doors and its API', () => {
    expect(load(whole)).toMatchObject({ errors: [], warnings: [] });
    expect(load(whole).effective.emqx['edge']).toMatchObject({
      mutualTlsPorts: [8883],
      exhook: { limits: { maxConcurrentCalls: 1000 }, insecureLoopback: false },
      api: { requestsPerSecond: 100, retrySeconds: 3600 },
    });
  });

  it.each<[string, object, string]>([
    [
      'no certificate pinned',
      { exhook: { ...exhook, tls: { ...tls, clientFingerprints: undefined } } },
      '.exhook.tls.clientFingerprints is required',
    ],
    [
      'none in the list',
      { exhook: { ...exhook, tls: { ...tls, clientFingerprints: [] } } },
      '.exhook.tls.clientFingerprints must name at least one',
    ],
    ['no TLS', { http: { host: '127.0.0.1', port: 7444 } }, '.http.tls is required on a TCP port'],
    [
      'plain on another address',
      { exhook: { host: '0.0.0.0', port: 7443, insecureLoopback: true } },
      '.exhook.insecureLoopback needs a loopback address',
    ],
    [
      'plain HTTP without a secret',
      { http: { host: '127.0.0.1', port: 7444, insecureLoopback: true } },
      '.http.sharedSecretFile is required without tls',
    ],
    [
      'the API key in the clear',
      { api: { ...api, url: 'http://10.0.0.1:18083' } },
      '.api.url must be https: unless the host is a loopback address',
    ],
    [
      'a password in the URL',
      { api: { ...api, url: 'https://key:secret@emqx' } },
      '.api.url must be http:// or https://',
    ],
    [
      'both doors at one port',
      { http: { ...http, port: 7443 } },
      '.http emqx.edge.exhook has this address already',
    ],
    [
      'a port that is none',
      { mutualTlsPorts: [0] },
      '.mutualTlsPorts[0] must be a whole number from 1 to 65535',
    ],
    [
      'a listener that asks for no certificate',
      { listeners: ['tcp:default'] },
      '.listeners[0] must be ssl:<name> or wss:<name>',
    ],
    ['listeners that it cannot open', { listeners: ['ssl:default'], api: undefined }, '.listeners needs api'],
    [
      'listeners, and no door where EMQX asks',
      { listeners: ['ssl:default'], exhook: undefined, http: undefined },
      '.listeners needs exhook or http',
    ],
  ])('is an error with %s', (_, change, problem) => {
    const { errors, effective } = load({ ...whole, ...change });
    expect(errors.map(({ path, rule }) => `${path.replace('emqx.edge', '')} ${rule}`).join()).toContain(
      problem,
    );
    expect(effective.emqx).toEqual({});
  });

  it('cannot have the name or the address of a listener', () => {
    const listener = { host: '127.0.0.1', port: 7443, tls, operations: ['broker'] };
    expect(problemsOf(whole, { listeners: { edge: { ...listener, port: 1 } } })).toEqual([
      'listeners.edge has this name already',
    ]);
    expect(problemsOf(whole, { listeners: { other: listener } })).toEqual([
      '.exhook listeners.other has this address already',
    ]);
  });

  it.each<[string, object, string]>([
    ['no port of mutual TLS', { ...whole, mutualTlsPorts: [] }, 'every client is refused by ExHook'],
    ['no API', { ...whole, api: undefined }, 'stays connected until EMQX asks again'],
    ['no door', { api }, 'EMQX cannot ask anything'],
  ])('is warned about with %s', (_, broker, warning) => {
    const { warnings, errors } = load(broker);
    expect(errors).toEqual([]);
    expect(warnings.map(({ rule }) => rule).join()).toContain(warning);
  });

  it('waits for a restart with whatever changes', () => {
    expect(needingRestart(['emqx.edge.api.url', 'emqx.edge', 'log.level'])).toEqual([
      'emqx.edge.api.url',
      'emqx.edge',
    ]);
  });
});

describe('The socket for Greengrass components', () => {
  const ipc = (greengrassIpc: object, more: object = {}) =>
    loadConfiguration(JSON.stringify({ greengrassIpc, ...more }));

  it('is there only when it has a path', () => {
    expect(ipc({}).effective.greengrassIpc).not.toHaveProperty('socket');
    expect(ipc({ socket: '/run/ipc.sock' })).toMatchObject({
      errors: [],
      effective: { greengrassIpc: { socket: '/run/ipc.sock' } },
    });
  });

  it.each<[string, object, object]>([
    ['the operator’s', { socket: '/run/a/../admin.sock' }, { admin: { socket: '/run/admin.sock' } }],
    [
      'a listener’s',
      { socket: '/run/b.sock' },
      { listeners: { b: { socket: '/run/b.sock', operations: ['broker'] } } },
    ],
  ])('cannot be %s', (_, given, more) => {
    const { errors, effective } = ipc(given, more);
    expect(errors).toMatchObject([
      { path: 'greengrassIpc.socket', rule: expect.stringContaining('already') },
    ]);
    expect(effective.greengrassIpc.socket).toBeUndefined();
  });

  it('does not let everybody write', () => {
    expect(ipc({ socket: '/run/ipc.sock', mode: '0666' }).errors).toMatchObject([
      { path: 'greengrassIpc.mode' },
    ]);
  });
});
