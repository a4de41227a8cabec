/** The operator's calls about the server CA and the brokers' certificates. */
import type { ListServerCertificatesResponse } from '../../contract/generated/deviceauth/v1/ListServerCertificatesResponse.ts';
import type { RotateServerCaRequest__Output } from '../../contract/generated/deviceauth/v1/RotateServerCaRequest.ts';
import type { RotateServerCertificatesRequest__Output } from '../../contract/generated/deviceauth/v1/RotateServerCertificatesRequest.ts';
import type { ServerCa } from '../../contract/generated/deviceauth/v1/ServerCa.ts';
import type { ServerCaCertificate as CaMessage } from '../../contract/generated/deviceauth/v1/ServerCaCertificate.ts';
import type { ServerCertificate } from '../../contract/generated/deviceauth/v1/ServerCertificate.ts';
import type {
  ServerCaCertificate,
  ServerCaState,
  ServerCertificateState,
} from '../../pki/certificates-api.ts';
import { invalid } from '../grpc/arguments.ts';
import type { AdminContext } from './admin-context.ts';

export class ServerCertificateCalls {
  readonly #context: AdminContext;

  constructor(context: AdminContext) {
    this.#context = context;
  }

  ca(): ServerCa {
    return caMessage(this.#context.rooms.serverCa.state());
  }

  async rotateCa({ now, cancel }: RotateServerCaRequest__Output): Promise<ServerCa> {
    if (now && cancel) throw invalid('now and cancel exclude each other: switch, or drop what is announced');
    const step = now ? 'now' : cancel ? 'cancel' : 'announce';
    const state = await this.#context.rooms.serverCa.rotate(step);
    this.#context.audit('server-ca.rotate', {
      step,
      signs: state.current?.certificateId ?? '',
      announced: state.next?.certificateId ?? '',
    });
    return caMessage(state);
  }

  list(): ListServerCertificatesResponse {
    return { certificates: this.#context.rooms.serverCertificates.list().map(certificateMessage) };
  }

  async rotate({ name }: RotateServerCertificatesRequest__Output): Promise<ListServerCertificatesResponse> {
    const rotated = await this.#context.rooms.serverCertificates.rotate(name === '' ? undefined : name);
    for (const { name: each, certificate } of rotated) {
      this.#context.audit('server-certificate.rotate', {
        name: each,
        certificateId: certificate?.certificateId ?? '',
      });
    }
    return { certificates: rotated.map(certificateMessage) };
  }
}

function caMessage({ current, next, switchAt, retired, problem, custom }: ServerCaState): ServerCa {
  return {
    current: current === undefined ? null : caCertificateMessage(current),
    next: next === undefined ? null : caCertificateMessage(next),
    switchAt: switchAt ?? 0,
    retired: retired.map(caCertificateMessage),
    problem: problem ?? '',
    custom,
  };
}

function caCertificateMessage({
  chainPems,
  forgottenAt,
  crlPem,
  ...certificate
}: ServerCaCertificate): CaMessage {
  return { ...certificate, chainPem: [...chainPems], forgottenAt: forgottenAt ?? 0, crlPem: crlPem ?? '' };
}

function certificateMessage({
  certificate,
  rotatesAt,
  problem,
  ...state
}: ServerCertificateState): ServerCertificate {
  const facts = certificate === undefined ? {} : { ...certificate, hosts: [...certificate.hosts] };
  return { ...state, ...facts, rotatesAt: rotatesAt ?? 0, problem: problem ?? '' };
}
