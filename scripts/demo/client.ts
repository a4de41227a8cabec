/** A demo device over MQTT. */
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { DemoBroker } from './broker.ts';
import type { Identity } from './devices.ts';

const PATIENCE = 10_000;

export function device(broker: DemoBroker, identity: Identity, options: IClientOptions = {}): MqttClient {
  const client = connect({
    protocol: 'mqtts',
    host: broker.host,
    port: broker.port,
    ca: broker.serverCaPem,
    cert: identity.certificatePem,
    key: identity.privateKeyPem,
    clientId: identity.name,
    protocolVersion: 4,
    connectTimeout: PATIENCE,
    reconnectPeriod: 2_000,
    reconnectOnConnackError: true,
    ...options,
  });
  // What goes wrong is told where it matters; unheard, it would end the process.
  client.on('error', () => {});
  return client;
}

/** True once it is let in. A device tries again: on a slow machine a broker may put off the first attempts. */
export function letIn(client: MqttClient): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE);
    client.once('connect', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** True when the first attempt is accepted, false when it is refused. */
export function accepted(client: MqttClient): Promise<boolean> {
  return new Promise((resolve) => {
    client.once('connect', () => resolve(true));
    client.once('error', () => resolve(false));
    client.once('close', () => resolve(false));
  });
}

/** True when this message arrives soon, false when another on the same topic (a later one) comes first. */
export function arrival(client: MqttClient, topic: string, payload: string): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE);
    client.on('message', (of, message) => {
      if (of !== topic || message.toString() !== payload) return;
      clearTimeout(timer);
      resolve(true);
    });
  });
}
