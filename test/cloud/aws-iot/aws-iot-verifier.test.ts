import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Verifier } from '../../../src/identity/verifier.ts';
import type { CertificateStatus } from '../../support/fake-aws/account.ts';
import { IotRoom } from './iot-room.ts';

const HOUR = 3_600_000;
const V2 = 'ListPrincipalThingsV2';
const V1 = 'ListPrincipalThings';

const RATHER: readonly (readonly [CertificateStatus, string])[] = [
  ['INACTIVE', 'CERTIFICATE_INACTIVE'],
  ['REGISTER_INACTIVE', 'CERTIFICATE_INACTIVE'],
  ['REVOKED', 'CERTIFICATE_REVOKED'],
  ['PENDING_ACTIVATION', 'CERTIFICATE_PENDING_ACTIVATION'],
  ['PENDING_TRANSFER', 'CERTIFICATE_PENDING_ACTIVATION'],
];

let room: IotRoom;
let verifier: Verifier;

beforeEach(async () => {
  room = await IotRoom.open();
  verifier = room.verifier;
});
afterEach(() => room.close());

const operations = () => room.aws.requests.all.map(({ operation }) => operation);

/** What DescribeCertificate answers instead. */
function describes(description: Readonly<Record<string, unknown>>, times?: number): void {
  room.aws.faults.add(
    { kind: 'answer', status: 200, body: { certificateDescription: description } },
    { operation: 'DescribeCertificate', ...(times === undefined ? {} : { times }) },
  );
}

describe('A certificate, with AWS IoT as verifier', () => {
  it('is active when AWS says so', async () => {
    expect(await verifier.verifyCertificate(room.activeDevice(), room.asking())).toEqual({ kind: 'active' });
  });

  it.each(RATHER)('that is %s there is refused as %s', async (status, reason) => {
    const certificate = room.device();
    room.aws.account.setCertificate(certificate.id, status);
    const verdict = await verifier.verifyCertificate(certificate, room.asking());
    expect(verdict).toMatchObject({ kind: 'rejected', reason });
  });

  it('that the account does not have is unknown', async () => {
    const verdict = await verifier.verifyCertificate(room.device(), room.asking());
    expect(verdict).toMatchObject({ kind: 'rejected', reason: 'CERTIFICATE_UNKNOWN' });
  });

  it('with a status of days to come is refused, since only ACTIVE lets in', async () => {
    const { id, ...certificate } = room.activeDevice();
    describes({ certificateId: id, status: 'QUARANTINED' });
    const verdict = await verifier.verifyCertificate({ id, ...certificate }, room.asking());
    expect(verdict).toMatchObject({ kind: 'rejected', reason: 'CERTIFICATE_INACTIVE' });
  });

  it.each([
    ['has no status', { status: undefined }],
    ['has an empty status', { status: '' }],
    ['is about another certificate', { certificateId: 'f'.repeat(64) }],
    ['is about none', { certificateId: undefined }],
  ])('gets no verdict from an answer that %s', async (_what, change) => {
    const certificate = room.activeDevice();
    describes({ certificateId: certificate.id, status: 'INACTIVE', ...change });
    expect(await verifier.verifyCertificate(certificate, room.asking())).toMatchObject({
      kind: 'unavailable',
    });
    expect(room.troubles).toMatchObject([{ trouble: 'unexpected' }]);
  });

  it('gets no verdict from a 404 that names no type', async () => {
    room.aws.faults.add({ kind: 'answer', status: 404, body: { message: 'not here' } });
    const verdict = await verifier.verifyCertificate(room.device(), room.asking());
    expect(verdict).toMatchObject({ kind: 'unavailable' });
  });
});

