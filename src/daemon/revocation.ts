/**
 * Revocation, composed: the CRLs of device CAs, those made here and those from files, and where they count: at
 * authentication, for live sessions, and in what brokers are given.
 */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Configuration } from '../config/load.ts';
import type { ConfigurationWatcher } from '../config/watcher.ts';
import type { SqliteRegistry } from '../identity/registry/sqlite-registry.ts';
import { CrlRevocations } from '../identity/revocations.ts';
import type { TrustedClock } from '../identity/trusted-clock.ts';
import type { DeviceCaStore } from '../pki/authorities/device-ca-store.ts';
import { DeviceCaBundle } from '../pki/revocation/device-ca-bundle.ts';
import { type DeviceCaWithCrl, ExternalCrls } from '../pki/revocation/external-crls.ts';
import type { CertificateIssuer } from '../pki/x509/certificate-issuer.ts';
import { CrlIssuer } from '../pki/x509/crl.ts';
import type { SessionService } from '../sessions/session-service.ts';
import type { Stack } from './stack.ts';
import type { Telemetry } from './telemetry.ts';

export interface RevocationOptions {
  readonly stateDirectory: string;
  readonly configuration: ConfigurationWatcher;
  readonly registry: SqliteRegistry;
  readonly trusted: TrustedClock;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly stack: Stack;
}

/** Before anybody is let in: what external CAs have revoked. */
export async function openRevocations(options: RevocationOptions): Promise<{
  readonly revocations: CrlRevocations;
  readonly external: ExternalCrls;
}> {
  const { clock, configuration, registry, stack, stateDirectory, telemetry, trusted } = options;
  const { findings, logger } = telemetry;
  const current = (): Configuration => configuration.current;
  const external = await ExternalCrls.open({
    directory: join(stateDirectory, 'crls', 'external'),
    registry,
    files: () => current().certificates.deviceCaCrls,
    clock: trusted,
    timer: clock,
    findings,
    warn: (message) => logger.warn(message),
    onFault: (what, err) => logger.error({ err }, what),
  });
  stack.push(() => external.stop());
  const revocations = new CrlRevocations({
    clock: trusted,
    expiredCrl: () => current().certificates.expiredCrl,
    clockSkewMs: () => current().security.clockSkewSeconds * 1_000,
  });
  const apply = (): void => revocations.replace(external.list().map(withSubject));
  apply();
  stack.push(external.onChange(apply));
  stack.push(
    configuration.onChange((_, changedPaths) => {
      if (changedPaths.some((path) => path.startsWith('certificates'))) external.settingsChanged();
    }),
  );
  return { revocations, external };
}

/** To be called after `openRevocations`, so that what is told here is in force already. */
export function endRevokedSessions(
  { revocations, external }: Awaited<ReturnType<typeof openRevocations>>,
  sessions: SessionService,
  { logger }: Telemetry,
): () => unknown {
  return external.onChange(() => {
    sessions
      .crlsChanged((certificate) => {
        const why = revocations.revoked(certificate);
        return why === undefined ? undefined : `${why.reason}: ${why.message}`;
      })
      .catch((err: unknown) => logger.error({ err }, 'not every session was held against the new CRL'));
  });
}

/** What brokers are given. */
export async function openDeviceCaBundle(
  { clock, configuration, registry, stack, stateDirectory, telemetry, trusted }: RevocationOptions,
  external: ExternalCrls,
  deviceCas: DeviceCaStore,
  issuer: CertificateIssuer,
): Promise<DeviceCaBundle> {
  const { findings, logger } = telemetry;
  const bundle = await DeviceCaBundle.open({
    directory: join(stateDirectory, 'crls', 'own'),
    registry,
    authority: (name) => deviceCas.authority(name),
    issuer: new CrlIssuer({ issuer, clock: trusted }),
    external,
    validitySeconds: () => configuration.current.certificates.crlValiditySeconds,
    clock: trusted,
    timer: clock,
    findings,
    warn: (message) => logger.warn(message),
    onFault: (what, err) => logger.error({ err }, what),
  });
  stack.push(() => bundle.stop());
  return bundle;
}

function withSubject(ca: DeviceCaWithCrl): DeviceCaWithCrl & { readonly subject: string } {
  return { ...ca, subject: subjectOf(ca.pem) };
}

/** Node answers undefined for an empty name, whatever its types say. */
function subjectOf(pem: string): string {
  return (new X509Certificate(pem).subject as string | undefined) ?? '';
}
