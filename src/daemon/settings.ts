/** What rooms live by, taken from the configuration in force each time it is asked for. */
import type { Configuration } from '../config/load.ts';
import type { IdentitySettings } from '../identity/confirmations.ts';
import type { SessionSettings } from '../sessions/ports.ts';

export function identitySettings({ cloud, security }: Configuration): IdentitySettings {
  return {
    clientIdRule: security.clientIdRule,
    clockSkewSeconds: security.clockSkewSeconds,
    revalidateAfterSeconds: security.revalidateAfterSeconds,
    trustDurationMinutes: security.clientDeviceTrustDurationMinutes,
    verificationDeadlineSeconds: cloud.verificationDeadlineSeconds,
  };
}

export function sessionSettings({ performance, security, sessions }: Configuration): SessionSettings {
  return {
    maxActiveAuthTokens: performance.maxActiveAuthTokens,
    minimumHeldSeconds: sessions.minimumHeldSeconds,
    maxPerClientId: sessions.maxPerClientId,
    outageGraceSeconds: security.outageGraceSeconds,
    liveRevalidationSeconds: security.liveRevalidationSeconds,
  };
}
