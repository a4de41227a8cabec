/**
 * The certificates of a daemon, composed: device CAs and what brokers check devices against; this host's addresses; the server CA and
 * the certificates made out to them; copies of all that; what expires. They stop in the reverse order.
 */
import { StateBackup } from '../backup/state-backup.ts';
import type { HostAddresses } from '../connectivity/host-addresses.ts';
import type { CertificateParser } from '../identity/certificate.ts';
import type { TrustedClock } from '../identity/trusted-clock.ts';
import { DeviceCaStore } from '../pki/authorities/device-ca-store.ts';
import type { DeviceCaBundle } from '../pki/revocation/device-ca-bundle.ts';
import type { ExternalCrls } from '../pki/revocation/external-crls.ts';
import { CertificateIssuer } from '../pki/x509/certificate-issuer.ts';
import { ExpiryWatch } from '../telemetry/expiry-watch.ts';
import { Certificates } from './certificates.ts';
import { Connectivity } from './connectivity.ts';
import { Expiries, watchExpiries } from './expiries.ts';
import { openDeviceCaBundle, type RevocationOptions } from './revocation.ts';

export interface PkiParts extends RevocationOptions {
  readonly external: ExternalCrls;
  readonly parser: CertificateParser;
}

export interface Pki {
  readonly addresses: HostAddresses;
  readonly backups: StateBackup;
  readonly certificates: Certificates;
  readonly deviceCas: DeviceCaStore;
  readonly deviceCaBundle: DeviceCaBundle;
  readonly expiryWatch: ExpiryWatch;
}

export async function openPki(parts: PkiParts): Promise<Pki> {
  const { clock, configuration, external, parser, registry, stack, stateDirectory, telemetry, trusted } =
    parts;
  const { findings, logger } = telemetry;
  const current = () => configuration.current;
  const issuer = new CertificateIssuer({ clock: trusted, isSuspect: () => suspicionOf(trusted) });
  const deviceCas = new DeviceCaStore({
    stateDirectory,
    registry,
    issuer,
    parse: (pem) => parser.parse(pem),
    warn: (message) => logger.warn(message),
  });
  const deviceCaBundle = await openDeviceCaBundle(parts, external, deviceCas, issuer);

  const connectivity = await Connectivity.open({ store: registry.hostAddresses, clock, current, telemetry });
  const { addresses } = connectivity;
  stack.push(() => connectivity.stop());
  stack.push(configuration.onChange(() => connectivity.applySettings()));

  const certificates = await Certificates.open({
    stateDirectory,
    clock,
    trusted,
    issuer,
    hosts: { current: () => addresses.hosts(), onChange: (listener) => addresses.onChange(listener) },
    deviceCas: deviceCaBundle,
    current,
    telemetry,
  });
  stack.push(() => certificates.stop());
  stack.push(
    configuration.onChange(() => {
      certificates.applySettings().catch((err: unknown) => logger.error({ err }, 'certificate sinks'));
    }),
  );
  await certificates.applySettings();
  const backups = new StateBackup({ registry, serverCa: certificates.ca, deviceCas, clock });

  const expiries = new Expiries({
    serverCa: certificates.ca,
    serverCertificates: certificates.room,
    deviceCas,
    listeners: () => current().listeners,
    coreFile: () => current().cloud.certificateFile,
  });
  const expiryWatch = new ExpiryWatch({
    now: () => trusted.now(),
    findings,
    sources: () => expiries.all(),
  });
  stack.push(
    await watchExpiries({ expiries, expiryWatch, registry, certificates, configuration, clock, logger }),
  );
  return { addresses, backups, certificates, deviceCas, deviceCaBundle, expiryWatch };
}

function suspicionOf(clock: TrustedClock): { readonly suspect: boolean; readonly reason: string } {
  const { suspect, reason = '' } = clock.isSuspect();
  return { suspect, reason };
}
