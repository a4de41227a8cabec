import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConnectionPool } from '../../src/cloud/connection-pool.ts';
import { readCoreCredentials } from '../../src/cloud/core-credentials.ts';
import { Dialer } from '../../src/cloud/dialer.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';
import { FakeAws } from '../support/fake-aws/fake-aws.ts';
import { patient } from '../support/identity-room.ts';

let aws: FakeAws;
let files: CoreDirectory;

beforeAll(async () => {
  aws = await FakeAws.start();
  files = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
});
afterAll(async () => {
  await aws.stop();
  files.remove();
});

it('a connection that is there only after its request was given up and the pool retired is closed', async () => {
  const credentials = readCoreCredentials(files.files, () => {});
  const where = { host: 'localhost', port: aws.devicePort };
  const real = new Dialer({ ...where, alpn: undefined, credentials, proxy: undefined, lookup: undefined });
  const handover = Promise.withResolvers<void>();
  const slow = {
    dial: async () => {
      const socket = await real.dial(patient());
      await handover.promise;
      return socket;
    },
  };
  const dialer = slow as unknown as Dialer;
  const pool = new ConnectionPool({ ...where, place: 'localhost', dialer, credentials });
  const caller = new AbortController();
  const sent = pool.send({ method: 'GET', path: '/', signal: caller.signal });
  await expect.poll(() => aws.openConnections).toBe(1);
  caller.abort();
  expect(await sent).toMatchObject({ trouble: 'unreachable' });
  pool.retire();
  handover.resolve();
  await expect.poll(() => aws.openConnections, { timeout: 5_000 }).toBe(0);
});
