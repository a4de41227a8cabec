import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { CONNECT, everyThing, OWN } from './support/policies.ts';
import { until } from './support/until.ts';
import { type Enrolled, World } from './support/world.ts';

const DEVICES = 20;

describe('a daemon that is killed under traffic', () => {
  let world: World;
  let enrolled: Enrolled[];
  let devices: Device[];
  const sent = new Map<Device, number>();
  let traffic: NodeJS.Timeout;

  beforeAll(async () => {
    world = await World.start({
      configuration: {
        deviceGroups: everyThing(
          CONNECT,
          ['mqtt:publish', `mqtt:topic:loop/${OWN}`],
          ['mqtt:subscribe', `mqtt:topicfilter:loop/${OWN}`],
        ),
      },
    });
    enrolled = await Promise.all(Array.from({ length: DEVICES }, (_, n) => world.enrol(`device-${n}`)));
    devices = [];
    for (const each of enrolled) devices.push(await world.connect(each));
    for (const device of devices) await device.subscribe(`loop/${device.id}`);
    traffic = setInterval(() => {
      for (const device of devices) {
        if (!device.client.connected) continue;
        const number = (sent.get(device) ?? 0) + 1;
        sent.set(device, number);
        device.client.publish(`loop/${device.id}`, `${number}`, { qos: 1 }, () => {});
      }
    }, 10);
  });
  afterAll(async () => {
    clearInterval(traffic);
    await world[Symbol.asyncDispose]();
  });
  beforeEach(() => until('traffic flows', () => devices.every((device) => device.messages.length > 10)));

  /** Every message sent so far by those still connected has come back. */
  async function nothingIsLost(): Promise<void> {
    for (const device of devices.filter((each) => each.client.connected)) {
      const upTo = sent.get(device) ?? 0;
      await device.received(`loop/${device.id}`, `${upTo}`);
      const numbers = new Set(device.messages.map((message) => message.payload));
      const missing = Array.from({ length: upTo }, (_, n) => `${n + 1}`).filter(
        (number) => !numbers.has(number),
      );
      expect(missing, device.id).toEqual([]);
    }
  }

  it('and restarted drops no device and loses no message; each has a new session afterwards', async () => {
    const before = (await world.admin.call('ListSessions', { pageSize: 1000 })).sessions;
    const firstEpoch = world.broker.plugin.status().epoch;
    await world.daemon.kill('SIGKILL');
    const atDeath = devices.map((device) => sent.get(device) ?? 0);
    await until('traffic goes on without the daemon', () =>
      devices.every((device, index) => device.has(`loop/${device.id}`, `${(atDeath[index] ?? 0) + 20}`)),
    );
    await world.daemon.restart();
    await until('every device is authenticated again', () => {
      const status = world.broker.plugin.status();
      return status.connected && status.epoch !== firstEpoch && status.reauthenticating === 0;
    });
    const after = (await world.admin.call('ListSessions', { pageSize: 1000 })).sessions;
    expect(after.map((session) => session.thingName).sort()).toEqual(
      before.map((session) => session.thingName).sort(),
    );
    expect(new Set([...before, ...after].map((session) => session.tokenPrefix)).size).toBe(2 * DEVICES);
    await nothingIsLost();
    expect(devices.map((device) => device.drops)).toEqual(devices.map(() => 0));
  });

  it('three times in a row drops nobody either', async () => {
    for (let time = 0; time < 3; time++) {
      const { epoch } = world.broker.plugin.status();
      await world.daemon.kill('SIGKILL');
      await world.daemon.restart();
      await until('in step again', () => {
        const status = world.broker.plugin.status();
        return status.connected && status.epoch !== epoch;
      });
    }
    await until(
      'every device is authenticated again',
      () => world.broker.plugin.status().reauthenticating === 0,
    );
    await nothingIsLost();
    expect(devices.map((device) => device.drops)).toEqual(devices.map(() => 0));
  });

  it('the moment it has answered a revocation has not forgotten it', async () => {
    const [revoked] = devices.splice(0, 1);
    const certificateId = enrolled[0]!.certificateId;
    await world.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' });
    await world.daemon.kill('SIGKILL');
    await world.daemon.restart();
    await revoked!.disconnected();
    await until('the others are authenticated again', () => {
      const status = world.broker.plugin.status();
      return status.connected && status.reauthenticating === 0 && status.sessions === DEVICES - 1;
    });
    await nothingIsLost();
    expect(devices.map((device) => device.drops)).toEqual(devices.map(() => 0));
    await expect(world.connect(enrolled[0]!)).rejects.toMatchObject({ code: 5 });
  });
});

describe('a device whose certificate is revoked while no broker can hear it', () => {
  it('is cut off as soon as its broker hears the daemon again', async () => {
    await using world = await World.start({ configuration: { deviceGroups: everyThing(CONNECT) } });
    const { CuttingProxy } = await import('./support/cutting-proxy.ts');
    const path = `${world.daemon.directory}/proxy`;
    let proxy = await CuttingProxy.start(path, world.daemon.brokerSocket);
    const behind = await world.addBroker({ address: `unix:${path}` });
    const [gone, stays] = [await world.enrol('gone'), await world.enrol('stays')];
    const goes = await world.connect(gone, {}, behind);
    const other = await world.connect(stays, {}, behind);
    await proxy.stop();
    await world.admin.call('SetCertificateStatus', { certificateId: gone.certificateId, status: 'REVOKED' });
    await world.daemon.kill('SIGKILL');
    await world.daemon.restart();
    expect([goes.drops, other.drops]).toEqual([0, 0]);
    proxy = await CuttingProxy.start(path, world.daemon.brokerSocket);
    await goes.disconnected();
    await until('in step again', () => {
      const status = behind.plugin.status();
      return status.connected && status.reauthenticating === 0;
    });
    expect(other.drops).toBe(0);
    await proxy.stop();
  });
});
