import { describe, expect, it } from 'vitest';
import { ProxyAddress, type ProxyChoice, proxyFor } from '../../src/cloud/proxy.ts';

const HOST = 'greengrass-ats.iot.eu-west-1.amazonaws.com';

function chosen(
  environment: ProxyChoice['environment'],
  configured: ProxyChoice['configured'] = {},
  host = HOST,
  warn: (message: string) => void = (message) => {
    throw new Error(message);
  },
): string | undefined {
  return proxyFor({ host, port: 8443, configured, environment, warn })?.toString();
}

describe('the proxy of a host', () => {
  it('is none, where none is named', () => {
    expect(chosen({})).toBeUndefined();
    expect(chosen({ HTTPS_PROXY: '', HTTP_PROXY: 'http://proxy:3128' })).toBeUndefined();
  });

  it.each([
    [{ HTTPS_PROXY: 'http://big:1' }, 'http://big:1'],
    [{ https_proxy: 'http://small:1', HTTPS_PROXY: 'http://big:1' }, 'http://small:1'],
    [{ ALL_PROXY: 'https://all' }, 'https://all:443'],
    [{ all_proxy: 'all:3128' }, 'http://all:3128'],
    [{ ALL_PROXY: 'http://all:1', HTTPS_PROXY: 'http://big:1' }, 'http://big:1'],
    [{ HTTPS_PROXY: 'http://[::1]:3128' }, 'http://[::1]:3128'],
  ])('is the one of the environment: %o', (environment, address) => {
    expect(chosen(environment)).toBe(address);
  });

  it('is the configured one before that of the environment', () => {
    expect(chosen({ HTTPS_PROXY: 'http://big:1' }, { url: 'http://own:2' })).toBe('http://own:2');
  });

  it.each([
    [HOST, true],
    [HOST.toUpperCase(), true],
    ['amazonaws.com', true],
    ['.amazonaws.com', true],
    ['*.amazonaws.com', true],
    ['*', true],
    [`${HOST}:8443`, true],
    [`${HOST}:443`, false],
    ['aws.com', false],
    ['iot', false],
    ['example.com,  .amazonaws.com', true],
    ['', false],
    [',', false],
    ['.', false],
  ])('is none for the exceptions: NO_PROXY=%s', (exceptions, excepted) => {
    const found = chosen({ HTTPS_PROXY: 'http://big:1', NO_PROXY: exceptions });
    expect(found).toBe(excepted ? undefined : 'http://big:1');
  });

  it('is none for an address that is excepted', () => {
    const environment = { HTTPS_PROXY: 'http://big:1', no_proxy: '10.0.0.1, [fd00::1]' };
    expect(chosen(environment, {}, '10.0.0.1')).toBeUndefined();
    expect(chosen(environment, {}, 'fd00::1')).toBeUndefined();
    expect(chosen(environment, {}, '110.0.0.1')).toBe('http://big:1');
  });

  it('heeds the configured exceptions instead of those of the environment', () => {
    const environment = { NO_PROXY: HOST };
    expect(chosen(environment, { url: 'http://own:2', noProxy: [] })).toBe('http://own:2');
    expect(chosen(environment, { url: 'http://own:2' })).toBeUndefined();
    expect(chosen({}, { url: 'http://own:2', noProxy: ['*.amazonaws.com'] })).toBeUndefined();
  });

  it.each(['socks5://me:secret-word@proxy:1080', 'http://me:secret-word@', 'http://a:b:c:d'])(
    'is none, with a warning that does not repeat it, where the environment names none of HTTP: %s',
    (address) => {
      const warnings: string[] = [];
      expect(chosen({ HTTPS_PROXY: address }, {}, HOST, (message) => warnings.push(message))).toBeUndefined();
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).not.toContain('secret-word');
    },
  );

  it.each([
    ['http://me:50%25@proxy:3128', 'me:50%'],
    ['http://me:50%@proxy:3128', 'me:50%'],
    ['http://me:a%zz%20b@proxy:3128', 'me:a%zz b'],
    ['http://me:%ff@proxy:3128', 'me:%ff'],
  ])('takes a password with a percent sign in it: %s', (url, expected) => {
    const { headers } = new ProxyAddress(url);
    const [, encoded = ''] = /^Basic (.+)$/.exec(headers['Proxy-Authorization'] ?? '') ?? [];
    expect(Buffer.from(encoded, 'base64').toString()).toBe(expected);
  });

  it('does not tell its password to whoever prints it', () => {
    const address = new ProxyAddress('http://me:secret-word@proxy:3128');
    expect(`${address} ${JSON.stringify(address)}`).not.toContain('secret-word');
  });
});
