/** The rooms as the admin service wants them: names of fields, defaults of the configuration, the audit of changes. */
import type { JobStatus } from '../cloud/status.ts';
import type { Configuration } from '../config/load.ts';
import type { ConfigurationWatcher } from '../config/watcher.ts';
import type {
  AdminCloud,
  AdminConfiguration,
  AdminSessions,
  AuditedChange,
  CertificateIssuing,
  DeviceCas,
} from '../endpoints/admin/admin-ports.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { DeviceCaRecord, RegistryStore } from '../identity/registry/store.ts';
import type { DeviceCaStore } from '../pki/authorities/device-ca-store.ts';
import type { DeviceCaBundle } from '../pki/revocation/device-ca-bundle.ts';
import type { PolicyEngine } from '../policy/policy-engine.ts';
import type { SessionService } from '../sessions/session-service.ts';
import type { AuditEvent, AuditLog } from '../telemetry/audit.ts';
import type { Cloud } from './cloud.ts';

const DEVICE_CA_VALIDITY_DAYS = 3650;

const KINDS: Readonly<Record<string, AuditEvent['kind']>> = {
  session: 'session',
  configuration: 'configuration',
  clock: 'clock',
  backup: 'daemon',
  cloud: 'daemon',
  connectivity: 'daemon',
  component: 'daemon',
  'server-ca': 'certificate',
  'server-certificate': 'certificate',
};

export function deviceCasOf(
  store: DeviceCaStore,
  registry: RegistryStore,
  crls: Pick<DeviceCaBundle, 'crlPem'>,
): DeviceCas {
  const recordOf = async (name: string): Promise<DeviceCaRecord> => {
    const found = (await registry.deviceCas()).find((ca) => ca.name === name);
    if (found === undefined) throw new Error(`the device CA ${name} vanished while it was made`);
    return found;
  };
  return {
    create: async ({ validityDays = DEVICE_CA_VALIDITY_DAYS, ...request }) => {
      await store.create({ ...request, validityDays });
      return recordOf(request.name);
    },
    register: async (request) => {
      await store.register(request);
      return recordOf(request.name);
    },
    remove: async (name) => {
      await store.remove(name);
    },
    crlPem: (name) => crls.crlPem(name),
  };
}

export function issuerOf(store: DeviceCaStore, configuration: () => Configuration): CertificateIssuing {
  return {
    issue: async ({ validityDays, deviceCa, ...request }) => {
      const { caPem, ...issued } = await store.issue({
        ...request,
        ...(deviceCa === undefined ? {} : { deviceCa }),
        validityDays: validityDays ?? configuration().certificates.deviceCertificateValidityDays,
      });
      return { ...issued, caCertificatePem: caPem };
    },
  };
}

export function sessionsOf(sessions: SessionService, policy: PolicyEngine): AdminSessions {
  return {
    list: (page) => sessions.list(page),
    revoke: (filter, correlationId) => sessions.revoke(filter, correlationId),
    stats: () => ({ ...sessions.stats(), grantSets: policy.setCount }),
    brokers: () => sessions.brokers(),
  };
}

export function cloudOf(
  cloud: Cloud,
  authenticator: Pick<Authenticator, 'forgetRefusals'>,
  refresh: { trigger(): unknown; status(): JobStatus } | undefined,
): AdminCloud {
  const { publication } = cloud;
  return {
    status: () => cloud.status(refresh?.status()),
    refresh: () => {
      authenticator.forgetRefusals();
      cloud.refresh();
      refresh?.trigger();
    },
    publishAddresses: publication && ((signal) => publication.publish(signal)),
  };
}

export function configurationOf(watcher: ConfigurationWatcher): AdminConfiguration {
  return {
    view: () => watcher.status,
    reload: async () => {
      await watcher.reload();
    },
  };
}

export function auditOf(audit: AuditLog): { changed(change: AuditedChange): void } {
  return {
    changed: ({ action, correlationId, subject }) => {
      const noun = action.split('.')[0] ?? '';
      const kind = KINDS[noun] ?? 'registry';
      audit.record({ kind, action, correlationId, fields: subject });
    },
  };
}
