import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type Configuration,
  defaultConfiguration,
  loadConfiguration,
  loadConfigurationFile,
} from '../../src/config/load.ts';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';

const load = (document: unknown, previous?: Configuration) =>
  loadConfiguration(JSON.stringify(document), { previous });
const directory = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('A configuration file', () => {
  it('that says nothing gives the documented defaults', () => {
    const { effective, warnings, errors } = load({});
    expect([warnings, errors]).toEqual([[], []]);
    expect(effective).toEqual({
      deviceGroups: {},
      certificates: {
        serverCertificateValiditySeconds: 604_800,
        clientCertificateValiditySeconds: 604_800,
        disableCertificateRotation: false,
        maxValiditySeconds: 864_000,
        serverKeyType: 'EC_P256',
        deviceCertificateValidityDays: 3650,
        crlValiditySeconds: 604_800,
        deviceCaCrls: {},
        expiredCrl: 'refuse',
        sinks: {},
      },
      performance: { maxActiveAuthTokens: 2500, cloudRequestQueueSize: 100, maxConcurrentCloudRequests: 1 },
      security: {
        clientDeviceTrustDurationMinutes: 1,
        clientIdRule: 'exact',
        clockSkewSeconds: 0,
        outageGraceSeconds: 300,
        revalidateAfterSeconds: 60,
        liveRevalidationSeconds: 3600,
      },
      certificateAuthority: { caType: 'RSA_2048', overlapDays: 30, customCA: false },
      connectivity: {
        hosts: [],
        port: 8883,
        interfaces: true,
        excludeInterfaces: ['docker*', 'br-*', 'veth*', 'virbr*', 'cni*', 'flannel*', 'cali*', 'podman*'],
        addressFamilies: ['IPv4'],
        removalDelaySeconds: 600,
      },
      discovery: { listen: [], requestsPerSecond: 50, maxConnections: 500 },
      metrics: { disableMetrics: false, aggregatePeriodSeconds: 3600, listen: '127.0.0.1:9464' },
      verifier: 'registry',
      stateDirectory: '/var/lib/deviceauthd',
      admin: { socket: '/run/deviceauthd/admin.sock', mode: '0600' },
      listeners: {},
      emqx: {},
      greengrassIpc: {
        mode: '0660',
        limits: {
          maxConnections: 100,
          maxConcurrentCalls: 2000,
          maxCallsPerSecond: 100_000,
          maxMessageBytes: 1_048_576,
        },
      },
      sessions: { minimumHeldSeconds: 60, maxPerClientId: 4 },
      cloud: {
        verificationDeadlineSeconds: 30,
        requestTimeoutSeconds: 10,
        requestsPerSecond: 5,
        negativeCacheSeconds: 30,
        refreshIntervalHours: 24,
        forgetUnassociated: false,
        proxy: {},
        awsIot: { credentials: 'default' },
        dataPlane: { port: 8443, paths: {}, connectivityPollSeconds: 60 },
      },
      log: { level: 'info', auditFile: '' },
    });
    expect(effective).toEqual(defaultConfiguration());
  });

  it('may be YAML or JSON, with tabs, a byte order mark, comments and anchors', () => {
    const texts = [
      'performance:\n  maxActiveAuthTokens: 7 # few\n',
      '{\n\t"performance": {\n\t\t"maxActiveAuthTokens": 7\n\t}\n}',
      '\ufeffperformance: {maxActiveAuthTokens: 7}',
      'sessions: {maxPerClientId: &n 7}\nperformance: {maxActiveAuthTokens: *n}',
    ];
    for (const text of texts) {
      const { effective, errors } = loadConfiguration(text);
      expect(errors).toEqual([]);
      expect(effective.performance.maxActiveAuthTokens).toBe(7);
    }
  });

  it('takes null for the default, for a key and for a section', () => {
    const { effective, warnings, errors } = load({
      performance: null,
      security: { clockSkewSeconds: null },
      listeners: null,
      deviceGroups: null,
      ca_type: null,
    });
    expect([effective, warnings, errors]).toEqual([defaultConfiguration(), [], []]);
  });

  it('changes nothing on a reload when it has an error anywhere', () => {
    const running = load({ performance: { maxActiveAuthTokens: 7 } }).effective;
    const result = load(
      { performance: { maxActiveAuthTokens: 8 }, security: { clientIdRule: 'none' } },
      running,
    );
    expect(result.errors).toHaveLength(1);
    expect(result.effective).toBe(running);
  });

  it('that is empty is a warning at first, and an error on a reload: an editor may be writing it', () => {
    for (const text of ['', '\n', '# nothing yet\n', 'null']) {
      const first = loadConfiguration(text);
      expect([first.errors.length, first.warnings.length]).toEqual([0, 1]);
      const running = load({ performance: { maxActiveAuthTokens: 7 } }).effective;
      const reload = loadConfiguration(text, { previous: running });
      expect(reload.errors).toHaveLength(1);
      expect(reload.effective).toBe(running);
    }
  });

  it('that is missing, a directory or not UTF-8 is an error, not a crash', () => {
    const binary = join(directory, 'binary');
    writeFileSync(binary, Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]));
    const rules = [join(directory, 'none'), directory, binary].map(
      (file) => loadConfigurationFile(file).errors[0]?.rule,
    );
    expect(rules).toEqual([
      'the file cannot be read: there is no such file',
      'the file cannot be read: it is a directory',
      'the file cannot be read: it is not UTF-8',
    ]);
  });
});

