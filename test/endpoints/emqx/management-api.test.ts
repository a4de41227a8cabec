import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../src/clock.ts';
import { ManagementApi, PAGE } from '../../../src/endpoints/emqx/management-api.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { API_KEY, FakeEmqxApi, type FakeEmqxApiOptions } from '../../support/fake-emqx-api.ts';

const directory = mkdtempSync(join(tmpdir(), 'emqx-api-'));
const keyFile = join(directory, 'key');
const signal = new AbortController().signal;
const opened: { close(): unknown }[] = [];
const { key: API_NAME, secret: SECRET } = /^(?<key>[^:]+):(?<secret>.+)$/.exec(API_KEY)!.groups as {
  key: string;
  secret: string;
};

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

interface Given extends FakeEmqxApiOptions {
  readonly url?: string;
  readonly caFile?: string;
  readonly requestMs?: number;
  readonly warn?: (message: string) => void;
}

async function open(given: Given = {}): Promise<{ emqx: FakeEmqxApi; api: ManagementApi }> {
  writeFileSync(keyFile, `${API_KEY}\n`, { mode: 0o600 });
  const emqx = await FakeEmqxApi.start(given);
  const api = new ManagementApi({
    url: given.url ?? emqx.url,
    keyFile,
    caFile: given.caFile,
    clock: new SystemClock(),
    warn: given.warn ?? (() => {}),
    ...(given.requestMs === undefined ? {} : { requestMs: given.requestMs }),
  });
  opened.push({ close: () => api.close() }, { close: () => emqx.down() });
  return { emqx, api };
}

