import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CertificateMaker } from '../support/certificates.ts';
import { Device } from './support/device.ts';
import { MosquittoBroker } from './support/mosquitto-broker.ts';
import { onSeries } from './support/scene.ts';
import { until } from './support/until.ts';

const SOURCE = fileURLToPath(new URL('support/naive-plugin.c', import.meta.url));

onSeries(
  '2.1',
  'a plugin that matches delayed verdicts to client ids (not ours; ours is in delayed-verdict.test.ts)',
  (kind) => {
    it('lets a second device in by the verdict about the first', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'dan-'));
      const plugin = join(directory, 'naive.so');
      const headers = join(dirname(dirname(kind.release.binary)), 'include');
      execFileSync('gcc', ['-shared', '-fPIC', '-Wall', '-I', headers, '-o', plugin, SOURCE]);
      const maker = new CertificateMaker();
      const ca = maker.ca('device CA');
      const [good, bad] = [
        maker.make({ subject: 'wanted', issuer: ca }),
        maker.make({ subject: 'bad', issuer: ca }),
      ];
      const verdict = join(directory, 'verdict');
      const broker = await MosquittoBroker.start(kind.release, {
        socket: '',
        deviceCas: [ca.pem],
        plugin,
        pluginOptions: { verdict },
      });
      const devices: Device[] = [];
      const connect = (certificate: typeof good) => {
        const identity = { certificatePem: certificate.pem, privateKeyPem: certificate.keyPem };
        const device = new Device(broker, identity, { clientId: 'wanted', protocolVersion: kind.mqtt });
        devices.push(device);
        return device;
      };
      const waiting = () => broker.log.match(/naive: waiting/g)?.length ?? 0;
      try {
        const first = connect(good);
        await until('the first waits', () => waiting() === 1);
        first.vanish();
        let second = connect(bad);
        await until('the second waits', () => {
          if (second.drops > 0) second = connect(bad);
          return waiting() === 2;
        });
        writeFileSync(`${verdict}.new`, 'wanted');
        renameSync(`${verdict}.new`, verdict);
        await second.connected();
        expect(second.connections).toBe(1);
      } finally {
        for (const device of devices) device.client.end(true);
        await broker.stop();
        rmSync(directory, { recursive: true, force: true });
      }
    });
  },
  5,
);
