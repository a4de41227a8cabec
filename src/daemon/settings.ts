/** What rooms live by, taken from the configuration in force each time it is asked for. */
import type { RequestSettings } from '../cloud/request-queue.ts';
import type { Configuration } from '../config/load.ts';
import type { DiscoveredCore } from '../endpoints/discovery/discovery-resource.ts';
import type { IdentitySettings } from '../identity/confirmations.ts';
import type { RefreshSettings } from '../identity/refresh/ports.ts';
import type { SessionSettings } from '../sessions/ports.ts';

export function identitySettings({ cloud, security }: Configuration): IdentitySettings {
  return {
    clientIdRule: security.clientIdRule,
    clockSkewSeconds: security.clockSkewSeconds,
    negativeCacheSeconds: cloud.negativeCacheSeconds,
    revalidateAfterSeconds: security.revalidateAfterSeconds,
    trustDurationMinutes: security.clientDeviceTrustDurationMinutes,
    verificationDeadlineSeconds: cloud.verificationDeadlineSeconds,
  };
}

export function requestSettings({ cloud, performance }: Configuration): RequestSettings {
  return {
    size: performance.cloudRequestQueueSize,
    workers: performance.maxConcurrentCloudRequests,
    requestsPerSecond: cloud.requestsPerSecond,
    timeoutSeconds: cloud.requestTimeoutSeconds,
  };
}

/** The refresh leaves half of the rate to devices; where there is no limit it asks for ten things a second. */
export function refreshSettings({ cloud, security }: Configuration): RefreshSettings {
  return {
    intervalHours: cloud.refreshIntervalHours,
    forgetUnassociated: cloud.forgetUnassociated,
    questionsPerSecond: cloud.requestsPerSecond === 0 ? 10 : Math.max(0.5, cloud.requestsPerSecond / 2),
    clockSkewSeconds: security.clockSkewSeconds,
    trustDurationMinutes: security.clientDeviceTrustDurationMinutes,
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

/** Under which name this daemon is a core device to the cloud. A host name becomes a thing name. */
export function coreThingName({ cloud, discovery }: Configuration, hostName: string): string {
  return cloud.coreThingName ?? discovery.coreName ?? thingNameOf(hostName);
}

/** What discovery tells of this core, its addresses and CAs aside. A host name becomes a thing name. */
export function discoveredCore(
  { discovery }: Configuration,
  hostName: string,
): Pick<DiscoveredCore, 'groupId' | 'thingArn'> {
  const { coreName = thingNameOf(hostName) } = discovery;
  return {
    groupId: discovery.groupId ?? `greengrassV2-coreDevice-${coreName}`,
    thingArn: discovery.thingArn ?? `arn:aws:iot:local:000000000000:thing/${coreName}`,
  };
}

function thingNameOf(hostName: string): string {
  return hostName.replace(/[^A-Za-z0-9:_-]/g, '-').slice(0, 128) || 'core';
}
