/** The certificates room, composed: the server CA, the server certificates, the file sinks; and what the operator is told of them. */
import { createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Configuration } from '../config/load.ts';
import { groupId } from '../endpoints/listeners/unix-socket.ts';
import type { TrustedClock } from '../identity/trusted-clock.ts';
import { ServerCa, type ServerCaSettings } from '../pki/authorities/server-ca.ts';
import type {
  Pkcs12Encoder,
  ServerCaCertificate,
  ServerCaControl,
  ServerCaState,
} from '../pki/certificates-api.ts';
import { FileSinks } from '../pki/delivery/file-sinks.ts';
import { DurableFiles } from '../pki/durable-files.ts';
import type { DeviceCaFiles } from '../pki/revocation/device-ca-bundle.ts';
import { ServerCaCrls } from '../pki/revocation/server-ca-crls.ts';
import { ServerCertificateFiles } from '../pki/server-certificates/server-certificate-files.ts';
import { ServerCertificateRoom, type Watched } from '../pki/server-certificates/server-certificate-room.ts';
import type { CertificateIssuer } from '../pki/x509/certificate-issuer.ts';
import { CrlIssuer } from '../pki/x509/crl.ts';
import { encodePkcs12 as encodeStore } from '../pki/x509/pkcs12.ts';
import type { Telemetry } from './telemetry.ts';

export interface CertificatesParts {
  readonly stateDirectory: string;
  readonly clock: Clock;
  readonly trusted: TrustedClock;
  readonly issuer: CertificateIssuer;
  readonly hosts: Watched<readonly string[]>;
  readonly deviceCas: Watched<DeviceCaFiles>;
  readonly current: () => Configuration;
  readonly telemetry: Telemetry;
}

const SERVER_CA = 'certificates.server-ca';
const SERVER_CERTIFICATE = 'certificates.server-certificate';
const SINK = 'certificates.sink';

export class Certificates {
  readonly ca: ServerCa;
  readonly room: ServerCertificateRoom;
  /** The CA as the operator sees it: with its CRLs. */
  readonly control: ServerCaControl;
  readonly #crls: ServerCaCrls;
  readonly #sinks: FileSinks;
  readonly #parts: CertificatesParts;

  private constructor(
    ca: ServerCa,
    room: ServerCertificateRoom,
    crls: ServerCaCrls,
    parts: CertificatesParts,
  ) {
    this.ca = ca;
    this.room = room;
    this.control = {
      state: () => withCrls(ca.state(), crls),
      rotate: async (step) => withCrls(await ca.rotate(step), crls),
    };
    this.#crls = crls;
    this.#parts = parts;
    const { clock, telemetry } = parts;
    this.#sinks = new FileSinks({
      certificates: room,
      files: new DurableFiles(),
      clock,
      groupId: (group) => groupId('certificates.sinks', group),
      encodePkcs12,
      log: telemetry.logger,
      onProblem: (sink, problem) => this.#sinkProblem(sink, problem),
    });
  }

  /** Never rejects for what is on the disk: what cannot be used is a finding, and devices are served all the same. */
  static async open(parts: CertificatesParts): Promise<Certificates> {
    const { stateDirectory, clock, trusted, issuer, current, telemetry } = parts;
    const files = new DurableFiles();
    const warn = (message: string): void => telemetry.logger.warn(message);
    const ca = new ServerCa({
      stateDirectory,
      issuer,
      clock: trusted,
      settings: () => caSettings(current()),
      warn,
      files,
      onStep: (step, certificateId) =>
        telemetry.audit.record({
          kind: 'certificate',
          action: `server-ca.${step}`,
          fields: { certificateId },
        }),
    });
    ca.onChange(() => Certificates.#caChanged(ca, parts));
    await ca.refresh();
    const room = await ServerCertificateRoom.open({
      ca,
      issuer,
      clock,
      now: () => trusted.now(),
      hosts: parts.hosts,
      deviceCas: parts.deviceCas,
      settings: () => {
        const { certificates } = current();
        return {
          validitySeconds: certificates.serverCertificateValiditySeconds,
          keyType: certificates.serverKeyType,
          rotationDisabled: certificates.disableCertificateRotation,
        };
      },
      files: new ServerCertificateFiles({ stateDirectory, files, warn }),
      log: telemetry.logger,
      onProblem: (name, problem) => {
        if (problem === undefined) telemetry.findings.clear(SERVER_CERTIFICATE, name);
        else {
          telemetry.findings.raise({
            severity: 'WARNING',
            code: SERVER_CERTIFICATE,
            subject: name,
            message: `The server certificate ${name} could not be issued, and is tried again; what the broker has stays in use: ${problem}.`,
          });
        }
      },
    });
    const crls = await ServerCaCrls.open({
      directory: join(stateDirectory, 'crls', 'server'),
      ca,
      issuer: new CrlIssuer({ issuer, clock: trusted }),
      clock: trusted,
      timer: clock,
      validitySeconds: () => current().certificates.crlValiditySeconds,
      warn,
    });
    return new Certificates(ca, room, crls, parts);
  }

  /** At the start, and whenever the configuration changes. */
  async applySettings(): Promise<void> {
    this.room.settingsChanged();
    await this.#sinks.apply(this.#parts.current().certificates.sinks);
  }

  async stop(): Promise<void> {
    await this.#sinks.stop();
    await this.room.stop();
    await this.#crls.stop();
  }

  static #caChanged(ca: ServerCa, { trusted, telemetry }: CertificatesParts): void {
    trusted.setCaNotBefore(ca.notBefore);
    const { problem, current } = ca.state();
    if (problem === undefined) telemetry.findings.clear(SERVER_CA);
    else {
      telemetry.findings.raise({
        severity: 'ALARM',
        code: SERVER_CA,
        message:
          current === undefined
            ? `No server certificate can be issued: ${problem}.`
            : `The server CA is not as configured, and the one in use goes on: ${problem}.`,
      });
    }
  }

  #sinkProblem(sink: string, problem: string | undefined): void {
    const { findings } = this.#parts.telemetry;
    if (problem === undefined) findings.clear(SINK, sink);
    else {
      findings.raise({
        severity: 'WARNING',
        code: SINK,
        subject: sink,
        message: `The certificate files of sink ${sink} are not up to date, or its broker was not told: ${problem}.`,
      });
    }
  }
}

function withCrls(state: ServerCaState, crls: ServerCaCrls): ServerCaState {
  const complete = (certificate: ServerCaCertificate): ServerCaCertificate => {
    const crlPem = crls.pem(certificate.certificateId);
    return crlPem === undefined ? certificate : { ...certificate, crlPem };
  };
  return {
    ...state,
    current: state.current && complete(state.current),
    next: state.next && complete(state.next),
    retired: state.retired.map(complete),
  };
}

function caSettings({ certificateAuthority: ca }: Configuration): ServerCaSettings {
  const { privateKeyUri, certificateUri, certificateChainUri } = ca;
  const custom =
    privateKeyUri === undefined || certificateUri === undefined
      ? undefined
      : { privateKeyUri, certificateUri, certificateChainUri };
  return {
    keyType: ca.caType === 'ECDSA_P256' ? 'EC_P256' : 'RSA_2048',
    custom,
    overlapDays: ca.overlapDays,
  };
}

/** As gRPC and the sinks ask for it. */
export const encodePkcs12: Pkcs12Encoder = ({ certificatePem, privateKeyPem }, { password, alias }) =>
  encodeStore({ certificatePem, privateKey: createPrivateKey(privateKeyPem), password, alias });
