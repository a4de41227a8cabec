/**
 * Messages a second, and the broker's processor time a message, of every variant beside none:
 * `npm run bench -- mosquitto messages`. All brokers run at once and are asked in turn, there and back again, so that a
 * pair of figures is of the same second. The processor time is the quieter figure: it leaves out what waits.
 */
import type { MosquittoRelease } from '../../test/e2e/support/mosquitto-broker.ts';
import type { Row } from '../row.ts';
import type { MeasuredBroker } from './broker.ts';
import type { Load, Qos } from './load.ts';
import type { Plan } from './plan.ts';
import { leaveBrokerCore } from './processor.ts';
import { Site } from './site.ts';
import { interval, median, ratio, sum } from './statistics.ts';
import type { Variant } from './variants.ts';

const PAIRS = 10;
/** Of one slice; a pair has two. */
const SLICE_SECONDS = 0.3;
const WARM = 3_000;

interface Measured {
  readonly variant: Variant;
  readonly broker: MeasuredBroker;
  readonly load: Load;
  /** A pair's each, in seconds a message. */
  readonly wall: number[];
  readonly processor: number[];
}

export async function run(plan: Plan): Promise<readonly Row[]> {
  leaveBrokerCore();
  await using site = await Site.open();
  const rows: Row[] = [];
  for (const release of plan.releases) {
    for (const tls of plan.transports) {
      for (const qos of plan.qualities) {
        const name = `${release.series}, ${tls ? 'mutual TLS' : 'plain'}, QoS ${qos}`;
        rows.push(...(await compare(name, site, release, tls, qos, plan.quick ? 2 : PAIRS)));
      }
    }
  }
  return rows;
}

async function compare(
  name: string,
  site: Site,
  release: MosquittoRelease,
  tls: boolean,
  qos: Qos,
  pairs: number,
): Promise<Row[]> {
  const all: Measured[] = [];
  try {
    for (const variant of site.variants) {
      const broker = await site.start(release, tls, variant, { bound: true });
      all.push({ variant, broker, load: await site.load(broker, variant, qos), wall: [], processor: [] });
    }
    let slice = 0;
    for (const each of all) {
      slice = Math.max(slice, Math.round((SLICE_SECONDS * WARM) / (await publish(each, WARM))));
    }
    for (let pair = 0; pair < pairs; pair += 1) await measure(all, slice, pair);
  } finally {
    for (const { load, broker } of all) {
      await load.stop();
      await broker.stop();
    }
  }
  const [baseline] = all;
  return baseline === undefined ? [] : all.flatMap((each) => rowsOf(name, each, baseline));
}

async function publish({ variant, broker, load }: Measured, messages: number): Promise<number> {
  try {
    return await load.run(messages);
  } catch (error) {
    throw new Error(`${variant.name}:\n${broker.log}`, { cause: error });
  }
}

/** One figure of each; the first to be asked is another one every time. */
async function measure(all: readonly Measured[], messages: number, first: number): Promise<void> {
  const order = all.map((_, index) => all[(first + index) % all.length] as Measured);
  const slices = new Map(all.map((each) => [each, { wall: 0, processor: 0 }]));
  for (const each of [...order, ...order.toReversed()]) {
    const slice = slices.get(each);
    if (slice === undefined) continue;
    const before = each.broker.processorTime();
    slice.wall += await publish(each, messages);
    slice.processor += each.broker.processorTime() - before;
  }
  for (const [each, { wall, processor }] of slices) {
    each.wall.push(wall / messages / 2);
    each.processor.push(processor / messages / 2);
  }
}

function rowsOf(name: string, measured: Measured, baseline: Measured): Row[] {
  const { variant, wall, processor } = measured;
  const busy = sum(processor) / sum(wall);
  const title = `${name}, ${variant.name}`;
  const rate = `${Math.round(1 / median(wall)).toLocaleString('en-US')}/s`;
  const cost = `${(1e6 * median(processor)).toFixed(2)} µs`;
  const note = `broker busy ${Math.round(100 * busy)} %`;
  if (measured === baseline) {
    return [
      { name: title, value: 1 / median(wall), unit: 'messages/s', note },
      { name: `${title}: CPU`, value: 1e6 * median(processor), unit: 'µs a message' },
    ];
  }
  const throughput = ratio(baseline.wall, wall);
  const price = ratio(processor, baseline.processor);
  return [
    {
      name: title,
      value: throughput.mean,
      unit: '× messages/s of none',
      note: `${interval(throughput)}; ${rate}; ${note}`,
    },
    {
      name: `${title}: CPU`,
      value: price.mean,
      unit: '× of none',
      note: `${interval(price)}; ${cost} a message; its inverse ${(1 / price.mean).toFixed(3)}`,
    },
  ];
}
