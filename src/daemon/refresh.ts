/** The refresh of known devices, composed: which verifier it asks, and when it keeps still. */
import type { Clock } from '../clock.ts';
import type { Configuration } from '../config/load.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import { BackgroundRefresh } from '../identity/refresh/background-refresh.ts';
import type { Associations, Surroundings } from '../identity/refresh/ports.ts';
import type { SqliteRegistry } from '../identity/registry/sqlite-registry.ts';
import type { TrustStore } from '../identity/trust.ts';
import type { TrustedClock } from '../identity/trusted-clock.ts';
import type { Cloud } from './cloud.ts';
import { refreshSettings } from './settings.ts';
import type { Telemetry } from './telemetry.ts';

export interface RefreshParts {
  readonly registry: SqliteRegistry;
  readonly trust: TrustStore;
  readonly authenticator: Authenticator;
  readonly trusted: TrustedClock;
  readonly clock: Clock;
  readonly current: () => Configuration;
  /** Undefined: another verifier that is not local. */
  readonly cloud: Cloud | undefined;
  readonly telemetry: Telemetry;
}

const QUIET: Surroundings = { busy: () => false, down: () => false, onUp: () => () => {} };

export function openRefresh(parts: RefreshParts): BackgroundRefresh {
  const { authenticator, clock, cloud, current, registry, telemetry, trust, trusted } = parts;
  const associations = associationsOf(cloud);
  const refresh = new BackgroundRefresh({
    persistence: registry.trust,
    trust,
    confirmations: authenticator.confirmations,
    clock: trusted,
    timer: clock,
    settings: () => refreshSettings(current()),
    surroundings: cloud?.surroundings ?? QUIET,
    log: telemetry.logger,
    ...(associations === undefined ? {} : { associations }),
  });
  refresh.start();
  return refresh;
}

function associationsOf(cloud: Cloud | undefined): Associations | undefined {
  const devices = cloud?.associations;
  return devices === undefined ? undefined : { list: (signal) => devices.list(signal) };
}
