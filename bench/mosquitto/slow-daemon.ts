/**
 * The whole daemon in a process of its own, with a scripted verifier in place of the cloud, each of whose answers takes its
 * time. Started with `fork`; told who there is, it answers with the path of its socket, and lives until its parent lets go.
 */
import { SystemClock } from '../../src/clock.ts';
import { RunningDaemon } from '../../test/endpoints/support/daemon.ts';
import { ScriptedVerifier } from '../../test/support/scripted-verifier.ts';

export interface SlowDaemonOrder {
  readonly latencyMs: number;
  readonly deviceGroups: object;
  /** Certificate id and thing. */
  readonly devices: readonly (readonly [string, string])[];
}

process.once('message', async ({ latencyMs, deviceGroups, devices }: SlowDaemonOrder) => {
  const verifier = new ScriptedVerifier({ clock: new SystemClock() });
  verifier.latencyMs = latencyMs;
  for (const [certificateId, thing] of devices) {
    verifier.setCertificate(certificateId, 'active');
    verifier.attach(certificateId, thing);
  }
  // Every connection is verified, however often a device comes.
  const security = { revalidateAfterSeconds: 0 };
  const daemon = await RunningDaemon.start({ deviceGroups, security, log: { level: 'warn' } }, verifier);
  process.send?.(daemon.path('broker'));
  process.once('disconnect', () => void daemon.stop());
});
