/** What a storm is made of: the settings of its daemon, single steps, and runs of steps that chance alone would seldom put together. */
import fc from 'fast-check';
import { DEVICES, type Step } from './storm.ts';
import type { StormSettings } from './storm-daemon.ts';

export const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 1_440 * MINUTE;
export const LIVE_REVALIDATION_SECONDS = 300;

export const stormSettings: fc.Arbitrary<StormSettings> = fc
  .record({
    workers: fc.constantFrom(1, 2, 8),
    size: fc.constantFrom(1, 3, 100),
    requestsPerSecond: fc.constantFrom(0, 5),
    negativeCacheSeconds: fc.constantFrom(0, 30),
    revalidateAfterSeconds: fc.constantFrom(0, 60),
    trustDurationMinutes: fc.constantFrom(1, 10, 60),
    intervalHours: fc.constantFrom(0, 1),
    writeMs: fc.constantFrom(0, 5, 150),
  })
  .map(({ intervalHours, size, workers, requestsPerSecond, writeMs, ...identity }) => ({
    requests: { size, workers, requestsPerSecond, timeoutSeconds: 10 },
    identity: { clientIdRule: 'exact', clockSkewSeconds: 0, verificationDeadlineSeconds: 30, ...identity },
    sessions: {
      maxActiveAuthTokens: 10_000,
      minimumHeldSeconds: 60,
      maxPerClientId: 10_000,
      outageGraceSeconds: 300,
      liveRevalidationSeconds: LIVE_REVALIDATION_SECONDS,
    },
    refresh: { intervalHours, questionsPerSecond: 0.5 * requestsPerSecond },
    writeMs,
  }));

const device = fc.nat(DEVICES - 1);
const which = fc.nat(50);
/** Its own thing mostly, another's, nobody's. */
const connects = fc
  .record({
    device,
    as: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(DEVICES) }),
    patienceMs: fc.constantFrom(0, 0, 0, 500, 5_000),
  })
  .map(({ device, as = device, patienceMs }) => ({ kind: 'connect' as const, device, as, patienceMs }));
/** The cloud says yes more often than no. */
const yes = fc.constantFrom(true, true, false);
const passes = fc
  .oneof(
    { weight: 3, arbitrary: fc.nat(300) },
    { weight: 2, arbitrary: fc.nat(5 * SECOND) },
    { weight: 2, arbitrary: fc.nat(2 * MINUTE) },
    { weight: 3, arbitrary: fc.integer({ min: MINUTE, max: 9 * MINUTE }) },
    { weight: 1, arbitrary: fc.integer({ min: 9 * MINUTE, max: 70 * MINUTE }) },
  )
  .map((ms) => ({ kind: 'pass' as const, ms }));
const moves = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -10 * MINUTE, max: 10 * MINUTE }) },
  { weight: 1, arbitrary: fc.integer({ min: -3 * DAY, max: 3 * DAY }) },
);
const downMs = fc.oneof(fc.nat(2 * SECOND), fc.nat(20 * MINUTE));

const single: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: connects },
  { weight: 8, arbitrary: passes },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('close'), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('certificate'), device, active: yes }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('attachment'),
      device,
      as: fc.nat(DEVICES - 1),
      attached: yes,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kick'), device }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('weather'),
      weather: fc.constantFrom(
        'fine',
        'fine',
        'fine',
        'cut',
        'cut',
        'cut',
        'failing',
        'throttling',
        'stalling',
      ),
      latencyMs: fc.constantFrom(0, 10, 10, 200, 3 * SECOND, 12 * SECOND),
      retryAfterMs: fc.constantFrom(undefined, SECOND, 20 * SECOND),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('clock'), ms: moves }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill'), landed: fc.boolean(), downMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart'), downMs }) },
);

const FINE = { kind: 'weather', weather: 'fine', latencyMs: 10, retryAfterMs: undefined } as const;
const CUT = { ...FINE, weather: 'cut' } as const;
const connecting = (device: number, as = device): Step => ({ kind: 'connect', device, as, patienceMs: 0 });
const passing = (ms: number): Step => ({ kind: 'pass', ms });

/** A device is let in or refused, and soon after there is a kill and no network. */
const killedAfter = fc
  .record({
    device,
    about: fc.constantFrom('nothing', 'certificate', 'attachment'),
    asksAgain: fc.option(fc.record({ afterMs: fc.nat(200), as: fc.nat(DEVICES) })),
    afterMs: fc.nat(600),
    landed: fc.boolean(),
  })
  .map(({ device, about, asksAgain, afterMs, landed }): readonly Step[] => [
    FINE,
    ...(about === 'certificate' ? [{ kind: about, device, active: false } as const] : []),
    ...(about === 'attachment' ? [{ kind: about, device, as: device, attached: false } as const] : []),
    connecting(device),
    ...(asksAgain === null ? [] : [passing(asksAgain.afterMs), connecting(device, asksAgain.as)]),
    passing(afterMs),
    { kind: 'kill', landed, downMs: 100 },
    CUT,
    connecting(device),
    passing(SECOND),
  ]);

/** A certificate is refused while the answer about its attachment is on its way. */
const crossed = fc
  .record({
    device,
    as: fc.nat(DEVICES),
    slowMs: fc.integer({ min: 200, max: 3_000 }),
    betweenMs: fc.nat(500),
  })
  .map(({ device, as, slowMs, betweenMs }): readonly Step[] => [
    { ...FINE, latencyMs: slowMs },
    connecting(device),
    passing(slowMs + betweenMs),
    { kind: 'certificate', device, active: false },
    FINE,
    connecting(device, as),
    passing(2 * slowMs),
  ]);

export const stormSteps: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.oneof(
      { weight: 30, arbitrary: single.map((step): readonly Step[] => [step]) },
      { weight: 1, arbitrary: killedAfter },
      { weight: 1, arbitrary: crossed },
    ),
    { maxLength: 100, size: 'max' },
  )
  .map((parts) => parts.flat());

/** A random source that a case holds, so that it comes out the same again. */
export function drawing(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
