/** What a daemon may say of a broker's certificate, and what the broker then finds in its directory. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateUpdate } from '../../src/contract/generated/deviceauth/v1/CertificateUpdate.ts';
import { openssl } from '../pki/openssl.ts';
import type { CertificateMaker, TestCertificate } from './certificates.ts';

export interface UpdateOptions {
  readonly issuer: TestCertificate;
  readonly deviceCas: readonly TestCertificate[];
  readonly crls?: readonly string[];
  /** Between the certificate and the CA. */
  readonly intermediates?: readonly TestCertificate[];
}

/** A new server certificate with a new key, and the rest. */
export function makeUpdate(maker: CertificateMaker, options: UpdateOptions): CertificateUpdate {
  const { issuer, deviceCas, crls = [], intermediates = [] } = options;
  const { keys } = maker.ca('only its key is wanted');
  const server = maker.make({ subject: 'localhost', issuer: intermediates[0] ?? issuer, key: keys });
  return {
    certificate: [server, ...intermediates].map(({ pem }) => pem).join(''),
    privateKey: server.keyPem,
    publicKey: server.keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    caCertificates: [issuer.pem],
    deviceCaCertificates: deviceCas.map(({ pem }) => pem),
    deviceCaCrls: [...crls],
  };
}

export type TlsFiles = Readonly<Record<string, string>>;

/** File by name, as this update should leave them. */
export function filesOf(update: CertificateUpdate): TlsFiles {
  const files: Record<string, string> = {
    'server.pem': update.certificate ?? '',
    'server.key': update.privateKey ?? '',
    'ca.pem': (update.caCertificates ?? []).join(''),
    'device-cas.pem': (update.deviceCaCertificates ?? []).join(''),
  };
  if ((update.deviceCaCrls ?? []).length > 0) files['device-cas.crl'] = (update.deviceCaCrls ?? []).join('');
  for (const pem of update.deviceCaCertificates ?? []) {
    const hash = openssl(['x509', '-noout', '-subject_hash'], pem).trim();
    let number = 0;
    while (files[`device-cas/${hash}.${number}`] !== undefined) number++;
    files[`device-cas/${hash}.${number}`] = pem;
  }
  return files;
}

/** What a broker finds under the documented names. */
export function filesIn(directory: string): TlsFiles {
  const files: Record<string, string> = {};
  for (const name of ['server.pem', 'server.key', 'ca.pem', 'device-cas.pem', 'device-cas.crl']) {
    if (existsSync(join(directory, name))) files[name] = readFileSync(join(directory, name), 'utf8');
  }
  const folder = join(directory, 'device-cas');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    files[`device-cas/${name}`] = readFileSync(join(folder, name), 'utf8');
  }
  return files;
}

export function fits(files: TlsFiles): boolean {
  const certificate = new X509Certificate(files['server.pem'] ?? '');
  return certificate.checkPrivateKey(createPrivateKey(files['server.key'] ?? ''));
}
