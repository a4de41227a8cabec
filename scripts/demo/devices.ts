/** Certificates for the demo: two things that are enrolled, and one certificate that nobody registered. */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CertificateIssuer, generateKeys, privateKeyPem } from '../../src/pki/x509/certificate-issuer.ts';
import type { Admin } from './admin.ts';
import type { Places } from './places.ts';

export interface Identity {
  readonly name: string;
  readonly certificateId: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** Made by this start, not an earlier one. */
  readonly isNew: boolean;
}

const CA = 'demo';
/** Makes certificates that nobody registers. */
const FACTORY_CA = 'demo-factory';
const TEN_YEARS = 3650 * 86_400;

export class DemoDevices {
  readonly #admin: Admin;
  readonly #places: Places;

  constructor(admin: Admin, places: Places) {
    this.#admin = admin;
    this.#places = places;
  }

  /** The local device CA, made when there is none yet. */
  async ensureCa(): Promise<void> {
    const { deviceCas } = await this.#admin.call('ListDeviceCas', {});
    if (deviceCas.every((ca) => ca.name !== CA)) await this.#admin.call('CreateDeviceCa', { name: CA });
  }

  /** The certificate in the directory while it is active, else a new one. */
  async enrol(name: string): Promise<Identity> {
    const kept = this.#read(name);
    if (kept !== undefined) {
      const known = await this.#admin
        .call('GetCertificate', { certificateId: kept.certificateId })
        .catch(() => undefined);
      const attached = known?.things.some((thing) => thing.thingName === name) === true;
      if (known?.status === 'ACTIVE' && attached) return kept;
    }
    const issued = await this.#admin.call('IssueCertificate', {
      thingName: name,
      createThing: true,
      deviceCa: CA,
    });
    return this.#write(name, issued.certificatePem, issued.privateKeyPem);
  }

  /** A certificate of a CA that is known, which nobody registered: how most strangers look. */
  async stranger(name: string): Promise<Identity> {
    const { deviceCas } = await this.#admin.call('ListDeviceCas', {});
    const known = deviceCas.some((ca) => ca.name === FACTORY_CA);
    const kept = this.#read(name);
    if (known && kept !== undefined) return kept;
    if (known) await this.#admin.call('RemoveDeviceCa', { name: FACTORY_CA });
    const issuer = new CertificateIssuer({
      clock: { now: () => Date.now() },
      isSuspect: () => ({ suspect: false }),
    });
    const factory = await issuer.createAuthority({
      subject: [['CN', 'deviceauthd demo factory']],
      keyType: 'EC_P256',
      validitySeconds: TEN_YEARS,
    });
    await this.#admin.call('RegisterDeviceCa', { name: FACTORY_CA, certificatePem: factory.certificatePem });
    const keys = await generateKeys('EC_P256');
    const { pem } = issuer.issue(factory, {
      subject: [['CN', name]],
      publicKey: keys.publicKey,
      usage: 'client',
      validitySeconds: TEN_YEARS,
    });
    return this.#write(name, pem, privateKeyPem(keys.privateKey));
  }

  #read(name: string): Identity | undefined {
    const [certificate, key] = this.#files(name);
    if (!existsSync(certificate) || !existsSync(key)) return undefined;
    try {
      return identity(name, readFileSync(certificate, 'utf8'), readFileSync(key, 'utf8'), false);
    } catch {
      return undefined;
    }
  }

  #write(name: string, certificatePem: string, keyPem: string): Identity {
    const [certificate, key] = this.#files(name);
    writeFileSync(key, keyPem, { mode: 0o600 });
    writeFileSync(certificate, certificatePem);
    return identity(name, certificatePem, keyPem, true);
  }

  #files(name: string): [certificate: string, key: string] {
    return [join(this.#places.devices, `${name}.pem`), join(this.#places.devices, `${name}.key`)];
  }
}

function identity(name: string, certificatePem: string, keyPem: string, isNew: boolean): Identity {
  const { fingerprint256 } = new X509Certificate(certificatePem);
  const certificateId = fingerprint256.replaceAll(':', '').toLowerCase();
  return { name, certificateId, certificatePem, privateKeyPem: keyPem, isNew };
}