describe("The reference's keys", () => {
  const read = (key: string, value: unknown) => {
    const [section = '', name = ''] = key.split('.');
    const { effective, warnings, errors } = load({ [section]: { [name]: value } });
    const holder = (effective as unknown as Record<string, Record<string, unknown>>)[section];
    return { value: holder?.[name], warned: warnings.length > 0, errors };
  };

  it.each([
    ['certificates.serverCertificateValiditySeconds', 59, 60],
    ['certificates.serverCertificateValiditySeconds', 864_001, 864_000],
    ['certificates.serverCertificateValiditySeconds', 9_999_999_999, 864_000],
    ['certificates.clientCertificateValiditySeconds', -1, 60],
    ['performance.maxActiveAuthTokens', 2_147_483_647, 2_147_483_646],
    ['performance.maxActiveAuthTokens', 2_147_483_648, 1],
    ['performance.maxActiveAuthTokens', 'many', 1],
    ['performance.maxActiveAuthTokens', '', 1],
    ['performance.maxActiveAuthTokens', -2_147_483_649, 1],
    ['security.clientDeviceTrustDurationMinutes', 2_147_483_648, 1],
    ['security.clientDeviceTrustDurationMinutes', -5, 1],
    ['security.clientDeviceTrustDurationMinutes', 'an hour', 1],
    ['performance.cloudRequestQueueSize', 0, 100],
    ['performance.maxConcurrentCloudRequests', 'x', 1],
    ['metrics.aggregatePeriodSeconds', 0, 3600],
    ['metrics.aggregatePeriodSeconds', 'hourly', 3600],
  ])('%s: %j is %j, with a warning', (key, given, used) => {
    expect(read(key, given)).toEqual({ value: used, warned: true, errors: [] });
  });

  it.each([
    ['120', 120, false],
    ['-7', 60, true],
    [' +120', 120, true],
    ['120 seconds', 120, true],
    ['0x78', 120, true],
    ['0b1111000', 120, true],
    ['0170', 120, true],
    [120.9, 120, true],
    [true, 60, true],
  ])('are coerced as the reference coerces: %j is %j', (given, used, warned) => {
    expect(read('certificates.serverCertificateValiditySeconds', given)).toEqual({
      value: used,
      warned,
      errors: [],
    });
  });

  it.each([
    [true, true, false],
    [false, false, false],
    ['true', true, false],
    ['yes', true, true],
    ['Y', true, true],
    [1, true, true],
    ['TRUE', false, true],
    ['no', false, true],
    [0, false, true],
    ['', false, true],
  ])('that are flags read %j as %j', (given, used, warned) => {
    expect(read('certificates.disableCertificateRotation', given)).toEqual({
      value: used,
      warned,
      errors: [],
    });
    expect(read('metrics.disableMetrics', given)).toEqual({ value: used, warned, errors: [] });
  });

  it('are errors when a list or a map stands where a value should', () => {
    for (const key of [
      'performance.maxActiveAuthTokens',
      'metrics.disableMetrics',
      'certificateAuthority.privateKeyUri',
    ]) {
      for (const value of [[5], { a: 1 }]) expect(read(key, value).errors).toMatchObject([{ path: key }]);
    }
  });

  it('keep the running value where the reference does, and only there', () => {
    const running = load({
      performance: { cloudRequestQueueSize: 55, maxConcurrentCloudRequests: 5, maxActiveAuthTokens: 55 },
    }).effective;
    const bad = { cloudRequestQueueSize: -1, maxConcurrentCloudRequests: 0, maxActiveAuthTokens: 0 };
    const { effective, warnings } = load({ performance: bad }, running);
    expect(effective.performance).toEqual({
      cloudRequestQueueSize: 55,
      maxConcurrentCloudRequests: 5,
      maxActiveAuthTokens: 1,
    });
    expect(warnings).toHaveLength(3);
    expect(load({}, running).effective.performance.cloudRequestQueueSize).toBe(100);
  });

  it('choose the type of the CA by the first name, exactly', () => {
    const caType = (value: unknown) => load({ certificateAuthority: { caType: value } });
    expect(caType(['ECDSA_P256']).effective.certificateAuthority.caType).toBe('ECDSA_P256');
    expect(caType('ECDSA_P256').effective.certificateAuthority.caType).toBe('ECDSA_P256');
    expect(caType('[ECDSA_P256, RSA_2048]').effective.certificateAuthority.caType).toBe('ECDSA_P256');
    expect(caType([]).effective.certificateAuthority.caType).toBe('RSA_2048');
    expect(caType('').effective.certificateAuthority.caType).toBe('RSA_2048');
    expect(caType(['RSA_2048', 'NONSENSE'])).toMatchObject({
      errors: [],
      warnings: [{ path: 'certificateAuthority.caType' }],
    });
    for (const wrong of [['NONSENSE'], ['ecdsa_p256'], [null], 5, ['ECDSA_P25']]) {
      expect(caType(wrong).errors).toMatchObject([{ path: 'certificateAuthority.caType' }]);
    }
    expect(caType(['ECDSA_P25']).errors[0]?.rule).toContain('the nearest is ECDSA_P256');
  });

  it('let the deprecated ca_type decide only where caType is absent', () => {
    const both = load({ ca_type: ['ECDSA_P256'], certificateAuthority: { caType: ['RSA_2048'] } });
    expect(both.effective.certificateAuthority.caType).toBe('RSA_2048');
    expect(both.effective).not.toHaveProperty('ca_type');
    expect(both.warnings).toMatchObject([{ path: 'ca_type' }]);
    const alone = load({ ca_type: ['ECDSA_P256'], certificateAuthority: { caType: null } });
    expect(alone.effective.certificateAuthority.caType).toBe('ECDSA_P256');
    expect(alone.warnings[0]?.rule).toBe('deprecated: write certificateAuthority.caType');
    const empty = load({ ca_type: ['ECDSA_P256'], certificateAuthority: { caType: [] } });
    expect(empty.effective.certificateAuthority.caType).toBe('RSA_2048');
  });

  it('hold a validity to ten days, and to thirty where the operator raises the cap', () => {
    const validity = (certificates: object) => load({ certificates });
    const capped = validity({ serverCertificateValiditySeconds: 1_728_000 });
    expect(capped.effective.certificates.serverCertificateValiditySeconds).toBe(864_000);
    expect(capped.warnings).toMatchObject([{ path: 'certificates.serverCertificateValiditySeconds' }]);
    const raised = validity({ maxValiditySeconds: 2_592_000, serverCertificateValiditySeconds: 1_728_000 });
    expect(raised.effective.certificates.serverCertificateValiditySeconds).toBe(1_728_000);
    expect(raised.warnings).toEqual([]);
    const over = validity({ maxValiditySeconds: 9_999_999, serverCertificateValiditySeconds: 9_999_999 });
    expect(over.effective.certificates.serverCertificateValiditySeconds).toBe(2_592_000);
  });

  it('make a custom CA only of a key and a certificate together', () => {
    const ca = (value: object) => load({ certificateAuthority: value });
    const privateKeyUri = 'pkcs11:object=test;CustomerRootCA;type=private';
    const certificateUri = 'file:///ca.pem';
    expect(ca({ privateKeyUri, certificateUri }).effective.certificateAuthority.customCA).toBe(true);
    expect(ca({ certificateUri }).effective.certificateAuthority.customCA).toBe(false);
    expect(ca({ privateKeyUri: '  ', certificateUri }).effective.certificateAuthority).toEqual({
      caType: 'RSA_2048',
      certificateUri,
      overlapDays: 30,
      customCA: false,
    });
    for (const key of ['privateKeyUri', 'certificateUri', 'certificateChainUri']) {
      for (const wrong of ['/etc/ca.pem', 'ca.pem', 'file:', 'file:///a b', ':x', 5]) {
        expect(ca({ [key]: wrong }).errors).toMatchObject([{ path: `certificateAuthority.${key}` }]);
      }
    }
  });
});

