/**
 * Connections a second over mutual TLS, with the plugin and without: `npm run bench -- mosquitto connections`. Every one is
 * a full handshake with EC P-256 certificates, CONNECT, CONNACK, DISCONNECT. Both brokers run at once and are asked in
 * turn. A refusal for now (2.0 waits for the daemon no longer than it may) is tried again, and counted.
 */
import type { MosquittoRelease } from '../../test/e2e/support/mosquitto-broker.ts';
import type { Row } from '../row.ts';
import type { MeasuredBroker } from './broker.ts';
import type { Generator } from './generator.ts';
import type { Plan } from './plan.ts';
import { Site } from './site.ts';
import { interval, median, ratio, sum } from './statistics.ts';
import { NONE, OURS_NAME, type Variant } from './variants.ts';

const DEVICES = Array.from({ length: 200 }, (_, i) => `fifty-${i}`);
const PAIRS = 10;
/** Of one slice; a pair has two of each. */
const SLICE = 250;
const AT_ONCE = 16;

interface Measured {
  readonly broker: MeasuredBroker;
  readonly generator: Generator;
  /** A pair's each, in seconds a connection. */
  readonly wall: number[];
  readonly processor: number[];
  refused: number;
}

export async function run(plan: Plan): Promise<readonly Row[]> {
  await using site = await Site.open(DEVICES);
  const rows: Row[] = [];
  for (const release of plan.releases) rows.push(...(await compare(site, release, plan.quick)));
  return rows;
}

async function compare(site: Site, release: MosquittoRelease, quick: boolean): Promise<Row[]> {
  const ours = site.variants.find(({ name }) => name === OURS_NAME);
  if (ours === undefined) throw new Error(`there is no ${OURS_NAME}`);
  const without = await start(site, release, NONE);
  const withUs = await start(site, release, ours);
  try {
    for (const each of [without, withUs]) await connect(each, SLICE);
    for (const each of [without, withUs]) each.refused = 0;
    for (let pair = 0; pair < (quick ? 2 : PAIRS); pair += 1) {
      const order = pair % 2 === 0 ? [without, withUs] : [withUs, without];
      await measure(order);
    }
  } finally {
    for (const { broker, generator } of [without, withUs]) {
      await generator.stop();
      await broker.stop();
    }
  }
  const rate = ratio(without.wall, withUs.wall);
  const cost = ratio(withUs.processor, without.processor);
  const busy = (each: Measured) =>
    `broker busy ${Math.round((100 * sum(each.processor)) / sum(each.wall))} %`;
  const attempts = 2 * SLICE * withUs.wall.length;
  const milliseconds = (each: Measured) => 1e3 * median(each.processor);
  return [
    {
      name: `${release.series}, none`,
      value: 1 / median(without.wall),
      unit: 'connections/s',
      note: busy(without),
    },
    {
      name: `${release.series}, deviceauthd`,
      value: rate.mean,
      unit: '× connections/s of none',
      note: `${interval(rate)}; aim: 0.85; ${busy(withUs)}; ${withUs.refused} of ${attempts} refused at first`,
    },
    { name: `${release.series}, none: CPU`, value: milliseconds(without), unit: 'ms a connection' },
    {
      name: `${release.series}, deviceauthd: CPU`,
      value: cost.mean,
      unit: '× of none',
      note: `${interval(cost)}; ${milliseconds(withUs).toFixed(2)} ms; its inverse ${(1 / cost.mean).toFixed(3)}`,
    },
  ];
}

async function start(site: Site, release: MosquittoRelease, variant: Variant): Promise<Measured> {
  const broker = await site.start(release, true, variant);
  const generator = site.connections(broker, DEVICES, AT_ONCE);
  return { broker, generator, wall: [], processor: [], refused: 0 };
}

async function measure(order: readonly Measured[]): Promise<void> {
  const slices = new Map(order.map((each) => [each, { wall: 0, processor: 0 }]));
  for (const each of [...order, ...order.toReversed()]) {
    const slice = slices.get(each);
    if (slice === undefined) continue;
    const before = each.broker.processorTime();
    slice.wall += await connect(each, SLICE);
    slice.processor += each.broker.processorTime() - before;
  }
  for (const [each, { wall, processor }] of slices) {
    each.wall.push(wall / SLICE / 2);
    each.processor.push(processor / SLICE / 2);
  }
}

/** So many accepted connections; the seconds they took. */
async function connect(measured: Measured, count: number): Promise<number> {
  const [nanoseconds = Number.NaN, refused = 0] = await measured.generator.run(count);
  measured.refused += refused;
  return nanoseconds / 1e9;
}
