/**
 * What the plugin adds to the broker's memory, with no client and with 1,000 over mutual TLS:
 * `npm run bench -- mosquitto memory`. Resident memory counts pages of libraries that other processes may share; what is
 * private and written to is this broker's alone.
 */
import type { Socket } from 'node:net';
import type { MosquittoRelease } from '../../test/e2e/support/mosquitto-broker.ts';
import type { Row } from '../row.ts';
import { connectPatiently } from './mqtt-connection.ts';
import type { Plan } from './plan.ts';
import { type Memory, memory } from './processor.ts';
import { Site } from './site.ts';
import { NONE, type Variant } from './variants.ts';

/** Freed memory is given back after a while. */
const SETTLE_MS = 1_500;

interface Measured {
  readonly empty: Memory;
  readonly full: Memory;
}

export async function run(plan: Plan): Promise<readonly Row[]> {
  const clients = plan.quick ? 100 : 1_000;
  const devices = ['fifty', 'thing'].flatMap((things) =>
    Array.from({ length: clients }, (_, i) => `${things}-${i}`),
  );
  await using site = await Site.open(devices);
  const rows: Row[] = [];
  for (const release of plan.releases) {
    const without = await measure(site, release, NONE, devices.slice(0, clients));
    for (const variant of site.variants.filter(({ name }) => name.startsWith('deviceauthd'))) {
      const things = variant.publisher.split('-')[0] ?? '';
      const own = devices.filter((device) => device.startsWith(`${things}-`));
      const withUs = await measure(site, release, variant, own);
      rows.push(...rowsOf(`${release.series}, ${variant.name}`, clients, without, withUs));
    }
  }
  return rows;
}

function rowsOf(name: string, clients: number, without: Measured, withUs: Measured): Row[] {
  const row = (state: keyof Measured, figure: keyof Memory, what: string): Row => {
    const [ours, theirs] = [withUs[state][figure] / 1024, without[state][figure] / 1024];
    const note = `${ours.toFixed(1)} beside ${theirs.toFixed(1)}`;
    return { name: `${name}: ${what}`, value: ours - theirs, unit: 'MiB more', note };
  };
  return [
    row('empty', 'residentKiB', 'resident, no client'),
    row('empty', 'privateDirtyKiB', 'private, no client'),
    row('full', 'residentKiB', `resident, ${clients} clients`),
    row('full', 'privateDirtyKiB', `private, ${clients} clients`),
  ];
}

async function measure(
  site: Site,
  release: MosquittoRelease,
  variant: Variant,
  devices: readonly string[],
): Promise<Measured> {
  const broker = await site.start(release, true, variant);
  const sockets: Socket[] = [];
  try {
    await settled();
    const empty = memory(broker.pid);
    for (const device of devices) {
      sockets.push(await connectPatiently(site.endpoint(broker), device));
    }
    await settled();
    return { empty, full: memory(broker.pid) };
  } finally {
    for (const socket of sockets) socket.destroy();
    await broker.stop();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