describe('An attachment, with AWS IoT as verifier', () => {
  it('is confirmed, and exclusive only if AWS says so', async () => {
    const { id } = room.activeDevice();
    room.aws.account.attach(id, 'pump-1');
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toEqual({
      kind: 'active',
      exclusive: false,
    });
    room.aws.account.attach(id, 'pump-1', true);
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toEqual({
      kind: 'active',
      exclusive: true,
    });
  });

  it('that is not there is refused, whatever else the certificate is attached to', async () => {
    const { id } = room.activeDevice();
    room.aws.account.attach(id, 'pump-10');
    room.aws.account.attach(id, 'PUMP-1');
    const verdict = await verifier.verifyAttachment(id, 'pump-1', room.asking());
    expect(verdict).toMatchObject({ kind: 'rejected', reason: 'NOT_ATTACHED' });
  });

  it('of a certificate that the account does not have is refused as that', async () => {
    const { id } = room.device();
    const unknown = { kind: 'rejected', reason: 'CERTIFICATE_UNKNOWN' };
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject(unknown);
    await verifier.verifyCertificate(room.activeDevice('other'), room.asking());
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject(unknown);
  });

  it('is looked for on every page, and no further than it is found', async () => {
    const { id } = room.activeDevice();
    room.aws.account.pageSize = 10;
    for (let thing = 0; thing < 35; thing += 1) room.aws.account.attach(id, `pump-${thing}`);
    const asking = room.asking();
    expect(await verifier.verifyAttachment(id, 'pump-34', asking)).toMatchObject({ kind: 'active' });
    expect(room.aws.requests.count(V2)).toBe(4);
    expect(await verifier.verifyAttachment(id, 'pump-15', asking)).toMatchObject({ kind: 'active' });
    expect(room.aws.requests.count(V2)).toBe(6);
    expect(await verifier.verifyAttachment(id, 'pump-35', asking)).toMatchObject({ reason: 'NOT_ATTACHED' });
    expect(room.aws.requests.count(V2)).toBe(10);
    expect(room.requests.operations).toEqual([V1, V1, V1]);
  });

  it('is not there when a list ends with no next page, or with nothing as the next page', async () => {
    const { id } = room.activeDevice();
    const body = { principalThingObjects: [], nextToken: null };
    room.aws.faults.add({ kind: 'answer', status: 200, body }, { operation: V2, times: 1 });
    const refused = { kind: 'rejected', reason: 'NOT_ATTACHED' };
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject(refused);
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject(refused);
  });

  it('is not looked for on the same page again and again', async () => {
    const { id } = room.activeDevice();
    const body = { principalThingObjects: [], nextToken: 'again' };
    room.aws.faults.add({ kind: 'answer', status: 200, body }, { operation: V2 });
    await verifier.verifyAttachment(id, 'pump-1', room.asking());
    expect(room.aws.requests.count(V2)).toBe(2);
  });

  it('gets no verdict from a list without an end', async () => {
    const { id } = room.activeDevice();
    let page = 0;
    const next = () => {
      page += 1;
      const body = { principalThingObjects: [], nextToken: `page-${page}` };
      room.aws.faults.add({ kind: 'answer', status: 200, body }, { operation: V2, times: 1 });
    };
    for (let pages = 0; pages < 100; pages += 1) next();
    const verdict = await verifier.verifyAttachment(id, 'pump-1', room.asking());
    expect(verdict).toMatchObject({ kind: 'unavailable' });
    expect(room.aws.requests.count(V2)).toBe(40);
  });

  it.each([
    ['has no list', {}],
    ['repeats its page', { principalThingObjects: [], nextToken: 'again' }],
    ['has a thing without a name', { principalThingObjects: [{ thingPrincipalType: 'EXCLUSIVE_THING' }] }],
    ['has something else in its place', { principalThingObjects: 'pump-1' }],
  ])('gets no verdict from an answer that %s', async (_what, body) => {
    const { id } = room.activeDevice();
    room.aws.faults.add({ kind: 'answer', status: 200, body }, { operation: V2 });
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject({
      kind: 'unavailable',
    });
    expect(room.troubles).toMatchObject([{ trouble: 'unexpected' }]);
  });

  it('costs a description of its certificate only while the account is not known', async () => {
    const first = room.activeDevice('first');
    const second = room.activeDevice('second');
    await verifier.verifyAttachment(first.id, 'first', room.asking());
    expect(operations()).toEqual(['DescribeCertificate', V2]);
    await verifier.verifyAttachment(second.id, 'second', room.asking());
    expect(operations()).toEqual(['DescribeCertificate', V2, V2]);
    verifier = room.newVerifier();
    await verifier.verifyCertificate(first, room.asking());
    await verifier.verifyAttachment(second.id, 'second', room.asking());
    expect(operations().slice(3)).toEqual(['DescribeCertificate', V2]);
  });

  it('is asked for again where the account turns out to be another', async () => {
    const { id, ...certificate } = room.activeDevice();
    room.aws.account.attach(id, 'pump-1');
    const certificateArn = `arn:aws:iot:eu-west-1:999999999999:cert/${id}`;
    describes({ certificateId: id, status: 'ACTIVE', certificateArn }, 1);
    await verifier.verifyCertificate({ id, ...certificate }, room.asking());
    room.aws.faults.add(
      { kind: 'error', status: 404, type: 'ResourceNotFoundException' },
      { operation: V2, times: 1 },
    );
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject({ kind: 'active' });
    expect(room.aws.requests.of(V2).map(({ headers }) => headers['x-amzn-principal'])).toEqual([
      certificateArn,
      room.aws.account.certificateArn(id),
    ]);
  });

  it('of a certificate that is known, but not as a principal, is refused', async () => {
    const { id } = room.activeDevice();
    room.aws.faults.add({ kind: 'error', status: 404, type: 'ResourceNotFoundException' }, { operation: V2 });
    const verdict = await verifier.verifyAttachment(id, 'pump-1', room.asking());
    expect(verdict).toMatchObject({ kind: 'rejected', reason: 'NOT_ATTACHED' });
  });

  it.each([
    ['is none', () => undefined],
    ['is of no account', (id: string) => `arn:aws:iot:eu-west-1:1:cert/${id}`],
    ['is another certificate’s', () => `arn:aws:iot:eu-west-1:123456789012:cert/${'f'.repeat(64)}`],
    ['is a CA’s', (id: string) => `arn:aws:iot:eu-west-1:123456789012:cacert/${id}`],
  ])('gets no verdict where the ARN %s', async (_what, arn) => {
    const { id } = room.activeDevice();
    room.aws.account.attach(id, 'pump-1');
    describes({ certificateId: id, status: 'ACTIVE', certificateArn: arn(id) });
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject({
      kind: 'unavailable',
    });
    expect(room.aws.requests.count(V2)).toBe(0);
  });

  it('is the same in other partitions', async () => {
    const { id } = room.activeDevice();
    const certificateArn = `arn:aws-us-gov:iot:us-gov-west-1:123456789012:cert/${id}`;
    describes({ certificateId: id, status: 'ACTIVE', certificateArn });
    const body = {
      principalThingObjects: [{ thingName: 'pump-1', thingPrincipalType: 'NON_EXCLUSIVE_THING' }],
    };
    room.aws.faults.add({ kind: 'answer', status: 200, body }, { operation: V2 });
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject({ kind: 'active' });
    expect(room.aws.requests.of(V2)[0]?.headers['x-amzn-principal']).toBe(certificateArn);
  });
});