describe("EMQX's REST API", () => {
  it('disconnects a client, and says so where there was none', async () => {
    const { emqx, api } = await open();
    emqx.connect('one');
    expect(await api.disconnect('one', signal)).toEqual({ kind: 'done', value: undefined });
    expect(emqx.clients.has('one')).toBe(false);
    expect(await api.disconnect('one', signal)).toEqual({ kind: 'absent' });
  });

  it('tells who a client is: its user name, and what the daemon said of it', async () => {
    const { emqx, api } = await open();
    emqx.connect('one', { username: 'somebody', attributes: { deviceauth_certificate: 'ff' } });
    const found = await api.client('one', signal);
    expect(found).toMatchObject({
      kind: 'done',
      value: { clientId: 'one', username: 'somebody', connected: true },
    });
    expect(found.kind === 'done' && { ...found.value.attributes }).toEqual({ deviceauth_certificate: 'ff' });
    expect(await api.client('two', signal)).toEqual({ kind: 'absent' });
  });

  it('drops remembered decisions, lists subscriptions and takes one away', async () => {
    const { emqx, api } = await open();
    const client = emqx.connect('one', { cached: 7, subscriptions: new Set(['a/#', '$share/g/b/+']) });
    expect(await api.flushCache('one', signal)).toMatchObject({ kind: 'done' });
    expect(await api.subscriptions('one', signal)).toEqual({ kind: 'done', value: ['a/#', '$share/g/b/+'] });
    expect(await api.unsubscribe('one', '$share/g/b/+', signal)).toMatchObject({ kind: 'done' });
    await expect.poll(() => [client.cached, ...client.subscriptions]).toEqual([0, 'a/#']);
  });

  it.each([
    ['says whether there is more', false],
    ['only counts, as 5.0 does', true],
  ])('pages through all clients where EMQX %s', async (_, isOld) => {
    const { emqx, api } = await open({ isOld });
    for (let count = 0; count < 2 * PAGE + 5; count += 1) emqx.connect(`client-${count}`);
    const all: string[] = [];
    for (let page = 1; ; page += 1) {
      const found = await api.clients(page, signal);
      if (found.kind !== 'done') throw new Error(found.kind);
      all.push(...found.value.clients.map(({ clientId }) => clientId));
      if (!found.value.hasMore) break;
    }
    expect(all.sort()).toEqual([...emqx.clients.keys()].sort());
    expect(emqx.count('clients')).toBe(3);
    expect(await api.client('nobody', signal)).toEqual({ kind: 'absent' });
  });

  it.each([
    'a/b',
    'a b',
    'a+b',
    'a%2Fb',
    '%',
    '..',
    '.',
    '...',
    '../clients/other',
    'kickout/bulk',
    'a?b#c',
    'ü€😀',
    '"\\\u0001',
    ":@!$&'()*,;=~",
    'other/authorization/cache',
    'x'.repeat(8_000),
  ])('reaches the very client that is called %j and nobody else', async (clientId) => {
    const { emqx, api } = await open();
    for (const other of ['other', 'clients', 'api', 'a', 'b', 'bulk', 'kickout']) emqx.connect(other);
    emqx.connect(clientId);
    const before = emqx.clients.size;
    if (api.canLookUp(clientId)) {
      expect(await api.client(clientId, signal)).toMatchObject({ kind: 'done', value: { clientId } });
    }
    expect(await api.disconnect(clientId, signal)).toMatchObject({ kind: 'done' });
    expect(emqx.clients.has(clientId)).toBe(false);
    expect(emqx.clients.size).toBe(before - 1);
  });

  it('reaches whatever client id there is', async () => {
    const { emqx, api } = await open();
    const unit = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('.', '/', '%', '2', 'F') }),
    );
    await fc.assert(
      fc.asyncProperty(unit, async (clientId) => {
        fc.pre(clientId !== '');
        emqx.connect('other');
        emqx.connect(clientId.toWellFormed());
        expect(await api.client(clientId, signal)).toMatchObject({ kind: 'done' });
        expect(await api.disconnect(clientId, signal)).toMatchObject({ kind: 'done' });
        expect([...emqx.clients.keys()]).toEqual(clientId === 'other' ? [] : ['other']);
      }),
      { numRuns: 500 },
    );
  });

  it('asks on connections that it keeps open', async () => {
    const { emqx, api } = await open();
    for (let count = 0; count < 20; count += 1) await api.client('nobody', signal);
    expect(emqx.opened).toBe(1);
  });

  it('takes a 404 for "not there" only where EMQX says that it is about the client', async () => {
    const { emqx, api } = await open();
    const elsewhere = new ManagementApi({
      url: `${emqx.url}/proxied`,
      keyFile,
      caFile: undefined,
      clock: new SystemClock(),
      warn: () => {},
    });
    emqx.connect('one');
    expect(await elsewhere.disconnect('one', signal)).toMatchObject({ kind: 'trouble', definite: false });
    for (const body of ['', '<html>', '{"code":"NOT_FOUND"}', '[]', '{"code":["CLIENTID_NOT_FOUND"]}']) {
      emqx.fault = () => ({ kind: 'status', status: 404, body });
      expect(await api.disconnect('one', signal)).toMatchObject({ kind: 'trouble' });
    }
    elsewhere.close();
  });

  it.each([
    [{ kind: 'status', status: 503 }, 'unreachable'],
    [{ kind: 'status', status: 502 }, 'unreachable'],
    [{ kind: 'status', status: 429 }, 'unreachable'],
    [{ kind: 'status', status: 500 }, 'trouble'],
    [{ kind: 'status', status: 400 }, 'trouble'],
    [{ kind: 'status', status: 200, body: '{}' }, 'trouble'],
    [{ kind: 'status', status: 302 }, 'trouble'],
    [{ kind: 'status', status: 401 }, 'refused'],
    [{ kind: 'status', status: 403 }, 'refused'],
    [{ kind: 'reset' }, 'unreachable'],
    [{ kind: 'half' }, 'unreachable'],
    [{ kind: 'silent' }, 'unreachable'],
    [{ kind: 'body', text: '{"clientid":1}' }, 'trouble'],
    [{ kind: 'body', text: 'not JSON' }, 'trouble'],
    [{ kind: 'body', text: '{"clientid":"another","connected":true}' }, 'trouble'],
  ] as const)('takes %j for %s', async (fault, kind) => {
    const { emqx, api } = await open({ requestMs: 200 });
    emqx.connect('one');
    emqx.fault = () => fault;
    expect(await api.client('one', signal)).toMatchObject({ kind });
    if (fault.kind !== 'body') expect(await api.disconnect('one', signal)).toMatchObject({ kind });
  });

  it('reads no answer without end', async () => {
    const { emqx, api } = await open();
    emqx.fault = () => ({ kind: 'body', text: `"${'x'.repeat(33 * 1024 * 1024)}"` });
    expect(await api.client('one', signal)).toMatchObject({ kind: 'unreachable' });
  });

  it('leaves out an entry of a list that it cannot read, and counts it', async () => {
    const { emqx, api } = await open();
    emqx.fault = () => ({
      kind: 'body',
      text: '{"data":[{"clientid":7},{"clientid":"a","connected":true},null],"meta":{"hasnext":false}}',
    });
    expect(await api.clients(1, signal)).toMatchObject({
      kind: 'done',
      value: { clients: [{ clientId: 'a' }], unreadable: 2, hasMore: false },
    });
  });

  it('takes a client that EMQX says nothing more of for one that is not connected', async () => {
    const { emqx, api } = await open();
    emqx.fault = () => ({ kind: 'body', text: '{"clientid":"one"}' });
    expect(await api.client('one', signal)).toMatchObject({ kind: 'done', value: { connected: false } });
  });

  it('ends with its signal', async () => {
    const { emqx, api } = await open();
    emqx.fault = () => ({ kind: 'silent' });
    const stop = new AbortController();
    const asked = api.client('one', stop.signal);
    await expect.poll(() => emqx.held).toBe(1);
    stop.abort();
    expect(await asked).toEqual({ kind: 'aborted' });
    await expect.poll(() => emqx.held).toBe(0);
  });
});

