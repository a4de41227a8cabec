/**
 * A storm of connects, publishes (of every session after every step) and revocations, during which the network is cut and restored, the service fails, throttles
 * and stalls, the clock is moved both ways, and the process is killed. What the daemon promises in it, by architecture.md
 * ("Trust, online and offline", "State") and this room's files:
 *
 * Of each question (is this certificate active, is it attached to this thing) the daemon knows what the cloud last told it.
 * 1. A device is let in only if the last that was heard of both its questions was yes, and each yes is younger than the trust
 *    duration. Of its age the time in which a daemon ran always counts; the time in which none ran, unless the wall clock was
 *    set back; a jump ahead may count as well. A kill together with a clock set back may lose the minute before it.
 * 2. A yes that is too old to be taken as it is (`revalidateAfterSeconds`) lets nobody in while the cloud can be asked and says
 *    no; but where too many wait, and at the attempt after one that nobody waited for, trust may answer.
 * 3. A device is refused as itself only if the cloud said no to its question, and not yes since, in this life of the daemon:
 *    while it was asked, or within `negativeCacheSeconds` before.
 * 4. A device of which both questions are surely trusted is let in, whatever the cloud does, and within the deadline: neither
 *    "unavailable" nor "too many wait" ever meets it. With a cloud at its best nobody is told that it is unavailable.
 * 5. "Too many wait" is said only when as many wait.
 * 6. A session lives from its token until a no about its certificate or its attachment is heard, the operator's kick, its close,
 *    or the daemon's end; in this very tick it is over and its broker told. A live one may publish what the policy allows,
 *    and nothing else.
 * 7. A kill loses at most what was heard in the last 250 ms (and what the disk takes to write): whatever is older is trusted
 *    afterwards exactly as it was. A no that was answered to a device is never lost; one that was heard and not yet answered may be.
 *    A daemon that was told to stop loses nothing.
 * 8. What is fresh is not asked again, nor what was refused within `negativeCacheSeconds`.
 * 9. Whoever was revoked has no session once the cloud could be asked for `liveRevalidationSeconds` (and, of a record that was
 *    fresh, `revalidateAfterSeconds`).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { soakRuns } from '../support/runs.ts';
import { DEVICES, Storm } from './support/storm.ts';
import {
  drawing,
  LIVE_REVALIDATION_SECONDS,
  SECOND,
  stormSettings,
  stormSteps,
} from './support/storm-steps.ts';

/** The weather clears, and the cloud is left alone for long enough. */
async function clears(storm: Storm): Promise<void> {
  await storm.take({ kind: 'weather', weather: 'fine', latencyMs: 10, retryAfterMs: undefined });
  await storm.take({ kind: 'pass', ms: (LIVE_REVALIDATION_SECONDS + 60 + 90) * SECOND });
}

describe('a storm', () => {
  it('in which everything fails at random sees no decision that the model forbids', async () => {
    const met = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        stormSettings,
        fc.boolean(),
        stormSteps,
        fc.nat(),
        async (chosen, isKnown, taken, seed) => {
          const storm = new Storm(chosen, drawing(seed));
          await storm.begin();
          for (let each = 0; isKnown && each < DEVICES; each += 1)
            await storm.take({ kind: 'connect', device: each, as: each, patienceMs: 0 });
          if (isKnown) await storm.take({ kind: 'pass', ms: SECOND });
          for (const step of taken) await storm.take(step);
          await clears(storm);
          for (let each = 0; each < DEVICES; each += 1) {
            const isGood = storm.isGood(each);
            if (!isGood) expect(storm.hasSession(each), 'a revoked device still has a session').toBe(false);
            await storm.take({ kind: 'connect', device: each, as: each, patienceMs: 0 });
            await storm.take({ kind: 'pass', ms: 5 * SECOND });
            expect(storm.hasSession(each), 'a device after the storm').toBe(isGood);
          }
          await storm.end();
          for (const [what, times] of Object.entries(storm.model.seen))
            met.set(what, (met.get(what) ?? 0) + times);
        },
      ),
      soakRuns(1_000),
    );
    for (const [what, times] of met) expect(times, `how often it met ${what}`).toBeGreaterThan(5);
  }, 600_000);
});
