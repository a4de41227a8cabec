import { describe, expect, it } from 'vitest';
import { needingRestart } from '../../src/config/changes.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { printable } from '../../src/config/printable.ts';

const load = (text: object) => loadConfiguration(JSON.stringify(text));
const core = { certificateFile: '/core.pem', keyFile: '/core.key' };

describe('verifier: aws-iot', () => {
  it('needs a region', () => {
    expect(load({ verifier: 'aws-iot' }).errors).toEqual([
      { path: 'cloud.region', value: null, rule: 'is required by `verifier: aws-iot`' },
    ]);
    expect(load({ verifier: 'aws-iot', cloud: { region: 'eu-west-1' } }).errors).toEqual([]);
  });

  it.each(['eu', 'EU-WEST-1', 'eu-west-1.amazonaws.com', 'https://eu-west-1'])(
    'does not take %j for one',
    (region) => {
      expect(load({ verifier: 'aws-iot', cloud: { region } }).errors).toContainEqual({
        path: 'cloud.region',
        value: region,
        rule: expect.stringContaining('such as eu-west-1'),
      });
    },
  );

  it.each(['us-gov-west-1', 'cn-north-1', 'ap-southeast-2', 'us-iso-east-1', 'eusc-de-east-1'])(
    'takes %s',
    (region) => {
      expect(load({ verifier: 'aws-iot', cloud: { region } }).errors).toEqual([]);
    },
  );

  it('needs everything that the credential provider needs, for a role alias', () => {
    const cloud = { region: 'eu-west-1', awsIot: { credentials: 'role-alias' } };
    expect(load({ verifier: 'aws-iot', cloud }).errors.map(({ path }) => path)).toEqual([
      'cloud.awsIot.roleAlias',
      'cloud.awsIot.credentialEndpoint',
      'cloud.certificateFile',
      'cloud.keyFile',
    ]);
    const awsIot = {
      credentials: 'role-alias',
      roleAlias: 'gateways',
      credentialEndpoint: 'c.credentials.iot.eu-west-1.amazonaws.com',
    };
    expect(load({ verifier: 'aws-iot', cloud: { ...cloud, ...core, awsIot } }).errors).toEqual([]);
  });

  it('is also a Greengrass core where that is asked for, which needs the core’s certificate', () => {
    const cloud = { region: 'eu-west-1', dataPlane: { enabled: true } };
    expect(load({ verifier: 'aws-iot', cloud }).errors.map(({ path }) => path)).toEqual([
      'cloud.certificateFile',
      'cloud.keyFile',
    ]);
  });
});

describe('forgetUnassociated', () => {
  const forgetUnassociated = true;

  it('counts after a restart, since who is asked is found at the start', () => {
    expect(needingRestart(['cloud.forgetUnassociated'])).toEqual(['cloud.forgetUnassociated']);
  });

  it('needs a region, also with an endpoint for the rest', () => {
    const endpoint = 'abc-ats.iot.eu-west-1.amazonaws.com';
    const cloud = { ...core, dataPlane: { endpoint }, forgetUnassociated };
    expect(load({ verifier: 'greengrass', cloud }).errors).toMatchObject([{ path: 'cloud.region' }]);
  });

  it('needs what the credential provider needs where that gives the credentials', () => {
    const cloud = { ...core, region: 'eu-west-1', forgetUnassociated, awsIot: { credentials: 'role-alias' } };
    expect(load({ verifier: 'greengrass', cloud }).errors.map(({ path }) => path)).toEqual([
      'cloud.awsIot.roleAlias',
      'cloud.awsIot.credentialEndpoint',
    ]);
  });

  it('is told to do nothing where the registry is the verifier', () => {
    const { errors, warnings } = load({ cloud: { forgetUnassociated } });
    expect(errors).toEqual([]);
    expect(warnings).toMatchObject([{ path: 'cloud.forgetUnassociated' }]);
  });
});

describe('verifier: greengrass', () => {
  it('needs the core’s certificate, and a region or an endpoint', () => {
    expect(load({ verifier: 'greengrass' }).errors.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
      'cloud.certificateFile is required by `verifier: greengrass`',
      'cloud.keyFile is required by `verifier: greengrass`',
      'cloud.region is required by `verifier: greengrass` (or `cloud.dataPlane.endpoint`)',
    ]);
    const endpoint = 'abc-ats.iot.eu-west-1.amazonaws.com';
    expect(load({ verifier: 'greengrass', cloud: { ...core, dataPlane: { endpoint } } }).errors).toEqual([]);
    expect(load({ verifier: 'greengrass', cloud: { ...core, region: 'eu-west-1' } }).errors).toEqual([]);
  });

  it('warns that other client ids than thing names cannot be let in', () => {
    const cloud = { ...core, region: 'eu-west-1' };
    const { warnings } = load({ verifier: 'greengrass', cloud, security: { clientIdRule: 'any' } });
    expect(warnings).toMatchObject([{ path: 'security.clientIdRule', value: 'any' }]);
  });

  it('takes paths with and without a method', () => {
    const paths = {
      verifyClientDeviceIdentity: 'PUT /a/{coreDeviceThingName}',
      putCertificateAuthorities: '/b',
    };
    const cloud = { ...core, region: 'eu-west-1', dataPlane: { paths } };
    expect(load({ verifier: 'greengrass', cloud })).toMatchObject({
      errors: [],
      effective: { cloud: { dataPlane: { paths } } },
    });
  });

  it.each(['a/b', 'DELETE /a', 'GET  /a', '/a b', ''])('does not take %j for a path', (path) => {
    const cloud = { ...core, region: 'eu-west-1', dataPlane: { paths: { putCertificateAuthorities: path } } };
    expect(load({ verifier: 'greengrass', cloud }).errors).toMatchObject([
      { path: 'cloud.dataPlane.paths.putCertificateAuthorities' },
    ]);
  });
});

it('an endpoint with a scheme or a port is an error: keys of their own say those', () => {
  for (const endpoint of ['https://a.example', 'a.example:8443', 'a.example/']) {
    expect(load({ cloud: { dataPlane: { endpoint } } }).errors).toMatchObject([
      { path: 'cloud.dataPlane.endpoint' },
    ]);
  }
});

it('a proxy’s password is not shown with what is wrong about it', () => {
  const { errors } = load({ cloud: { proxy: { url: 'socks5://user:hunter2@proxy:1080' } } });
  expect(errors).toMatchObject([{ path: 'cloud.proxy.url', rule: expect.stringContaining('http://') }]);
  expect(JSON.stringify(errors)).not.toContain('hunter2');
});

it('nor with the configuration as it is shown', () => {
  const shown = (url: string) => printable(load({ cloud: { proxy: { url } } }).effective).cloud.proxy.url;
  expect(shown('http://user:hunter2@proxy:3128')).toBe('http://[redacted]@proxy:3128');
  expect(shown('http://user:hunt@er2@proxy:3128/')).toBe('http://[redacted]@proxy:3128/');
  expect(shown('http://proxy:3128')).toBe('http://proxy:3128');
});
