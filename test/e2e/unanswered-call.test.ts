import { createConnection } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { BesiegedBroker, PENDING_MAX_MS } from './support/besieged-broker.ts';
import { DaemonProcess } from './support/daemon-process.ts';
import { CONNECT, everyThing } from './support/policies.ts';
import { onMosquitto } from './support/scene.ts';
import { type Answering, forwardTo } from './support/socket-switch.ts';
import { until } from './support/until.ts';

/** Passes on what the daemon says after a pause, in its order. */
function delaying(target: string, pause: () => number): Answering {
  return (near) => {
    const far = createConnection(target);
    for (const socket of [near, far]) socket.on('error', () => {});
    near.on('data', (data) => far.write(data)).on('close', () => far.destroy());
    let before: Promise<unknown> = Promise.resolve();
    far
      .on('data', (data) => {
        before = Promise.all([before, setTimeout(pause())]).then(() => near.write(data));
      })
      .on('close', () => near.destroy());
  };
}

onMosquitto(
  'a daemon whose answers come later than the broker waits for them',
  (kind) => {
    it('has no sessions of devices that never got one, once the broker has told it', async () => {
      const daemon = await DaemonProcess.start({ deviceGroups: everyThing(CONNECT) });
      const ca = await daemon.admin.call('CreateDeviceCa', { name: 'default' });
      const issue = (thingName: string) =>
        daemon.admin.call('IssueCertificate', { thingName, createThing: true });
      const things = async () =>
        (await daemon.admin.call('ListSessions', { pageSize: 1000 })).sessions.map(
          ({ thingName }) => thingName,
        );
      let pause = 0;
      const slow = delaying(daemon.brokerSocket, () => pause);
      const besieged = await BesiegedBroker.start(kind, slow, [ca.certificatePem]);
      try {
        const [inside, outside] = [await issue('inside'), await issue('outside')];
        const device = await besieged.letIn('inside', inside);
        const { connections } = besieged.socket;
        pause = 2 * PENDING_MAX_MS;
        for (let time = 0; time < 3; time++) {
          await expect(besieged.device('outside', outside).connected()).rejects.toThrow();
        }
        await until('the daemon has opened one all the same', async () =>
          (await things()).includes('outside'),
        );
        pause = 0;
        await until(
          'nobody has a session but who is inside',
          async () => (await things()).join() === 'inside',
        );
        // On the same stream.
        expect(besieged.socket.connections).toBe(connections);
        expect(device.drops).toBe(0);
        await (await besieged.letIn('outside', outside)).end();
        // Told on a new stream, when the one before ended first.
        pause = 2 * PENDING_MAX_MS;
        await expect(besieged.device('outside', outside).connected()).rejects.toThrow();
        besieged.socket.to(forwardTo(daemon.brokerSocket));
        await until('again nobody else', async () => (await things()).join() === 'inside');
        expect(device.drops).toBe(0);
      } finally {
        await besieged.stop();
        await daemon.stop();
      }
    });
  },
  'one',
);
