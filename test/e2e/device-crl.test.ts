import { expect, it } from 'vitest';
import { CONNECT, everyThing } from './support/policies.ts';
import { onEveryBroker, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const DELIVERED_MS = 20_000;

onEveryBroker(
  'a revoked device at a broker that looks at CRLs',
  (kind) => {
    it('fails in the handshake already, once the broker has the list; the others stay', async () => {
      await using scene = await Scene.start(kind, {
        configuration: { deviceGroups: everyThing(CONNECT) },
        broker: { certificateFromDaemon: true, mosquitto: { tls: 'crlfile' } },
      });
      const bystander = await scene.join('bystander');
      const lost = await scene.enrol('lost');
      const device = await scene.connect(lost);
      await scene.revoke(lost);
      await device.disconnected();
      const broker = kind.release === undefined ? undefined : scene.mosquitto;
      await until(
        'it gets no answer to a CONNECT any more, and Mosquitto says why',
        async () => {
          const error = await scene.connect(lost).then(
            () => undefined,
            (reason: { code?: unknown }) => reason,
          );
          // A number is the code of a CONNACK: the daemon's refusal, after the handshake.
          const isHandshake = error !== undefined && typeof error.code !== 'number';
          return isHandshake && (broker === undefined || /certificate verify failed/i.test(broker.log));
        },
        DELIVERED_MS,
      );
      expect([bystander.drops, bystander.connections]).toEqual([0, 1]);
      await scene.join('newcomer');
    });
  },
  'one',
);
