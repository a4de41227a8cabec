/**
 * The whole daemon as a server to be measured (`Serve` of grpc.ts): embedded registry on disk, registered devices with
 * certificates of their own, a policy with the thing's name in it. Limits are raised so that they are not measured.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SystemClock } from '../src/clock.ts';
import { ConfigurationWatcher } from '../src/config/watcher.ts';
import { startDaemon } from '../src/daemon.ts';
import { CertificateParser } from '../src/identity/certificate.ts';
import { openRegistry } from '../src/identity/registry/sqlite-registry.ts';
import { DeviceCaStore } from '../src/pki/authorities/device-ca-store.ts';
import { CertificateIssuer } from '../src/pki/x509/certificate-issuer.ts';
import { compileDeviceGroups } from '../src/policy/device-groups.ts';
import type { Device, Serve } from './grpc.ts';

const DEVICES = 500;
const RESOURCES = 1000;
export const THING = 'sensor-0000';

export const CONFIGURATION = {
  deviceGroups: {
    formatVersion: '2021-03-05',
    definitions: { everyone: { selectionRule: 'thingName: *', policyName: 'own' } },
    policies: {
      own: {
        connect: {
          operations: ['mqtt:connect'],
          resources: ['mqtt:clientId:${iot:Connection.Thing.ThingName}'],
        },
        publish: {
          operations: ['mqtt:publish'],
          resources: ['mqtt:topic:plant/${iot:Connection.Thing.ThingName}/*'],
        },
      },
    },
  },
  performance: { maxActiveAuthTokens: 1_000_000 },
  sessions: { maxPerClientId: 1000 },
  metrics: { listen: '' },
  log: { level: 'error' },
};

export async function enrol(stateDirectory: string): Promise<readonly Device[]> {
  const clock = new SystemClock();
  const registry = await openRegistry({ directory: stateDirectory, clock });
  const parser = new CertificateParser();
  const store = new DeviceCaStore({
    stateDirectory,
    registry,
    issuer: new CertificateIssuer({ clock, isSuspect: () => ({ suspect: false }) }),
    parse: (pem) => parser.parse(pem),
    warn: () => {},
  });
  await store.create({ name: 'bench', keyType: 'EC_P256', validityDays: 30, provisioning: false });
  const devices: Device[] = [];
  for (let index = 0; index < DEVICES; index += 1) {
    const clientId = `sensor-${String(index).padStart(4, '0')}`;
    const { certificatePem } = await store.issue({
      thingName: clientId,
      keyType: 'EC_P256',
      validityDays: 10,
      exclusive: false,
      createThing: true,
    });
    devices.push({ clientId, certificatePem });
  }
  await registry.close();
  return devices;
}

export const serve: Serve = async (socketPath) => {
  const directory = mkdtempSync(join(dirname(socketPath), 'daemon-'));
  const stateDirectory = join(directory, 'state');
  const devices = await enrol(stateDirectory);
  const file = join(directory, 'deviceauthd.json');
  const listener = {
    socket: socketPath,
    operations: ['broker'],
    limits: { maxConcurrentCalls: 100_000, maxCallsPerSecond: 10_000_000 },
  };
  writeFileSync(
    file,
    JSON.stringify({
      ...CONFIGURATION,
      stateDirectory,
      admin: { socket: join(directory, 'admin.sock') },
      listeners: { bench: listener },
    }),
  );
  const clock = new SystemClock();
  const configuration = await ConfigurationWatcher.open({
    file,
    clock,
    validateDeviceGroups: compileDeviceGroups,
  });
  await startDaemon({ configuration, clock });
  // 40 bytes in five levels.
  const resources = Array.from(
    { length: RESOURCES },
    (_, index) => `mqtt:topic:plant/${THING}/a/${String(index).padStart(4, '0')}/temp`,
  );
  return { devices, operation: 'mqtt:publish', resources };
};
