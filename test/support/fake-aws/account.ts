/** What is true in the account that the fake serves, for tests to script: registered certificates, things, permissions. */
import { createHash, X509Certificate } from 'node:crypto';

export type CertificateStatus =
  | 'ACTIVE'
  | 'INACTIVE'
  | 'REVOKED'
  | 'PENDING_TRANSFER'
  | 'PENDING_ACTIVATION'
  | 'REGISTER_INACTIVE';

export interface ConnectivityEntry {
  readonly Id: string;
  readonly HostAddress: string;
  readonly PortNumber: number;
  readonly Metadata: string;
}

export interface AccountCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AccessKey extends AccountCredentials {
  /** Milliseconds since the Unix epoch. */
  readonly endsAt?: number;
}

export interface UploadedCas {
  readonly coreThingName: string;
  readonly pems: readonly string[];
}

export class Account {
  readonly region: string;
  readonly id = '123456789012';
  /** The account's service role for Greengrass is there. */
  serviceRole = true;
  /** `ListPrincipalThingsV2` is there. */
  listsPrincipalThingsV2 = true;
  /** Bounds a page of any list, whatever is asked for. */
  pageSize = 250;
  /** Keys of connectivity information begin with a small letter. */
  lowerCaseConnectivity = false;
  readonly endpoints = new Map<string, string>();
  /** Alias -> how long its credentials last, in milliseconds. */
  readonly roleAliases = new Map<string, number>();
  readonly accessKeys = new Map<string, AccessKey>();
  readonly connectivity = new Map<string, ConnectivityEntry[]>();
  /** Core -> client devices associated with it. */
  readonly associated = new Map<string, string[]>();
  /** Every upload, in order. */
  readonly uploads: UploadedCas[] = [];
  readonly #certificates = new Map<string, CertificateStatus>();
  readonly #things = new Set<string>();
  readonly #attachments = new Map<string, Map<string, boolean>>();
  readonly #denied = new Set<string>();
  #version = 0;

  constructor(region: string) {
    this.region = region;
  }

  /** By its PEM or its id; the answer is the id. */
  setCertificate(certificate: string, status: CertificateStatus = 'ACTIVE'): string {
    const id = certificate.includes('-----BEGIN') ? certificateIdOf(certificate) : certificate;
    this.#certificates.set(id, status);
    return id;
  }

  deleteCertificate(id: string): void {
    this.#certificates.delete(id);
    this.#attachments.delete(id);
  }

  certificateStatus(id: string): CertificateStatus | undefined {
    return this.#certificates.get(id);
  }

  addThing(name: string): void {
    this.#things.add(name);
  }

  deleteThing(name: string): void {
    this.#things.delete(name);
    for (const things of this.#attachments.values()) things.delete(name);
  }

  hasThing(name: string): boolean {
    return this.#things.has(name);
  }

  /** Makes the thing if need be. */
  attach(certificateId: string, thingName: string, exclusive = false): void {
    this.addThing(thingName);
    const things = this.#attachments.get(certificateId) ?? new Map<string, boolean>();
    this.#attachments.set(certificateId, things.set(thingName, exclusive));
  }

  detach(certificateId: string, thingName: string): void {
    this.#attachments.get(certificateId)?.delete(thingName);
  }

  /** Thing -> exclusive; in the order in which they were attached. */
  thingsOf(certificateId: string): ReadonlyMap<string, boolean> {
    return this.#attachments.get(certificateId) ?? new Map();
  }

  /** By the IoT policy of the core, or the IAM policy of whoever signs. */
  deny(operation: string): void {
    this.#denied.add(operation);
  }

  permit(operation: string): void {
    this.#denied.delete(operation);
  }

  isDenied(operation: string): boolean {
    return this.#denied.has(operation);
  }

  certificateArn(id: string): string {
    return `arn:aws:iot:${this.region}:${this.id}:cert/${id}`;
  }

  thingArn(name: string): string {
    return `arn:aws:iot:${this.region}:${this.id}:thing/${name}`;
  }

  /** Of whatever is versioned; each is another one. */
  nextVersion(): string {
    this.#version += 1;
    return `version-${this.#version}`;
  }
}

export function certificateIdOf(pem: string): string {
  return createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
}
