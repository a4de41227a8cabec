/**
 * What a daemon does to EMQX: hooks over real gRPC on one side, EMQX's REST API on the other. A device is connected as EMQX would:
 * it is asked about by ExHook, and is then in the list of clients; whoever is disconnected there is told of by ExHook.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { TestCertificate } from '../../support/certificates.ts';
import { EmqxDaemon, POLICY } from '../../support/emqx-daemon.ts';
import { clientInfo, type ExHookClient } from '../../support/exhook-client.ts';
import { API_KEY, FakeEmqxApi } from '../../support/fake-emqx-api.ts';

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

class Plant {
  readonly api: FakeEmqxApi;
  readonly daemon: EmqxDaemon;
  readonly hooks: ExHookClient;
  #peerport = 40_000;

  static async start(api?: FakeEmqxApi): Promise<Plant> {
    const emqx = api ?? (await FakeEmqxApi.start());
    closing.push(() => emqx.down());
    const daemon = await EmqxDaemon.start({
      broker: ({ write }) => ({
        api: { url: emqx.url, keyFile: write('key', API_KEY), requestsPerSecond: 1_000 },
      }),
    });
    closing.push(() => daemon.stop());
    return new Plant(emqx, daemon, await daemon.exhook());
  }

  private constructor(api: FakeEmqxApi, daemon: EmqxDaemon, hooks: ExHookClient) {
    this.api = api;
    this.daemon = daemon;
    this.hooks = hooks;
  }

  /** As EMQX has it after its certificate was asked about. The answer is what EMQX says of it. */
  async connect(device: TestCertificate, clientId: string): Promise<object> {
    this.#peerport += 1;
    const info = clientInfo(device, clientId, { peerport: this.#peerport });
    expect(await this.hooks.authenticate('v3', info)).toBe(true);
    const connected = this.api.connect(clientId, { username: device.der.toString('base64') });
    const before = this.api.onDisconnect;
    this.api.onDisconnect = (client) => {
      if (client.connection === connected.connection) void this.hooks.disconnected('v3', info, 'kicked');
      else before?.(client);
    };
    return info;
  }

  isConnected(clientId: string): boolean {
    return this.api.clients.get(clientId)?.connected === true;
  }

  get admin() {
    return this.daemon.daemon.caller('admin');
  }

  disconnects(clientId: string): number {
    return this.api.seen.filter(({ what, clientId: id }) => what === 'disconnect' && id === clientId).length;
  }
}

const WITHIN = { timeout: 10_000, interval: 20 };

describe('EMQX', () => {
  it('disconnects a device within a second after its session was ended, and no other', async () => {
    const plant = await Plant.start();
    await plant.connect(plant.daemon.device('lamp'), 'lamp');
    await plant.connect(plant.daemon.device('fan'), 'fan');
    const begun = performance.now();
    await plant.admin.call('RevokeSessions', { thingName: 'lamp' });
    await expect.poll(() => plant.isConnected('lamp'), WITHIN).toBe(false);
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(plant.isConnected('fan')).toBe(true);
    await expect.poll(() => plant.daemon.sessions(), WITHIN).toBe(1);
  });

  it('does so when its API is there again', async () => {
    const plant = await Plant.start();
    await plant.connect(plant.daemon.device('lamp'), 'lamp');
    await plant.api.down();
    await plant.admin.call('RevokeSessions', { thingName: 'lamp' });
    const codes = async () => (await plant.admin.call('GetStatus', {})).findings.map(({ code }) => code);
    await expect.poll(codes, WITHIN).toContain('emqx.api');
    expect(plant.isConnected('lamp')).toBe(true);
    await plant.api.up();
    await expect.poll(() => plant.isConnected('lamp'), { timeout: 40_000, interval: 50 }).toBe(false);
    await expect.poll(codes, WITHIN).not.toContain('emqx.api');
  }, 60_000);

  it('keeps the device that took over meanwhile', async () => {
    const plant = await Plant.start();
    const [old, young] = [plant.daemon.device('lamp'), plant.daemon.device('lamp')];
    await plant.connect(old, 'lamp');
    await plant.api.down();
    await plant.admin.call('RevokeSessions', { certificateId: old.id });
    const taking = plant.connect(young, 'lamp');
    await taking;
    await plant.api.up();
    await expect
      .poll(() => plant.api.seen.some(({ what }) => what === 'client' || what === 'clients'), {
        timeout: 40_000,
        interval: 50,
      })
      .toBe(true);
    await expect.poll(() => plant.daemon.sessions(), WITHIN).toBe(1);
    expect(plant.isConnected('lamp')).toBe(true);
    expect(plant.disconnects('lamp')).toBe(0);
  }, 60_000);

  it('forgets what it remembered, and takes away subscriptions, when the policy is narrowed', async () => {
    const plant = await Plant.start();
    const info = await plant.connect(plant.daemon.device('lamp'), 'lamp');
    const there = plant.api.clients.get('lamp');
    there?.subscriptions.add('down/lamp/+').add('$share/g/down/lamp/+').add('other');
    if (there !== undefined) there.cached = 3;
    const narrowed = structuredClone(POLICY);
    narrowed.policies.own.s.resources = narrowed.policies.own.s.resources.filter(
      (one) => !one.includes('down/'),
    );
    plant.daemon.daemon.configure({ deviceGroups: narrowed });
    await plant.admin.call('ReloadConfiguration', {});
    await expect.poll(() => [there?.cached, there?.subscriptions.size], WITHIN).toEqual([0, 0]);
    expect(await plant.hooks.authorize('v3', info, 'SUBSCRIBE', 'down/lamp/+')).toBe(false);
    expect(await plant.hooks.authorize('v3', info, 'PUBLISH', 'up/lamp')).toBe(true);
    expect(plant.isConnected('lamp')).toBe(true);
  });

  it('that kept clients while the daemon was away is gone through: who may be there stays, who may not goes', async () => {
    const api = await FakeEmqxApi.start();
    const first = await Plant.start(api);
    const device = first.daemon.device('lamp');
    const stranger = first.daemon.maker.make({ subject: 'stranger' });
    api.connect('lamp', { username: device.der.toString('base64') });
    api.connect('stranger', { username: stranger.der.toString('base64') });
    api.connect('local', { username: 'somebody' });
    await first.hooks.call('v3', 'OnProviderLoaded', { broker: { version: '6.0.0' } });
    await expect.poll(() => first.isConnected('stranger'), WITHIN).toBe(false);
    await expect.poll(() => first.daemon.sessions(), WITHIN).toBe(1);
    expect(['lamp', 'local'].map((id) => first.isConnected(id))).toEqual([true, true]);
  });

  it('has its subscriptions of before looked at when a device comes back to its session', async () => {
    const plant = await Plant.start();
    const info = await plant.connect(plant.daemon.device('lamp'), 'lamp');
    const there = plant.api.clients.get('lamp');
    there?.subscriptions.add('down/lamp/+').add('secret/#');
    await plant.hooks.call('v3', 'OnSessionResumed', { clientinfo: info });
    await expect.poll(() => [...(there?.subscriptions ?? [])], WITHIN).toEqual(['down/lamp/+']);
  });

  it('has its listener opened when it says that it asks here, and not before', async () => {
    const emqx = await FakeEmqxApi.start();
    closing.push(() => emqx.down());
    emqx.doors.listener('ssl:default');
    const daemon = await EmqxDaemon.start({
      broker: ({ write }) => ({
        listeners: ['ssl:default'],
        api: { url: emqx.url, keyFile: write('key', API_KEY), requestsPerSecond: 1_000 },
      }),
    });
    closing.push(() => daemon.stop());
    emqx.doors.exhook(await daemon.port('exhook'));
    const findings = async () => {
      const { findings } = await daemon.daemon.caller('admin').call('GetStatus', {});
      return findings.map(({ code }) => code);
    };
    await expect.poll(findings, WITHIN).toContain('emqx.listener');
    const hooks = await daemon.exhook();
    await hooks.call('v2', 'OnProviderLoaded', { broker: { version: '5.8.9' } });
    emqx.doors.load();
    await expect.poll(() => emqx.doors.isOpen('ssl:default'), WITHIN).toBe(true);
    expect(emqx.doors.unguarded).toEqual([]);
    await expect.poll(findings, WITHIN).not.toContain('emqx.listener');
  });
});
