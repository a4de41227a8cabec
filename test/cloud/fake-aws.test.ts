/** The fake keeps to what AWS documents, as AWS's own SDK understands it: what is tested with it would be worth nothing otherwise. */
import { Agent } from 'node:https';
import {
  GreengrassV2Client,
  ListClientDevicesAssociatedWithCoreDeviceCommand,
} from '@aws-sdk/client-greengrassv2';
import {
  DescribeCertificateCommand,
  DescribeEndpointCommand,
  DescribeThingCommand,
  IoTClient,
  ListPrincipalThingsCommand,
  paginateListPrincipalThingsV2,
} from '@aws-sdk/client-iot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpsConnection } from '../../src/cloud/https-connection.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';
import { FakeAws } from '../support/fake-aws/fake-aws.ts';
import { patient } from '../support/identity-room.ts';
import { ManualClock } from '../support/manual-clock.ts';

const device = new CertificateMaker().make();

let aws: FakeAws;
let iot: IoTClient;
let agent: Agent;

beforeEach(async () => {
  aws = await FakeAws.start();
  agent = new Agent({ ca: aws.rootCaPem, keepAlive: true });
  iot = new IoTClient(settings());
});

afterEach(async () => {
  iot.destroy();
  agent.destroy();
  await aws.stop();
});

function settings() {
  return {
    region: 'eu-west-1',
    endpoint: aws.controlUrl,
    credentials: aws.credentials,
    maxAttempts: 1,
    requestHandler: { httpsAgent: agent },
  };
}

