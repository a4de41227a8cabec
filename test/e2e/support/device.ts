/** A device: its certificate and key, and an MQTT client that shows them. */
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { until } from './until.ts';

export interface Identity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface Broker {
  readonly port: number;
  readonly serverCaPem: string;
}

export class Device {
  readonly client: MqttClient;
  readonly messages: { readonly topic: string; readonly payload: string }[] = [];
  readonly errors: (Error & { code?: number | string })[] = [];
  /** How often the connection went away. */
  drops = 0;
  /** How often a CONNACK accepted it. */
  connections = 0;

  constructor(broker: Broker, identity: Partial<Identity>, options: IClientOptions) {
    this.client = connect({
      protocol: 'mqtts',
      host: '127.0.0.1',
      port: broker.port,
      servername: 'localhost',
      ca: broker.serverCaPem,
      ...(identity.certificatePem === undefined ? {} : { cert: identity.certificatePem }),
      ...(identity.privateKeyPem === undefined ? {} : { key: identity.privateKeyPem }),
      protocolVersion: 4,
      reconnectPeriod: 0,
      connectTimeout: 15_000,
      ...options,
    });
    this.client.on('connect', () => this.connections++);
    this.client.on('close', () => this.drops++);
    this.client.on('error', (error) => this.errors.push(error));
    this.client.on('message', (topic, payload) => this.messages.push({ topic, payload: payload.toString() }));
  }

  get id(): string {
    return this.client.options.clientId ?? '';
  }

  /** Resolves when accepted; rejects with why not: a CONNACK code, or an error of the handshake. */
  async connected(): Promise<this> {
    const outcome = await until('a CONNACK or the end of the connection', () => {
      if (this.client.connected) return 'connected' as const;
      return this.errors[0] ?? (this.drops > 0 ? new Error('closed without a CONNACK') : undefined);
    });
    if (outcome === 'connected') return this;
    await this.end();
    throw outcome;
  }

  /** Resolves when the broker has cut the connection. */
  async disconnected(withinMs?: number): Promise<void> {
    await until(`${this.id} is disconnected`, () => !this.client.connected, withinMs);
  }

  async received(topic: string, payload: string, withinMs?: number): Promise<void> {
    await until(
      `${this.id} receives ${payload} on ${topic}`,
      () => this.messages.some((message) => message.topic === topic && message.payload === payload),
      withinMs,
    );
  }

  has(topic: string, payload?: string): boolean {
    return this.messages.some(
      (message) => message.topic === topic && (payload === undefined || message.payload === payload),
    );
  }

  /** Resolves when the broker has acknowledged it (QoS 1), whether or not it was let through. */
  async publish(
    topic: string,
    payload: string,
    options: { retain?: boolean; qos?: 0 | 1 | 2 } = {},
  ): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 1, ...options });
  }

  /** The codes of the SUBACK: 128 is a refusal. */
  subscribe(...filters: string[]): Promise<number[]> {
    return new Promise((resolve, reject) => {
      this.client.subscribe(filters, { qos: 1 }, (error, granted, packet) => {
        // The library makes an error of a refusal; the codes are in the packet all the same.
        const codes = (packet as { granted?: number[] } | undefined)?.granted;
        if (codes !== undefined) resolve(codes);
        else if (granted !== undefined && granted.length > 0) resolve(granted.map((grant) => grant.qos));
        else reject(error ?? new Error('no SUBACK'));
      });
    });
  }

  /** Says goodbye. */
  async end(): Promise<void> {
    await this.client.endAsync(false).catch(() => undefined);
  }

  /** Loses its connection without a word, so that its will is due. */
  vanish(): void {
    this.client.stream.destroy();
  }
}
