import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DaemonProcess } from './support/daemon-process.ts';
import { Device } from './support/device.ts';
import { CONNECT, everyThing, OWN } from './support/policies.ts';
import { fence, onMosquitto, startMosquitto } from './support/scene.ts';
import { until } from './support/until.ts';

const GROUPS = everyThing(
  CONNECT,
  ['mqtt:publish', `mqtt:topic:loop/${OWN}`],
  ['mqtt:subscribe', `mqtt:topicfilter:loop/${OWN}`],
);

onMosquitto('a daemon that is not there when the broker starts', (kind) => {
  it('stops nothing: devices are refused until it is there, and then let in', async () => {
    const daemon = await DaemonProcess.start({ deviceGroups: GROUPS });
    const ca = await daemon.admin.call('CreateDeviceCa', { name: 'default' });
    const issued = await daemon.admin.call('IssueCertificate', { thingName: 'early', createThing: true });
    await daemon.kill('SIGKILL');
    rmSync(daemon.brokerSocket, { force: true });
    const broker = await startMosquitto(kind.release, {
      address: `unix:${daemon.brokerSocket}`,
      deviceCas: [ca.certificatePem],
    });
    const devices: Device[] = [];
    const attempt = () => {
      const device = new Device(broker, issued, { clientId: 'early', protocolVersion: kind.mqtt });
      devices.push(device);
      return device.connected();
    };
    try {
      await expect(attempt()).rejects.toMatchObject({ code: kind.answers.unavailable });
      await broker.logged(/deviceauthd/);
      await daemon.restart();
      const device = await until('it is let in', () => attempt());
      await device.subscribe('loop/early');
      await fence(device, device, 'loop/early');
    } finally {
      for (const device of devices) device.client.end(true);
      await broker.stop();
      await daemon.stop();
    }
  });
});