describe('the control plane of the fake', () => {
  it('tells the state of a certificate', async () => {
    const ask = () => iot.send(new DescribeCertificateCommand({ certificateId: device.id }));
    await expect(ask()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    aws.account.setCertificate(device.pem, 'PENDING_TRANSFER');
    expect((await ask()).certificateDescription).toMatchObject({
      certificateId: device.id,
      status: 'PENDING_TRANSFER',
    });
    expect(aws.requests.count('DescribeCertificate')).toBe(2);
  });

  it('tells the things of a certificate, in pages, and whether they are exclusive', async () => {
    aws.account.setCertificate(device.id);
    for (let n = 0; n < 5; n += 1) aws.account.attach(device.id, `Thing${n}`, n === 3);
    aws.account.pageSize = 2;
    const principal = aws.account.certificateArn(device.id);
    const found: string[] = [];
    for await (const page of paginateListPrincipalThingsV2({ client: iot }, { principal })) {
      for (const each of page.principalThingObjects ?? []) {
        found.push(`${each.thingName} ${each.thingPrincipalType}`);
      }
    }
    expect(found).toHaveLength(5);
    expect(found[3]).toBe('Thing3 EXCLUSIVE_THING');
    expect(aws.requests.count('ListPrincipalThingsV2')).toBe(3);
    const first = await iot.send(new ListPrincipalThingsCommand({ principal, maxResults: 1 }));
    expect(first).toMatchObject({ things: ['Thing0'], nextToken: '1' });
  });

  it('may be without the second version of that', async () => {
    aws.account.setCertificate(device.id);
    aws.account.listsPrincipalThingsV2 = false;
    const pages = paginateListPrincipalThingsV2(
      { client: iot },
      { principal: aws.account.certificateArn(device.id) },
    );
    await expect(pages.next()).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });

  it('tells things and endpoints', async () => {
    aws.account.endpoints.set('iot:CredentialProvider', 'c.credentials.iot.eu-west-1.amazonaws.com');
    const named = await iot.send(new DescribeThingCommand({ thingName: 'MyCore' }));
    expect(named.thingArn).toBe('arn:aws:iot:eu-west-1:123456789012:thing/MyCore');
    const endpoint = new DescribeEndpointCommand({ endpointType: 'iot:CredentialProvider' });
    expect((await iot.send(endpoint)).endpointAddress).toContain('credentials.iot');
  });

  it('tells the devices of a core', async () => {
    const greengrass = new GreengrassV2Client(settings());
    aws.account.associated.set('MyCore', ['A', 'B', 'C']);
    aws.account.pageSize = 2;
    const ask = (nextToken?: string) =>
      greengrass.send(
        new ListClientDevicesAssociatedWithCoreDeviceCommand({
          coreDeviceThingName: 'MyCore',
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      );
    const first = await ask();
    expect(first.associatedClientDevices?.map(({ thingName }) => thingName)).toEqual(['A', 'B']);
    expect((await ask(first.nextToken)).associatedClientDevices).toMatchObject([{ thingName: 'C' }]);
    greengrass.destroy();
  });

  it('says that it is asked too often by the type alone', async () => {
    aws.faults.add({ kind: 'throttle' });
    const command = new DescribeThingCommand({ thingName: 'MyCore' });
    await expect(iot.send(command)).rejects.toMatchObject({
      name: 'ThrottlingException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it.each([
    ['another region', { region: 'eu-west-2' }, 'SignatureDoesNotMatch'],
    [
      'an unknown key',
      { credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'x' } },
      'UnrecognizedClientException',
    ],
  ])('refuses %s', async (_what, other, name) => {
    const client = new IoTClient({ ...settings(), ...other });
    const command = new DescribeThingCommand({ thingName: 'MyCore' });
    await expect(client.send(command)).rejects.toMatchObject({ name });
    client.destroy();
  });

  it('refuses what the policy denies', async () => {
    aws.account.deny('DescribeThing');
    const command = new DescribeThingCommand({ thingName: 'MyCore' });
    await expect(iot.send(command)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('the credential provider of the fake', () => {
  let core: CoreDirectory;
  let connection: HttpsConnection;

  beforeEach(() => {
    core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
    connection = new HttpsConnection({
      host: 'localhost',
      port: aws.devicePort,
      alpn: undefined,
      files: core.files,
      proxy: undefined,
      warn: () => {},
    });
  });

  afterEach(() => {
    connection.close();
    core.remove();
  });

  const ask = (alias: string, thing = 'MyCore') =>
    connection.send({
      method: 'GET',
      path: `/role-aliases/${alias}/credentials`,
      headers: { 'x-amzn-iot-thingname': thing },
      signal: patient(),
    });

  it('gives a core credentials that the control plane accepts until they end', async () => {
    const clock = new ManualClock(Date.now());
    await aws.stop();
    aws = await FakeAws.start({ clock });
    connection.close();
    core.write('root.pem', aws.rootCaPem);
    core.replace(aws.core.certificate);
    connection = new HttpsConnection({
      host: 'localhost',
      port: aws.devicePort,
      alpn: undefined,
      files: core.files,
      proxy: undefined,
      warn: () => {},
    });
    aws.account.roleAliases.set('Alias', 900_000);
    const outcome = await ask('Alias');
    if (outcome.kind !== 'answered') throw new Error(outcome.message);
    const { expiration, ...credentials } = JSON.parse(outcome.value.body).credentials;
    expect(Date.parse(expiration)).toBe(clock.now() + 900_000);
    const own = new Agent({ ca: aws.rootCaPem });
    const client = new IoTClient({ ...settings(), credentials, requestHandler: { httpsAgent: own } });
    const command = new DescribeThingCommand({ thingName: 'MyCore' });
    expect(await client.send(command)).toMatchObject({ thingName: 'MyCore' });
    clock.advance(900_000);
    await expect(client.send(command)).rejects.toMatchObject({ name: 'ExpiredTokenException' });
    client.destroy();
  });

  it('gives none for an alias that is not there, another thing, or without the permission', async () => {
    expect(await ask('Alias')).toMatchObject({ value: { status: 404 } });
    aws.account.roleAliases.set('Alias', 900_000);
    expect(await ask('Alias', 'Other')).toMatchObject({ value: { status: 403 } });
    aws.account.deny('AssumeRoleWithCertificate');
    expect(await ask('Alias')).toMatchObject({ value: { status: 403 } });
  });
});

describe('latency of the fake', () => {
  it('passes on the clock it was given', async () => {
    const clock = new ManualClock();
    await aws.stop();
    aws = await FakeAws.start({ clock });
    const own = new Agent({ ca: aws.rootCaPem });
    const client = new IoTClient({ ...settings(), requestHandler: { httpsAgent: own } });
    aws.faults.add({ kind: 'latency', ms: 60_000 });
    const asked = client.send(new DescribeThingCommand({ thingName: 'MyCore' }));
    await aws.requests.until(1);
    await expect.poll(() => clock.pending).toBe(1);
    clock.advance(60_000);
    expect(await asked).toMatchObject({ thingName: 'MyCore' });
    client.destroy();
  });
});