describe('Our own keys', () => {
  it('are clamped into their range with a warning', () => {
    const { effective, warnings, errors } = load({
      security: { clockSkewSeconds: 1e9, outageGraceSeconds: 0 },
      sessions: { maxPerClientId: -1 },
    });
    expect(errors).toEqual([]);
    expect(effective.security).toMatchObject({ clockSkewSeconds: 86_400, outageGraceSeconds: 1 });
    expect(effective.sessions.maxPerClientId).toBe(1);
    expect(warnings.map(({ path, value }) => [path, value])).toEqual([
      ['security.clockSkewSeconds', 1e9],
      ['security.outageGraceSeconds', 0],
      ['sessions.maxPerClientId', -1],
    ]);
  });

  it('are errors in the wrong type', () => {
    const document = {
      security: { clockSkewSeconds: '5', clientIdRule: 5, outageGraceSeconds: 1.5 },
      stateDirectory: '',
      admin: { mode: 600, socket: 'a\0b' },
      log: { level: 'verbose', auditFile: ['x'] },
      sessions: [],
      cloud: 'x',
      listeners: 'x',
    };
    expect(load(document).errors.map(({ path }) => path)).toEqual([
      'security.clientIdRule',
      'security.clockSkewSeconds',
      'security.outageGraceSeconds',
      'stateDirectory',
      'admin.socket',
      'admin.mode',
      'listeners',
      'sessions',
      'cloud',
      'log.level',
      'log.auditFile',
    ]);
    expect(load(document).effective).toEqual(defaultConfiguration());
  });

  it('never revalidate later than trust ends', () => {
    const security = (more: object) => load({ security: more });
    const late = security({ revalidateAfterSeconds: 500, clientDeviceTrustDurationMinutes: 2 });
    expect(late.effective.security.revalidateAfterSeconds).toBe(120);
    expect(late.warnings).toMatchObject([{ path: 'security.revalidateAfterSeconds', value: 500 }]);
    expect(security({ revalidateAfterSeconds: 0 })).toMatchObject({ warnings: [] });
    expect(security({ revalidateAfterSeconds: 500, clientDeviceTrustDurationMinutes: 60 }).warnings).toEqual(
      [],
    );
  });

  it('serve metrics on loopback only', () => {
    const listen = (value: unknown) => load({ metrics: { listen: value } });
    for (const right of ['127.0.0.1:9464', '127.5.5.5:1', '[::1]:9464', 'localhost:0', '']) {
      expect(listen(right)).toMatchObject({ errors: [], effective: { metrics: { listen: right } } });
    }
    for (const wrong of [
      '0.0.0.0:9464',
      '[::]:9464',
      '10.0.0.1:80',
      '9464',
      'localhost',
      '127.0.0.1:70000',
      '127.0.0.1.evil.example:1',
      9464,
    ]) {
      expect(listen(wrong).errors).toMatchObject([{ path: 'metrics.listen' }]);
      expect(listen(wrong).effective.metrics.listen).not.toBe(wrong);
    }
  });
});

