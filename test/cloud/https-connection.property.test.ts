/** Whatever goes wrong, in whatever order: every request is answered once, with its own answer, and nothing is left behind. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpsConnection } from '../../src/cloud/https-connection.ts';
import type { Outcome } from '../../src/cloud/outcome.ts';
import type { ServiceAnswer } from '../../src/cloud/service-connection.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';
import { FakeAws } from '../support/fake-aws/fake-aws.ts';
import type { Fault } from '../support/fake-aws/faults.ts';
import { runs } from '../support/runs.ts';

const CORES = ['Core0', 'Core1', 'Core2'];

/** What happens next; the requests of a run overlap. */
type Event =
  | { readonly kind: 'ask'; readonly core: string; readonly within: number }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'close-idle' | 'reload' | 'settle' | 'cut' | 'inactive' | 'active' };

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant('latency' as const), ms: fc.integer({ min: 0, max: 10 }) }),
  fc.record({ kind: fc.constant('answer' as const), status: fc.constantFrom(400, 404, 429, 500, 503) }),
  fc.record({ kind: fc.constant('close' as const), how: fc.constantFrom('end' as const, 'reset' as const) }),
  fc.record({
    kind: fc.constant('half-answer' as const),
    how: fc.constantFrom('end' as const, 'reset' as const),
  }),
  fc.record({
    kind: fc.constant('stall' as const),
    after: fc.constantFrom('nothing' as const, 'head' as const),
  }),
  fc.constantFrom<Fault>({ kind: 'endless-body' }, { kind: 'malformed-head' }, { kind: 'malformed-json' }),
);

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      core: fc.constantFrom(...CORES),
      within: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.constant(60)),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fault' as const), fault }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom<'close-idle' | 'reload' | 'settle' | 'cut' | 'inactive' | 'active'>(
        'close-idle',
        'reload',
        'settle',
        'cut',
        'inactive',
        'active',
      ),
    }),
  },
);

let aws: FakeAws;
let files: CoreDirectory;

beforeAll(async () => {
  aws = await FakeAws.start();
  files = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
  for (const core of CORES) {
    aws.account.addThing(core);
    const entry = { Id: core, HostAddress: core, PortNumber: 1, Metadata: '' };
    aws.account.connectivity.set(core, [entry]);
  }
});

afterAll(async () => {
  await aws.stop();
  files.remove();
});

async function play(events: readonly Event[]): Promise<void> {
  const connection = new HttpsConnection({
    host: 'localhost',
    port: aws.devicePort,
    alpn: undefined,
    files: files.files,
    proxy: undefined,
    warn: () => {},
  });
  const asked: Promise<void>[] = [];
  try {
    for (const each of events) {
      if (each.kind === 'ask') asked.push(check(connection, each));
      else if (each.kind === 'settle') await Promise.all(asked);
      else await happen(each, connection);
    }
    await Promise.all(asked);
  } finally {
    connection.close();
    aws.faults.clear();
    aws.account.setCertificate(aws.core.certificate.id, 'ACTIVE');
  }
  await expect
    .poll(() => aws.openConnections + aws.requests.underWay, { interval: 1, timeout: 10_000 })
    .toBe(0);
}

async function happen(each: Exclude<Event, { kind: 'ask' }>, connection: HttpsConnection): Promise<void> {
  switch (each.kind) {
    case 'fault':
      aws.faults.add(each.fault, { times: 1 });
      return;
    case 'close-idle':
      aws.closeIdleConnections();
      return;
    case 'reload':
      connection.reload();
      return;
    case 'cut':
      await aws.cut();
      await aws.restore();
      return;
    case 'inactive':
    case 'active': {
      const status = each.kind === 'active' ? 'ACTIVE' : 'INACTIVE';
      aws.account.setCertificate(aws.core.certificate.id, status);
      return;
    }
    case 'settle':
      return;
  }
}

async function check(connection: HttpsConnection, { core, within }: Event & { kind: 'ask' }): Promise<void> {
  const outcome: Outcome<ServiceAnswer> = await connection.send({
    method: 'GET',
    path: `/greengrass/things/${core}/connectivityInfo`,
    signal: AbortSignal.timeout(within),
  });
  if (outcome.kind === 'trouble') {
    expect(outcome.message).toMatch(/localhost/);
    return;
  }
  const { body, status } = outcome.value;
  expect([200, 400, 404, 429, 500, 503]).toContain(status);
  if (body.includes('ConnectivityInfo'))
    expect(JSON.parse(body).ConnectivityInfo).toMatchObject([{ Id: core }]);
}

describe('a connection to the cloud, whatever goes wrong', () => {
  it('answers each request once with its own answer, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 20 }), async (events) => {
        await play(events);
      }),
      { numRuns: runs().numRuns / 100 },
    );
  });
});