describe('the key of the REST API', () => {
  it('is read again on a reload, and only whole', async () => {
    const { emqx, api } = await open();
    emqx.key = 'another:key';
    expect(await api.client('one', signal)).toMatchObject({ kind: 'refused' });
    writeFileSync(keyFile, 'rubbish\n');
    expect(() => api.reload()).toThrow('keyFile');
    writeFileSync(keyFile, 'another:key\n');
    api.reload();
    expect(await api.client('one', signal)).toEqual({ kind: 'absent' });
  });

  it('is in no message', async () => {
    const { emqx, api } = await open({ requestMs: 200 });
    const outcomes: unknown[] = [];
    for (const status of [400, 401, 403, 500, 503]) {
      emqx.fault = () => ({
        kind: 'status',
        status,
        body: JSON.stringify({ code: API_KEY, message: API_KEY }),
      });
      outcomes.push(await api.client('one', signal));
    }
    emqx.fault = () => ({ kind: 'reset' });
    outcomes.push(await api.client('one', signal));
    await emqx.down();
    outcomes.push(await api.client('one', signal));
    for (const text of [`${SECRET}`, `${API_NAME} ${SECRET}`, `:${SECRET}`, '']) {
      writeFileSync(keyFile, text);
      outcomes.push(problem(() => api.reload()));
    }
    rmSync(keyFile);
    outcomes.push(problem(() => api.reload()));
    const told = JSON.stringify(outcomes);
    expect(told).toContain('keyFile');
    for (const secret of [SECRET, API_NAME, Buffer.from(API_KEY).toString('base64')]) {
      expect(told).not.toContain(secret);
    }
  });

  it('tells of a file that others may read', async () => {
    const told: string[] = [];
    const { api } = await open({ warn: (message) => told.push(message) });
    expect(told).toEqual([]);
    chmodSync(keyFile, 0o644);
    api.reload();
    expect(told).toEqual([expect.stringContaining('644')]);
  });
});

describe('the REST API over TLS', () => {
  const maker = new CertificateMaker();
  const ca = maker.make({ subject: 'CA', isCa: true });
  const server = maker.make({ subject: 'emqx', issuer: ca, hosts: ['127.0.0.1'], purpose: 'server' });
  const caFile = join(directory, 'ca.pem');
  writeFileSync(caFile, ca.pem);

  it("is held against the operator's CA and its name", async () => {
    const { api, emqx } = await open({ caFile, tls: { key: server.keyPem, cert: server.pem } });
    expect(await api.client('one', signal)).toEqual({ kind: 'absent' });
    const stranger = maker.make({ subject: 'emqx', issuer: ca, hosts: ['emqx.example'], purpose: 'server' });
    const other = await open({ caFile, tls: { key: stranger.keyPem, cert: stranger.pem } });
    expect(await other.api.client('one', signal)).toMatchObject({ kind: 'unreachable' });
    const unknown = await open({ tls: { key: server.keyPem, cert: server.pem } });
    expect(await unknown.api.client('one', signal)).toMatchObject({ kind: 'unreachable' });
    expect([emqx.seen.length, other.emqx.seen.length, unknown.emqx.seen.length]).toEqual([1, 0, 0]);
  });

  it('is not opened with a CA that is none', async () => {
    writeFileSync(join(directory, 'none.pem'), 'nothing');
    await expect(open({ caFile: join(directory, 'none.pem') })).rejects.toThrow('caFile');
    await expect(open({ caFile: join(directory, 'missing.pem') })).rejects.toThrow('caFile');
  });
});

function problem(task: () => void): string {
  try {
    task();
  } catch (error) {
    return String(error);
  }
  throw new Error('nothing was thrown');
}
