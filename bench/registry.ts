/** Start-up with 100,000 registered devices, look-ups in that registry, bulk registration. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { SystemClock } from '../src/clock.ts';
import { openRegistry } from '../src/identity/registry/sqlite-registry.ts';
import type { RegistrationInput } from '../src/identity/registry/store.ts';
import type { Row } from './row.ts';

const DEVICES = 100_000;
const BATCH = 500;
const LOOK_UPS = 20_000;
/** As long as the PEM of an ordinary RSA 2048 device certificate. */
const PEM = `-----BEGIN CERTIFICATE-----\n${'MIID'.repeat(300)}\n-----END CERTIFICATE-----\n`;

export async function run(): Promise<readonly Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-bench-'));
  try {
    return [...(await fill(directory)), ...(await measure(directory)), ...(await startProcess(directory))];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function fill(directory: string): Promise<readonly Row[]> {
  const registry = await openRegistry({ directory, clock: new SystemClock() });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  for (let first = 0; first < DEVICES; first += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, n) => device(first + n));
    const results = await registry.registerMany(batch);
    if (!results.every((result) => result.ok)) throw new Error('a registration failed');
  }
  const seconds = (performance.now() - start) / 1_000;
  delay.disable();
  await registry.close();
  return [
    {
      name: 'bulk registration, thing and attachment included',
      value: DEVICES / seconds,
      unit: 'devices/s',
      note: 'parsing certificates not included; every commit synced to disk',
    },
    { name: 'longest event-loop delay meanwhile', value: delay.max / 1e6, unit: 'ms' },
    {
      name: `file with ${DEVICES.toLocaleString('en-US')} devices`,
      value: statSync(join(directory, 'registry.db')).size / 2 ** 20,
      unit: 'MiB',
    },
  ];
}

async function measure(directory: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const opened = performance.now();
  const registry = await openRegistry({ directory, clock: new SystemClock() });
  const { certificates } = await registry.counts();
  const note = `${certificates.toLocaleString('en-US')} devices, counts included; nothing is loaded`;
  rows.push({ name: 'start-up', value: performance.now() - opened, unit: 'ms', note });

  const each = async (name: string, ask: (n: number) => Promise<unknown>): Promise<void> => {
    const start = performance.now();
    for (let n = 0; n < LOOK_UPS; n += 1) await ask((n * 7_919) % DEVICES);
    rows.push({ name, value: ((performance.now() - start) * 1_000) / LOOK_UPS, unit: 'µs' });
  };
  await each('certificate by id', (n) => registry.certificate(idOf(n)));
  await each('attachment', (n) => registry.attachment(idOf(n), `device-${n}`));
  await each('thing by name', (n) => registry.thing(`device-${n}`));
  await each('counts', () => registry.counts());

  const writes = 200;
  const start = performance.now();
  for (let n = 0; n < writes; n += 1) await registry.setStatus(idOf(n), 'INACTIVE');
  rows.push({
    name: 'one change of status, on disk',
    value: (performance.now() - start) / writes,
    unit: 'ms',
  });

  const listed = performance.now();
  let after: string | undefined;
  do after = (await registry.things({ size: 1_000, after })).next;
  while (after !== undefined);
  rows.push({ name: 'listing all things, in pages of 1,000', value: performance.now() - listed, unit: 'ms' });
  await registry.close();
  return rows;
}

/** The whole daemon as a process, from the command to its word that it is ready. */
async function startProcess(directory: string): Promise<readonly Row[]> {
  const file = join(directory, 'deviceauthd.json');
  const admin = { socket: join(directory, 'admin.sock') };
  writeFileSync(file, JSON.stringify({ stateDirectory: directory, admin, metrics: { listen: '' } }));
  const program = fileURLToPath(new URL('../bin/deviceauthd', import.meta.url));
  const start = performance.now();
  const child = spawn(program, ['serve', '--config', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (output.includes('deviceauthd is ready')) break;
  }
  const value = performance.now() - start;
  child.kill();
  await once(child, 'exit');
  return [{ name: 'start-up of the daemon, from the command to ready', value, unit: 'ms' }];
}

function device(n: number): RegistrationInput {
  const name = `device-${n}`;
  return {
    certificate: {
      id: idOf(n),
      pem: PEM,
      subject: `CN=${name}`,
      issuer: 'O=deviceauthd\nCN=default device CA',
      serialNumber: '4A00000000000000000000000000000000000000',
      key: 'RSA 2048',
      notBefore: Date.UTC(2025, 0, 1),
      notAfter: Date.UTC(2049, 11, 31, 23, 59, 59),
    },
    status: 'ACTIVE',
    attach: { thingName: name, exclusive: true },
    createThing: { name, type: 'sensor', attributes: { site: 'north' }, groups: ['fleet'] },
  };
}

function idOf(n: number): string {
  return createHash('sha256').update(String(n)).digest('hex');
}