describe('Where ListPrincipalThingsV2 is not to be had', () => {
  const absent: readonly (readonly [string, () => void])[] = [
    [
      'not there',
      () => {
        room.aws.account.listsPrincipalThingsV2 = false;
      },
    ],
    ['not allowed', () => room.aws.account.deny(V2)],
    [
      'refused by a service that knows no such path',
      () => {
        const message = 'Unable to determine service/operation name to be authorized';
        room.aws.faults.add({ kind: 'answer', status: 403, body: { message } }, { operation: V2 });
      },
    ],
    [
      'answered with a page of text',
      () => {
        room.aws.faults.add(
          { kind: 'answer', status: 404, body: '<UnknownOperationException/>' },
          { operation: V2 },
        );
      },
    ],
  ];

  it.each(absent)(
    'because it is %s, the older operation is asked, and nothing is exclusive',
    async (_why, make) => {
      make();
      const { id } = room.activeDevice();
      room.aws.account.attach(id, 'pump-1', true);
      expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toEqual({
        kind: 'active',
        exclusive: false,
      });
      expect(await verifier.verifyAttachment(id, 'pump-2', room.asking())).toMatchObject({
        reason: 'NOT_ATTACHED',
      });
      expect(operations()).toEqual(['DescribeCertificate', V2, V1, V1]);
    },
  );

  it('it is asked for again after an hour', async () => {
    room.aws.account.listsPrincipalThingsV2 = false;
    const { id } = room.activeDevice();
    room.aws.account.attach(id, 'pump-1', true);
    await verifier.verifyAttachment(id, 'pump-1', room.asking());
    room.aws.account.listsPrincipalThingsV2 = true;
    room.clock.advance(HOUR - 1);
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject({ exclusive: false });
    room.clock.advance(1);
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject({ exclusive: true });
  });

  it('and the older operation is refused too, the operator learns which permissions are missing', async () => {
    room.aws.account.deny(V2);
    room.aws.account.deny(V1);
    const { id } = room.activeDevice();
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject({
      kind: 'unavailable',
      cause: expect.stringMatching(/iot:ListPrincipalThings .*iot:ListPrincipalThingsV2/),
    });
    expect(room.troubles).toMatchObject([{ trouble: 'misconfigured' }]);
    room.aws.account.permit(V2);
    room.aws.account.attach(id, 'pump-1', true);
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject({ exclusive: true });
  });

  it('a fault of the older operation does not make it the one that is asked', async () => {
    room.aws.account.deny(V2);
    room.aws.faults.add({ kind: 'throttle' }, { operation: V1, times: 1 });
    const { id } = room.activeDevice();
    expect(await verifier.verifyAttachment(id, 'pump-1', room.asking())).toMatchObject({
      kind: 'unavailable',
    });
    expect(room.troubles).toMatchObject([{ trouble: 'throttled' }]);
    room.aws.account.permit(V2);
    await verifier.verifyAttachment(id, 'pump-1', room.asking());
    expect(operations().at(-1)).toBe(V2);
  });
});

