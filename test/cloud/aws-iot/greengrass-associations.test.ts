import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type GreengrassAssociations,
  openGreengrassAssociations,
} from '../../../src/cloud/aws-iot/greengrass-associations.ts';
import { IotRoom } from './iot-room.ts';

const LIST = 'ListClientDevicesAssociatedWithCoreDevice';

let room: IotRoom;
let associations: GreengrassAssociations;

beforeEach(async () => {
  room = await IotRoom.open();
  associations = await openGreengrassAssociations({ ...room.sdkOptions(), coreThingName: 'MyCore' });
});
afterEach(() => room.close());

const list = (signal = new AbortController().signal) => associations.list(signal);

describe('The devices associated with this core', () => {
  it('are listed whole, however many pages there are', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `pump-${index}`);
    room.aws.account.associated.set('MyCore', names);
    expect(await list()).toEqual({ kind: 'answered', value: new Set(names) });
    expect(room.aws.requests.count(LIST)).toBe(3);
  });

  it('may be none', async () => {
    room.aws.account.associated.set('MyCore', []);
    expect(await list()).toEqual({ kind: 'answered', value: new Set() });
  });

  it('are not told by half: a page that fails ends it', async () => {
    room.aws.account.associated.set(
      'MyCore',
      Array.from({ length: 150 }, (_, index) => `pump-${index}`),
    );
    room.aws.faults.add(
      { kind: 'answer', status: 200, body: { associatedClientDevices: [], nextToken: '1' } },
      { times: 1 },
    );
    room.aws.faults.add({ kind: 'throttle', retryAfter: '3' }, { times: 1 });
    expect(await list()).toMatchObject({ kind: 'trouble', trouble: 'throttled', retryAfterMs: 3_000 });
  });

  it('are not known where the permission is missing, which it names', async () => {
    room.aws.account.deny(LIST);
    expect(await list()).toMatchObject({
      kind: 'trouble',
      trouble: 'misconfigured',
      message: expect.stringContaining('greengrass:ListClientDevicesAssociatedWithCoreDevice'),
    });
  });

  it('are not none because Greengrass does not know the core', async () => {
    const met = await list();
    expect(met).toMatchObject({
      trouble: 'misconfigured',
      message: expect.stringContaining('cloud.coreThingName'),
    });
  });

  it.each([
    ['has no list', {}],
    ['repeats its page', { associatedClientDevices: [], nextToken: 'again' }],
    ['has a device without a name', { associatedClientDevices: [{}] }],
    ['is a page of text', '<html>'],
  ])('are not told from an answer that %s', async (_what, body) => {
    room.aws.faults.add({ kind: 'answer', status: 200, body });
    expect(await list()).toMatchObject({ kind: 'trouble', trouble: 'unexpected' });
  });

  it('are no longer listed when nobody waits', async () => {
    room.aws.faults.add({ kind: 'stall', after: 'nothing' });
    const controller = new AbortController();
    const listed = list(controller.signal);
    await room.aws.requests.until(1);
    controller.abort();
    expect(await listed).toMatchObject({ trouble: 'unreachable' });
  });
});
