/**
 * User instructions of the broker a message (one published, one delivered, QoS 0), counted by callgrind, which no noise
 * moves: `npm run bench -- mosquitto instructions`. All threads of the broker are counted.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MosquittoRelease } from '../../test/e2e/support/mosquitto-broker.ts';
import type { Row } from '../row.ts';
import type { MeasuredBroker } from './broker.ts';
import type { Plan } from './plan.ts';
import { Site } from './site.ts';
import type { Variant } from './variants.ts';

const CALLGRIND = ['valgrind', '--tool=callgrind', '--instr-atstart=no', '--fair-sched=try'];
const WARM = 2_000;

export async function run(plan: Plan): Promise<readonly Row[]> {
  await using site = await Site.open();
  const rows: Row[] = [];
  for (const release of plan.releases) {
    for (const tls of plan.transports) {
      let baseline = Number.NaN;
      for (const variant of site.variants) {
        const count = await instructions(site, release, tls, variant, plan.quick ? 2_000 : 20_000);
        if (!variant.hasRules) baseline = count;
        const note = variant.hasRules
          ? `${(count / baseline).toFixed(3)} of none, ${Math.round(count - baseline)} more`
          : '';
        rows.push({
          name: `${release.series}, ${tls ? 'mutual TLS' : 'plain'}, ${variant.name}`,
          value: count,
          unit: 'instructions a message',
          ...(note === '' ? {} : { note }),
        });
      }
    }
  }
  return rows;
}

async function instructions(
  site: Site,
  release: MosquittoRelease,
  tls: boolean,
  variant: Variant,
  messages: number,
): Promise<number> {
  const under = (directory: string) => [...CALLGRIND, `--callgrind-out-file=${directory}/callgrind`];
  const broker = await site.start(release, tls, variant, { under });
  try {
    const load = await site.load(broker, variant, 0);
    await control(broker, '--instr=on');
    await load.run(WARM);
    await control(broker, '--zero');
    await load.run(messages);
    await control(broker, '--dump');
    await load.stop();
    return counted(broker.directory) / messages;
  } finally {
    await broker.stop();
  }
}

async function control(broker: MeasuredBroker, command: string): Promise<void> {
  await promisify(execFile)('callgrind_control', [command, `${broker.pid}`]);
}

/** Of the dump that was asked for. */
function counted(directory: string): number {
  const [dump] = readdirSync(directory).filter((name) => /^callgrind\.\d+$/.test(name));
  if (dump === undefined) throw new Error('callgrind left no dump');
  const totals = /^(?:totals|summary): (\d+)/m.exec(readFileSync(join(directory, dump), 'utf8'));
  if (totals === null) throw new Error('the dump has no totals');
  return Number(totals[1]);
}
