import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../e2e/support/until.ts';
import type { Caller } from '../endpoints/support/caller.ts';
import { RunningDaemon } from '../endpoints/support/daemon.ts';
import { CertificateMaker, type TestCertificate } from '../support/certificates.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ScriptedVerifier } from '../support/scripted-verifier.ts';

const maker = new CertificateMaker();
const pump = maker.make({ subject: 'pump' });
const lamp = maker.make({ subject: 'lamp' });

describe('the refresh of a running daemon', () => {
  let clock: ManualClock;
  let verifier: ScriptedVerifier;
  let daemon: RunningDaemon;
  let broker: Caller;

  beforeEach(async () => {
    clock = new ManualClock(Date.now());
    verifier = new ScriptedVerifier({ clock });
    const security = {
      clientDeviceTrustDurationMinutes: 60,
      revalidateAfterSeconds: 0,
      liveRevalidationSeconds: 7 * 86_400,
    };
    daemon = await RunningDaemon.start({ security, cloud: { refreshIntervalHours: 1 } }, verifier, clock);
    broker = daemon.caller('broker');
  });
  afterEach(() => daemon.stop());

  async function connected(thing: string, { id, pem }: TestCertificate): Promise<string> {
    verifier.setCertificate(id, 'active');
    verifier.attach(id, thing);
    const credential = { mqttCredential: { clientId: thing, certificatePem: pem } };
    const { clientDeviceAuthToken } = await broker.call('GetClientDeviceAuthToken', { credential });
    return clientDeviceAuthToken;
  }

  async function isLive(clientDeviceAuthToken: string): Promise<boolean> {
    const action = { clientDeviceAuthToken, operation: 'mqtt:publish', resource: 'mqtt:topic:a' };
    return await broker.call('AuthorizeClientDeviceAction', action).then(
      () => true,
      (error: Error) => {
        if (error.message.includes('INVALID_CLIENT_DEVICE_AUTH_TOKEN')) return false;
        throw error;
      },
    );
  }

  /** Its questions are paced, so time has to pass for each. */
  function timePassesUntil(what: string, look: () => boolean | Promise<boolean>): Promise<boolean> {
    return until(what, () => {
      clock.advance(1_000);
      return look();
    });
  }

  it('ends the session of a device whose certificate was revoked meanwhile, and no other', async () => {
    const [pumps, lamps] = [await connected('pump', pump), await connected('lamp', lamp)];
    verifier.setCertificate(pump.id, 'CERTIFICATE_REVOKED');
    await timePassesUntil('the session is ended', async () => !(await isLive(pumps)));
    expect(await isLive(lamps)).toBe(true);
  });

  it('ends the session of a device whose certificate was detached from its thing', async () => {
    const token = await connected('pump', pump);
    verifier.detach(pump.id, 'pump');
    await timePassesUntil('the session is ended', async () => !(await isLive(token)));
  });
});
