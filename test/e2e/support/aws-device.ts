/**
 * A device as AWS ships it: the client of its SDK for JavaScript, in a process of its own, since it ends its process over what it
 * does not expect of a server. Told what to do in JSON on standard input, it answers in JSON on standard output.
 */
import { text } from 'node:stream/consumers';
import sdk from 'aws-iot-device-sdk-v2';

const { greengrass, http, io, iot, mqtt, mqtt5 } = sdk;

export interface AwsIdentity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface AwsTask extends AwsIdentity {
  readonly thingName: string;
  /** Of discovery. */
  readonly host: string;
  /** Undefined: the SDK's own choice, 443. */
  readonly port?: number;
  /** What the device trusts before it has discovered anything. */
  readonly caPem: string;
  /** With what it has discovered it then connects, subscribes to `topic`, and publishes `payload` there. */
  readonly connect?: { readonly mqtt: 4 | 5; readonly topic: string; readonly payload: string };
}

export interface AwsCore {
  readonly thingArn: string | undefined;
  readonly connectivity: readonly { readonly host: string | undefined; readonly port: number | undefined }[];
}

export interface AwsReport {
  readonly groups?: readonly {
    readonly id: string | undefined;
    readonly cores: readonly AwsCore[];
    readonly caPems: readonly string[];
  }[];
  /** What the broker delivered. */
  readonly received?: string;
  /** Discovery was refused with this status. */
  readonly refused?: number;
  readonly error?: string;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly caPem: string;
}

async function discover(task: AwsTask): Promise<NonNullable<AwsReport['groups']>> {
  const tls = io.TlsContextOptions.create_client_with_mtls(task.certificatePem, task.privateKeyPem);
  tls.override_default_trust_store(task.caPem);
  const context = new io.ClientTlsContext(tls);
  const bootstrap = new io.ClientBootstrap();
  const socket = new io.SocketOptions(io.SocketType.STREAM, io.SocketDomain.IPV4, 3_000);
  const client = new greengrass.DiscoveryClient(bootstrap, socket, context, '', task.host);
  if (task.port !== undefined) {
    const options = new io.TlsConnectionOptions(context, task.host, ['x-amzn-http-ca']);
    // The SDK has no setting for the port.
    Object.assign(client, {
      connection_manager: new http.HttpClientConnectionManager(
        bootstrap,
        task.host,
        task.port,
        4,
        16 * 1024,
        socket,
        options,
      ),
    });
  }
  const found = await client.discover(task.thingName);
  return (found.gg_groups ?? []).map((group) => ({
    id: group.gg_group_id,
    cores: (group.cores ?? []).map((core) => ({
      thingArn: core.thing_arn,
      connectivity: (core.connectivity ?? []).map(({ host_address, port }) => ({ host: host_address, port })),
    })),
    caPems: group.certificate_authorities ?? [],
  }));
}

async function overMqtt3(task: AwsTask, place: Place, topic: string, payload: string): Promise<string> {
  const configuration = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder(
    task.certificatePem,
    task.privateKeyPem,
  )
    .with_certificate_authority(place.caPem)
    .with_endpoint(place.host)
    .with_port(place.port)
    .with_client_id(task.thingName)
    .with_clean_session(true)
    .build();
  const connection = new mqtt.MqttClient().new_connection(configuration);
  await connection.connect();
  const message = Promise.withResolvers<string>();
  await connection.subscribe(topic, mqtt.QoS.AtLeastOnce, (_, received) =>
    message.resolve(Buffer.from(received).toString()),
  );
  await connection.publish(topic, payload, mqtt.QoS.AtLeastOnce);
  const received = await message.promise;
  await connection.disconnect();
  return received;
}

async function overMqtt5(task: AwsTask, place: Place, topic: string, payload: string): Promise<string> {
  const configuration = iot.AwsIotMqtt5ClientConfigBuilder.newDirectMqttBuilderWithMtlsFromMemory(
    place.host,
    task.certificatePem,
    task.privateKeyPem,
  )
    .withCertificateAuthority(place.caPem)
    .withPort(place.port)
    .withConnectProperties({ clientId: task.thingName, keepAliveIntervalSeconds: 60 })
    .build();
  const client = new mqtt5.Mqtt5Client(configuration);
  const message = Promise.withResolvers<string>();
  client.on('messageReceived', ({ message: packet }) =>
    message.resolve(Buffer.from(packet.payload as ArrayBuffer).toString()),
  );
  const connected = new Promise<void>((resolve, reject) => {
    client.on('connectionSuccess', () => resolve());
    client.on('connectionFailure', ({ error }) => reject(error));
  });
  client.start();
  await connected;
  const { AtLeastOnce: qos } = mqtt5.QoS;
  await client.subscribe({ subscriptions: [{ topicFilter: topic, qos }] });
  await client.publish({ topicName: topic, payload, qos });
  const received = await message.promise;
  client.stop();
  return received;
}

async function carryOut(task: AwsTask): Promise<AwsReport> {
  const groups = await discover(task);
  if (task.connect === undefined) return { groups };
  const [group] = groups;
  const address = group?.cores[0]?.connectivity[0];
  const place: Place = {
    host: address?.host ?? '',
    port: address?.port ?? 0,
    caPem: group?.caPems.join('\n') ?? '',
  };
  const { topic, payload } = task.connect;
  const connect = task.connect.mqtt === 4 ? overMqtt3 : overMqtt5;
  return { groups, received: await connect(task, place, topic, payload) };
}

const task = JSON.parse(await text(process.stdin)) as AwsTask;
const report = await carryOut(task).catch((error: unknown): AwsReport => {
  if (error instanceof greengrass.DiscoveryError && error.response_code !== undefined)
    return { refused: error.response_code };
  return { error: String(error) };
});
// Its threads would keep the process alive.
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
