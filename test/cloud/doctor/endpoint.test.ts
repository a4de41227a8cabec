import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../src/clock.ts';
import { Doctor } from '../../../src/cloud/doctor/doctor.ts';
import { clockCheck, type Endpoint, endpointChecks } from '../../../src/cloud/doctor/endpoint.ts';
import { FakeAws } from '../../support/fake-aws/fake-aws.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let aws: FakeAws;
beforeAll(async () => {
  aws = await FakeAws.start();
});
afterEach(() => {
  aws.connections('usual');
  aws.showCertificate('usual');
  aws.closesInactive('after-handshake');
  aws.account.setCertificate(aws.core.certificate.id);
  aws.faults.clear();
});
afterAll(() => aws.stop());

const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  name: 'data-plane',
  host: 'localhost',
  port: aws.devicePort,
  tls: async () => ({
    alpn: undefined,
    credentials: {
      rootCaPems: [aws.rootCaPem],
      certificatePem: aws.core.certificate.pem,
      keyPem: aws.core.certificate.keyPem,
    },
  }),
  wantsIdentity: true,
  proxy: undefined,
  needs: [],
  ...more,
});

async function look(
  of: Endpoint,
  now = Date.now(),
  timeoutMs = 10_000,
): Promise<Readonly<Record<string, string>>> {
  const checks = [...endpointChecks(of), clockCheck(of, new ManualClock(now))];
  const found: Record<string, string> = {};
  const doctor = new Doctor({ checks, clock: new SystemClock(), timeoutMs });
  for await (const { name, outcome, detail, remedy } of doctor.examine(new AbortController().signal)) {
    expect(detail + remedy).not.toMatch(/BEGIN|PRIVATE|undefined/);
    found[name.replace('data-plane.', '')] = `${outcome}: ${detail} ${remedy}`.trim();
  }
  return found;
}

/** The first that did not go well; all before it did, and all after it were not tried. */
function culprit(found: Readonly<Record<string, string>>): string {
  const all = Object.entries(found);
  const index = all.findIndex(([, what]) => !what.startsWith('ok'));
  if (index === -1) return 'none';
  for (const [, what] of all.slice(index + 1)) expect(what).toMatch(/^skipped: .* has to be right first/);
  return all[index]?.join(' ') ?? 'none';
}

describe('a host of the cloud', () => {
  it('is well', async () => {
    expect(await look(endpoint())).toEqual({
      name: expect.stringMatching(/^ok: localhost is (127\.0\.0\.1|::1)/),
      tcp: expect.stringMatching(/^ok: localhost, port \d+: connected/),
      tls: expect.stringMatching(/^ok: TLSv1\.3; its certificate is by .*Stand-in Root CA/),
      identity: "ok: localhost takes the core's certificate",
      clock: expect.stringMatching(/^ok: /),
    });
  });

  it('has no such name', async () => {
    const found = await look(endpoint({ host: 'greengrass-ats.iot.nowhere-1.invalid' }));
    expect(culprit(found)).toMatch(/^name failed: .* cannot be looked up: \w+/);
  });

  it('cannot be reached', async () => {
    await aws.cut();
    const found = await look(endpoint());
    await aws.restore();
    expect(culprit(found)).toMatch(/^tcp failed: localhost:\d+ refuses connections .*cloud\.proxy\.url/);
  });

  it.each([
    ['other-ca', /^tls failed: .*none of the trusted roots has issued.*cloud\.rootCaFile/],
    ['other-name', /^tls failed: .*for other names/],
    ['expired', /^tls failed: .*has expired.*clock/],
    ['not-yet-valid', /^tls failed: .*not valid yet.*clock/],
  ] as const)('shows a wrong certificate: %s', async (identity, says) => {
    aws.showCertificate(identity);
    expect(culprit(await look(endpoint()))).toMatch(says);
  });

  it.each([
    ['close-at-once', /^tls failed: localhost:\d+ closed the connection/],
    ['not-tls', /^tls failed: .*does not speak TLS as AWS does/],
  ] as const)('does not speak TLS: %s', async (mode, says) => {
    aws.connections(mode);
    expect(culprit(await look(endpoint()))).toMatch(says);
  });

  it('never ends the handshake', async () => {
    aws.connections('stall-handshake');
    const found = await look(endpoint(), Date.now(), 200);
    expect(culprit(found)).toMatch(/^tls failed: there was no answer in/);
  });

  it.each(['after-handshake', 'after-request'] as const)(
    'closes the connection of an inactive certificate (%s)',
    async (when) => {
      aws.closesInactive(when);
      aws.account.setCertificate(aws.core.certificate.id, 'INACTIVE');
      expect(culprit(await look(endpoint()))).toMatch(
        /^identity failed: .*closed the connection without an answer.*update-certificate --new-status ACTIVE/,
      );
    },
  );

  it('is asked for the protocol that port 443 needs, and may not speak it', async () => {
    const { tls } = endpoint();
    const asking = (alpn: string) => endpoint({ tls: async () => ({ ...(await tls()), alpn }) });
    expect((await look(asking('x-amzn-http-ca')))['tls']).toMatch(/^ok: TLSv1\.3, x-amzn-http-ca;/);
    expect(culprit(await look(asking('x-other')))).toMatch(
      /^tls failed: localhost:\d+ refuses the TLS handshake \(no application protocol\) .*endpoint/,
    );
  });

  it.each([
    [-600, /^failed: this host is (599|600|601) s behind localhost.*NTP/],
    [600, /^failed: this host is (598|599|600) s ahead of localhost/],
    [-60, /^warning: this host is \d+ s behind/],
    [60, /^warning: this host is \d+ s ahead of/],
    [0, /^ok/],
  ])('has another time than this host, by %i s', async (seconds, says) => {
    expect((await look(endpoint(), Date.now() + seconds * 1_000))['clock']).toMatch(says);
  });

  it('wants no certificate of the core', async () => {
    const control = endpoint({
      port: aws.controlPort,
      wantsIdentity: false,
      tls: async () => ({ alpn: undefined, credentials: { rootCaPems: [aws.rootCaPem] } }),
    });
    const found = await look(control);
    expect(Object.keys(found)).toEqual(['name', 'tcp', 'tls', 'clock']);
    expect(culprit(found)).toBe('none');
  });
});