describe('The thing of a certificate that is attached exclusively', () => {
  it('is told, whatever is attached otherwise', async () => {
    const { id } = room.activeDevice();
    room.aws.account.attach(id, 'pump-1', true);
    expect(await verifier.exclusiveThingOf(id, room.asking())).toEqual({
      kind: 'thing',
      thingName: 'pump-1',
    });
    expect(room.aws.requests.of(V2)[0]?.path).toContain('thingPrincipalType=EXCLUSIVE_THING');
  });

  it('is none where the attachment is not exclusive', async () => {
    const { id } = room.activeDevice();
    room.aws.account.attach(id, 'pump-1');
    const none = { kind: 'rejected', reason: 'NOT_ATTACHED' };
    expect(await verifier.exclusiveThingOf(id, room.asking())).toMatchObject(none);
    const body = {
      principalThingObjects: [{ thingName: 'pump-1', thingPrincipalType: 'NON_EXCLUSIVE_THING' }],
    };
    room.aws.faults.add({ kind: 'answer', status: 200, body }, { operation: V2 });
    expect(await verifier.exclusiveThingOf(id, room.asking())).toMatchObject(none);
  });

  it.each([
    ['two of them', [thing('pump-1'), thing('pump-2')]],
    ['one of no type', [{ thingName: 'pump-1' }]],
    ['no list', undefined],
    ['a name that is none', [thing('pump/+')]],
  ])('is not told from an answer with %s', async (_what, principalThingObjects) => {
    const { id } = room.activeDevice();
    room.aws.faults.add({ kind: 'answer', status: 200, body: { principalThingObjects } }, { operation: V2 });
    expect(await verifier.exclusiveThingOf(id, room.asking())).toMatchObject({ kind: 'unavailable' });
  });

  it('cannot be told without ListPrincipalThingsV2', async () => {
    room.aws.account.deny(V2);
    const { id } = room.activeDevice();
    const cannot = { kind: 'unavailable', cause: expect.stringContaining('iot:ListPrincipalThingsV2') };
    expect(await verifier.exclusiveThingOf(id, room.asking())).toMatchObject(cannot);
    await verifier.verifyAttachment(id, 'pump-1', room.asking());
    const asked = room.aws.requests.count();
    expect(await verifier.exclusiveThingOf(id, room.asking())).toMatchObject(cannot);
    expect(room.aws.requests.count()).toBe(asked);
  });
});

describe('A name, with AWS IoT as verifier', () => {
  it('is a thing, or none', async () => {
    room.aws.account.addThing('pump:1_a-b');
    expect(await verifier.isThing('pump:1_a-b', room.asking())).toBe(true);
    expect(await verifier.isThing('pump:2', room.asking())).toBe(false);
  });

  it.each([
    ['when it is not allowed to ask', () => room.aws.account.deny('DescribeThing')],
    ['when the network is cut', () => room.aws.cut()],
    [
      'from an answer about another',
      () => {
        room.aws.faults.add({ kind: 'answer', status: 200, body: { thingName: 'other' } });
      },
    ],
  ])('cannot be told %s', async (_when, make) => {
    room.aws.account.addThing('pump-1');
    await make();
    expect(await verifier.isThing('pump-1', room.asking())).toBeUndefined();
  });
});

function thing(thingName: string) {
  return { thingName, thingPrincipalType: 'EXCLUSIVE_THING' };
}
