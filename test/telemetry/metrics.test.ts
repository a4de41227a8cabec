import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MetricsAggregate } from '../../src/telemetry/aggregate.ts';
import { LATENCY_BUCKETS } from '../../src/telemetry/cells.ts';
import { Findings } from '../../src/telemetry/findings.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { MetricsServer } from '../../src/telemetry/metrics-server.ts';
import { ManualClock } from '../support/manual-clock.ts';

let metrics: Metrics;
beforeEach(() => {
  metrics = new Metrics();
});
afterEach(() => metrics.close());

describe('Metrics', () => {
  it('have the nine counters of the reference from the start', async () => {
    const text = await metrics.text();
    for (const operation of [
      'SubscribeToCertificateUpdates',
      'VerifyClientDeviceIdentity',
      'AuthorizeClientDeviceActions',
      'GetClientDeviceAuthToken',
    ]) {
      for (const result of ['success', 'failure']) {
        expect(text).toContain(
          `deviceauthd_operations_total{operation="${operation}",result="${result}"} 0\n`,
        );
      }
    }
    expect(text).toContain('deviceauthd_service_errors_total 0\n');
  });

  it('count the requests of discovery by their status', async () => {
    metrics.observe({
      discovery: () => [
        { status: 200, requests: 3 },
        { status: 403, requests: 1 },
      ],
    });
    const text = await metrics.text();
    expect(text).toContain('deviceauthd_discovery_requests_total{status="200"} 3\n');
    expect(text).toContain('deviceauthd_discovery_requests_total{status="403"} 1\n');
  });

  it('count as the reference does (ME-002): a device refused is a failure, a defect is a service error only', async () => {
    metrics.operation('AuthorizeClientDeviceActions').failure.add();
    metrics.failed('AuthorizeClientDeviceActions', 'INVALID_CLIENT_DEVICE_AUTH_TOKEN');
    metrics.failed('AuthorizeClientDeviceActions', 'SERVICE_ERROR');
    metrics.failed('GetClientDeviceAuthToken', 'INVALID_CREDENTIAL');
    for (const reason of [
      'UNAUTHORIZED',
      'INVALID_ARGUMENTS',
      'CLOUD_QUEUE_FULL',
      'LIMIT_EXCEEDED',
    ] as const) {
      metrics.failed('GetClientDeviceAuthToken', reason);
    }
    const text = await metrics.text();
    expect(text).toContain('{operation="AuthorizeClientDeviceActions",result="failure"} 2\n');
    expect(text).toContain('{operation="GetClientDeviceAuthToken",result="failure"} 1\n');
    expect(text).toContain('deviceauthd_service_errors_total 1\n');
  });

  it('show how long calls take, from 50 µs to 30 s', async () => {
    const latency = metrics.latency('GetClientDeviceAuthToken');
    for (const milliseconds of [0.05, 0.051, 3, 29_000, 31_000, -1]) latency.observe(milliseconds);
    expect(metrics.latency('GetClientDeviceAuthToken')).toBe(latency);
    const lines = (await metrics.text())
      .split('\n')
      .filter((line) => line.includes('operation_duration_seconds'));
    const name = 'deviceauthd_operation_duration_seconds';
    const bucket = (le: string) => `${name}_bucket{le="${le}",operation="GetClientDeviceAuthToken"}`;
    expect(lines).toContain(`# TYPE ${name} histogram`);
    expect(lines).toContain(`${bucket('0.00005')} 2`);
    expect(lines).toContain(`${bucket('0.0001')} 3`);
    expect(lines).toContain(`${bucket('30')} 5`);
    expect(lines).toContain(`${bucket('+Inf')} 6`);
    expect(lines).toContain(`${name}_count{operation="GetClientDeviceAuthToken"} 6`);
    expect(
      LATENCY_BUCKETS.map((bound) => lines.some((line) => line.startsWith(bucket(String(bound))))),
    ).not.toContain(false);
  });

  it('ask the rooms at each scrape, and do without one that fails', async () => {
    metrics.observe({
      sessions: () => ({ active: 1, limit: 2, held: 3, issued: 4, evicted: 5, displaced: 6, refused: 7 }),
      queue: () => {
        throw new Error('not now');
      },
      registry: () => Promise.reject(new Error('database is closed')),
      listeners: () => [{ name: 'a"b', calls: 5, rejected: 2 }],
      updateStreams: () => 3,
    });
    metrics.observe({ registry: () => Promise.resolve({ things: 8, certificates: 9, deviceCas: 1 }) });
    const text = await metrics.text();
    expect(text).toContain('deviceauthd_sessions_active 1\n');
    expect(text).toContain('deviceauthd_sessions_refused_total 7\n');
    expect(text).toContain('deviceauthd_registry_entries{kind="certificate"} 9\n');
    expect(text).toContain('deviceauthd_listener_rejections_total{listener="a\\"b"} 2\n');
    expect(text).toContain('deviceauthd_update_streams 3\n');
    expect(text).not.toMatch(/^deviceauthd_cloud_queue_waiting /m);
    expect(text).not.toMatch(/^deviceauthd_grant_sets /m);
    metrics.observe({ registry: () => Promise.reject(new Error('database is closed')) });
    expect(await metrics.text()).not.toMatch(/^deviceauthd_registry_entries\{/m);
  });

  it('tell of the cloud where there is one', async () => {
    expect(await metrics.text()).not.toMatch(/^deviceauthd_cloud_(?!queue)/m);
    const status = {
      breaker: { state: 'half-open' },
      network: { state: 'unknown' },
      operations: [
        {
          operation: 'DescribeCertificate',
          answered: 10,
          troubles: { throttled: 2, unreachable: 0 },
          retries: 3,
          latency: { bounds: [0.1, 1], cumulative: [4, 9, 10], sum: 2.5 },
        },
      ],
      jobs: [
        { name: 'certificate-authorities', failures: 3, succeededAt: undefined },
        { name: 'refresh', failures: 0, succeededAt: 1_700_000_000_500 },
      ],
    } as const;
    metrics.observe({ cloud: () => status });
    const text = await metrics.text();
    const lines = text.split('\n').filter((line) => /^deviceauthd_cloud_(?!queue)/.test(line));
    expect(lines).toEqual([
      'deviceauthd_cloud_requests_total{operation="DescribeCertificate",outcome="answered"} 10',
      'deviceauthd_cloud_requests_total{operation="DescribeCertificate",outcome="throttled"} 2',
      'deviceauthd_cloud_requests_total{operation="DescribeCertificate",outcome="unreachable"} 0',
      'deviceauthd_cloud_request_retries_total{operation="DescribeCertificate"} 3',
      'deviceauthd_cloud_breaker_open 0.5',
      'deviceauthd_cloud_job_failures{job="certificate-authorities"} 3',
      'deviceauthd_cloud_job_failures{job="refresh"} 0',
      'deviceauthd_cloud_job_succeeded_timestamp_seconds{job="refresh"} 1700000000.5',
      'deviceauthd_cloud_request_duration_seconds_bucket{le="0.1",operation="DescribeCertificate"} 4',
      'deviceauthd_cloud_request_duration_seconds_bucket{le="1",operation="DescribeCertificate"} 9',
      'deviceauthd_cloud_request_duration_seconds_bucket{le="+Inf",operation="DescribeCertificate"} 10',
      'deviceauthd_cloud_request_duration_seconds_sum{operation="DescribeCertificate"} 2.5',
      'deviceauthd_cloud_request_duration_seconds_count{operation="DescribeCertificate"} 10',
    ]);
    metrics.observe({
      cloud: () => ({ ...status, network: { state: 'down' }, breaker: { state: 'open' } }),
    });
    const down = await metrics.text();
    expect(down).toContain('deviceauthd_cloud_network_up 0\n');
    expect(down).toContain('deviceauthd_cloud_breaker_open 1\n');
    metrics.observe({ cloud: () => ({ ...status, network: { state: 'up' } }) });
    expect(await metrics.text()).toContain('deviceauthd_cloud_network_up 1\n');
    metrics.observe({
      cloud: () => {
        throw new Error('not now');
      },
    });
    expect(await metrics.text()).not.toMatch(/^deviceauthd_cloud_(?!queue)/m);
  });

  it('keep the number of reasons bounded', async () => {
    for (let i = 0; i < 1000; i += 1) metrics.refused(`REASON_${i}`);
    const lines = (await metrics.text())
      .split('\n')
      .filter((line) => line.startsWith('deviceauthd_refusals_total{'));
    expect(lines).toHaveLength(65);
    expect(lines).toContain('deviceauthd_refusals_total{reason="OTHER"} 936');
  });

  it('of two daemons in one process do not meet', async () => {
    const other = new Metrics();
    metrics.reloaded(true);
    other.reloaded(false);
    expect(await metrics.text()).toContain('deviceauthd_configuration_reloads_total{result="failed"} 0');
    expect(await other.text()).toContain('deviceauthd_configuration_reloads_total{result="failed"} 1');
    other.close();
  });

  it('are written so that Prometheus can read every line', async () => {
    metrics.latency('GetGrantSet').observe(1);
    for (const line of (await metrics.text()).split('\n')) {
      expect(line).toMatch(/^(#.*|[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? [-+0-9.eE]+(Inf)?|)$/);
    }
  });
});

describe('The aggregate of a period', () => {
  const lines: string[] = [];
  const entries = () => lines.map((line) => (JSON.parse(line) as { metrics: unknown }).metrics);
  const logger = createLogger({ write: (line) => lines.push(line) });
  beforeEach(() => {
    lines.length = 0;
  });

  it("is logged by the reference's names, counts from zero each period, and leaves zeros out", () => {
    const clock = new ManualClock();
    const aggregate = new MetricsAggregate(metrics, logger, clock);
    metrics.operation('GetClientDeviceAuthToken').success.add(3);
    aggregate.apply({ disableMetrics: false, aggregatePeriodSeconds: 60 });
    metrics.operation('GetClientDeviceAuthToken').success.add(2);
    metrics.serviceErrors.add();
    clock.advance(60_000);
    clock.advance(60_000);
    metrics.operation('AuthorizeClientDeviceActions').failure.add(4);
    clock.advance(60_000);
    expect(entries()).toEqual([
      { 'GetClientDeviceAuthToken.Success': 3 },
      { 'GetClientDeviceAuthToken.Success': 2, ServiceError: 1 },
      { 'AuthorizeClientDeviceActions.Failure': 4 },
    ]);
  });

  it('stops when metrics are disabled, and takes a new period at once', () => {
    const clock = new ManualClock();
    const aggregate = new MetricsAggregate(metrics, logger, clock);
    aggregate.apply({ disableMetrics: false, aggregatePeriodSeconds: 3600 });
    aggregate.apply({ disableMetrics: false, aggregatePeriodSeconds: 10 });
    metrics.serviceErrors.add();
    clock.advance(9000);
    // Another key of the file changed: the period goes on.
    aggregate.apply({ disableMetrics: false, aggregatePeriodSeconds: 10 });
    expect(entries()).toEqual([]);
    clock.advance(1000);
    expect(entries()).toEqual([{ ServiceError: 1 }]);
    aggregate.apply({ disableMetrics: true, aggregatePeriodSeconds: 10 });
    metrics.serviceErrors.add();
    clock.advance(100_000);
    expect(entries()).toHaveLength(1);
  });
});

describe('The metrics endpoint', () => {
  let server: MetricsServer;
  let findings: Findings;
  let why: string | undefined;
  beforeEach(() => {
    findings = new Findings(new ManualClock());
    why = undefined;
    server = new MetricsServer({
      metrics,
      findings,
      logger: createLogger({ write: () => {} }),
      notReady: () => why,
    });
  });
  afterEach(() => server.close());
  const get = (path: string, method = 'GET') =>
    fetch(`http://127.0.0.1:${server.address?.port}${path}`, { method });
  const anywhere = { disableMetrics: false, listen: '127.0.0.1:0' };

  it('answers Prometheus and nobody else’s questions', async () => {
    await server.apply(anywhere);
    const answer = await get('/metrics');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toContain('deviceauthd_operations_total');
    expect((await get('/')).status).toBe(404);
    expect((await get('/metrics', 'POST')).status).toBe(405);
    expect((await get('/metrics?name[]=x')).status).toBe(200);
  });

  it('says whether the daemon is ready, and why not', async () => {
    await server.apply(anywhere);
    expect((await get('/-/ready')).status).toBe(200);
    why = 'the registry is opening';
    const answer = await get('/-/ready');
    expect([answer.status, await answer.text()]).toEqual([503, 'not ready: the registry is opening\n']);
  });

  it('is closed while metrics are disabled or no address is named, and comes back', async () => {
    await server.apply(anywhere);
    const port = server.address!.port;
    await server.apply({ disableMetrics: true, listen: '127.0.0.1:0' });
    expect(server.address).toBeUndefined();
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
    await server.apply({ disableMetrics: false, listen: '' });
    expect(server.address).toBeUndefined();
    await server.apply(anywhere);
    expect((await get('/metrics')).status).toBe(200);
    expect(findings.list()).toEqual([]);
  });

  it('makes a taken port a finding, not a failure, and clears it when the port is free again', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const taken = { disableMetrics: false, listen: `127.0.0.1:${port}` };
    await server.apply(taken);
    expect(findings.list()).toMatchObject([{ code: 'metrics.listener', severity: 'WARNING' }]);
    expect(findings.list()[0]?.message).toContain(`127.0.0.1:${port}: the port is taken`);
    await new Promise((resolve) => other.close(resolve));
    await server.apply(taken);
    expect(findings.list()).toEqual([]);
    expect((await get('/metrics')).status).toBe(200);
  });

  it('never listens where other hosts could reach it', async () => {
    for (const listen of [
      '0.0.0.0:0',
      '[::]:0',
      '192.0.2.1:9464',
      'example.org:80',
      'nonsense',
      '127.0.0.1:99999',
    ]) {
      await server.apply({ disableMetrics: false, listen });
      expect(server.address).toBeUndefined();
      expect(findings.list()).toHaveLength(1);
    }
  });
});