describe('A key that is not known', () => {
  it.each([
    ['performanc', 5, 'performance'],
    ['Security', {}, 'security'],
    ['maxActiveAuthTokens', 5, 'performance.maxActiveAuthTokens'],
    ['cloudQueueSize', 5, 'performance.cloudRequestQueueSize'],
    ['threadPoolSize', 5, 'performance.maxConcurrentCloudRequests'],
  ])('%s is a warning that names %s', (key, value, nearest) => {
    const { warnings, errors } = load({ [key]: value });
    expect(errors).toEqual([]);
    expect(warnings).toMatchObject([{ path: key, value }]);
    expect(warnings[0]?.rule).toBe(`unknown key, ignored; the nearest known name is ${nearest}`);
  });

  it('is found at any depth, with its full path', () => {
    const { warnings } = load({
      performance: { maxActiveAuthToken: 5 },
      listeners: { 'b.1': { socket: '/run/b.sock', operations: ['broker'], limits: { maxCalls: 3 } } },
    });
    expect(warnings.map(({ path }) => path)).toEqual([
      'performance.maxActiveAuthToken',
      'listeners["b.1"].limits.maxCalls',
    ]);
    expect(warnings[0]?.rule).toContain('performance.maxActiveAuthTokens');
  });

  it('that could hold a secret is not shown', () => {
    const { warnings } = load({
      password: 'hunter2',
      database: {
        url: 'postgres://u:hunter2@h/',
        passphrase: ['hunter2'],
        pin: 1234,
        nested: { secret: { a: 'hunter2' } },
      },
      pem: '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----',
    });
    expect(warnings).toHaveLength(3);
    expect(JSON.stringify(warnings)).not.toMatch(/hunter2|1234/);
  });

  it('cannot make the answer endless', () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key${i}`, 'x'.repeat(100)]));
    const { warnings } = load(many);
    expect(warnings).toHaveLength(1001);
    expect(JSON.stringify(load({ ['k'.repeat(100_000)]: 'v'.repeat(100_000) }).warnings).length).toBeLessThan(
      2000,
    );
  });
});

describe('Device groups', () => {
  it('are checked by policy, and its problems are errors below deviceGroups', () => {
    const validateDeviceGroups = () => {
      throw Object.assign(new Error('no'), {
        problems: [
          { path: 'deviceGroups.definitions.g', value: 'p', rule: 'there is no such policy' },
          { path: 'policies.x', value: null, rule: 'is empty' },
        ],
      });
    };
    const { errors, effective } = loadConfiguration('deviceGroups: {policies: {}}', { validateDeviceGroups });
    expect(errors).toEqual([
      { path: 'deviceGroups.definitions.g', value: 'p', rule: 'there is no such policy' },
      { path: 'deviceGroups.policies.x', value: null, rule: 'is empty' },
    ]);
    expect(effective.deviceGroups).toEqual({});
  });

  it('are an error when policy fails in a way it should not, and policy is not asked about other things', () => {
    const asked: unknown[] = [];
    const validateDeviceGroups = (groups: unknown) => {
      asked.push(groups);
      throw new TypeError('a defect');
    };
    expect(loadConfiguration('deviceGroups: {}', { validateDeviceGroups }).errors).toMatchObject([
      { path: 'deviceGroups', rule: 'a defect' },
    ]);
    expect(loadConfiguration('deviceGroups: [1]', { validateDeviceGroups }).errors).toMatchObject([
      { path: 'deviceGroups', rule: 'must be a map, not a list' },
    ]);
    expect(asked).toEqual([{}]);
  });

  it('have the warnings of policy, such as of property names that mean nothing', () => {
    const text =
      'deviceGroups: {definitions: {any: {SELECTIONRULE: "thingName: a", policyName: p, x: 1}}, policies: {p: {}}}';
    const { warnings, errors, effective } = loadConfiguration(text, {
      validateDeviceGroups: compileDeviceGroups,
    });
    expect(errors).toEqual([]);
    expect(warnings).toMatchObject([{ path: 'deviceGroups.definitions.any.x', value: 1 }]);
    expect(effective.deviceGroups).toHaveProperty('definitions.any.SELECTIONRULE', 'thingName: a');
  });
});

describe('A certificate sink', () => {
  const sinks = (given: object) => load({ certificates: { sinks: given } });

  it('needs a directory, and has names, a mode and no reload by default', () => {
    const { effective, errors } = sinks({ nginx: { directory: '/etc/broker/tls' } });
    expect(errors).toEqual([]);
    expect(effective.certificates.sinks['nginx']).toEqual({
      directory: '/etc/broker/tls',
      files: {
        certificate: 'server.pem',
        privateKey: 'server.key',
        caCertificates: 'ca.pem',
        deviceCas: 'device-cas.pem',
        deviceCaCrls: 'device-cas.crl',
        pkcs12: 'server.p12',
      },
      mode: '0640',
    });
    expect(sinks({ nginx: {} }).errors).toMatchObject([{ path: 'certificates.sinks.nginx.directory' }]);
  });

  it('is an error where others could read the key, where names or directories are taken, where a reload is ambiguous', () => {
    const directory = '/etc/broker/tls';
    const reload = { pidFile: '/run/b.pid', command: ['true'] };
    const wrong: readonly (readonly [object, string])[] = [
      [{ a: { directory, mode: '0644' } }, 'a.mode'],
      [{ a: { directory, files: { certificate: 'x', privateKey: 'x' } } }, 'a.files'],
      [{ a: { directory, files: { certificate: 'current' } } }, 'a.files'],
      [{ a: { directory, files: { certificate: '../x' } } }, 'a.files.certificate'],
      [{ a: { directory }, b: { directory: `${directory}/` } }, 'b.directory'],
      [{ a: { directory, reload } }, 'a.reload'],
      [{ a: { directory, reload: { signal: 'SIGHUP' } } }, 'a.reload'],
      [{ a: { directory, reload: { pidFile: '/run/b.pid', signal: 'SIGKILL' } } }, 'a.reload.signal'],
    ];
    for (const [given, path] of wrong)
      expect(sinks(given).errors, path).toMatchObject([{ path: `certificates.sinks.${path}` }]);
  });
});
