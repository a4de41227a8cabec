import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Arrows of docs/architecture.md: which room may import from which. Shared shapes are open to all. */
const OPEN = ['errors.ts', 'clock.ts', 'release.ts', 'contract'];
const MAY_IMPORT: Record<string, readonly string[]> = {
  contract: [],
  policy: ['contract'],
  connectivity: [],
  // The registry keeps what that room knows.
  identity: ['connectivity/host-address-store.ts', 'components/component.ts'],
  components: [],
  pki: ['identity/registry/store.ts', 'connectivity/host-name.ts'],
  backup: [
    'identity/registry/copies.ts',
    'identity/registry/store.ts',
    'pki/certificates-api.ts',
    'pki/authorities/device-ca-store.ts',
  ],
  // Verifiers, which keep the contract of identity; addresses that the operator gave in the cloud; what it writes down is
  // as durable as what pki does.
  cloud: ['identity', 'connectivity', 'pki/certificates-api.ts', 'pki/durable-files.ts'],
  sessions: ['policy', 'identity'],
  config: ['telemetry', 'connectivity/host-name.ts'],
  telemetry: [],
  endpoints: [
    'policy',
    'identity',
    'sessions',
    'pki',
    'backup',
    'components/component.ts',
    // The shapes in which it tells of itself.
    'cloud/status.ts',
    'cloud/outcome.ts',
    'cloud/doctor/check.ts',
    'config',
    'telemetry',
  ],
  // The doctor needs no daemon; what is loopback is said in one place.
  cli: [
    'config',
    'policy',
    'contract',
    'daemon.ts',
    'daemon/doctor.ts',
    'endpoints',
    'telemetry/loopback-address.ts',
  ],
};

const source = resolve(import.meta.dirname, '../../src');

function files(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : files(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

interface Import {
  readonly from: string;
  readonly to: string;
}

const imports: Import[] = files(source).flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => ({
    from: relative(source, file),
    to: match[1]?.startsWith('.')
      ? relative(source, resolve(dirname(file), match[1]))
      : `package ${match[1]}`,
  })),
);

const room = (path: string): string => path.split('/')[0] ?? path;

describe('the architecture', () => {
  it.each(Object.keys(MAY_IMPORT))('lets %s import only from where its arrows point', (name) => {
    const wrong = imports.filter(
      ({ from, to }) =>
        room(from) === name &&
        !to.startsWith('package ') &&
        room(to) !== name &&
        !OPEN.includes(room(to)) &&
        !MAY_IMPORT[name]?.some((allowed) => allowed === room(to) || allowed === to),
    );
    expect(wrong).toEqual([]);
  });

  it('lets only endpoints, their clients and the contract know gRPC', () => {
    const users = imports.filter(({ to }) => to.startsWith('package @grpc/')).map(({ from }) => room(from));
    expect([...new Set(users)].filter((name) => !['endpoints', 'cli', 'contract'].includes(name))).toEqual(
      [],
    );
  });

  it('lets only the registry speak SQL', () => {
    const users = imports.filter(({ to }) => to === 'package node:sqlite').map(({ from }) => dirname(from));
    expect([...new Set(users)].every((directory) => directory.startsWith('identity/registry'))).toBe(true);
  });

  it('lets only the cloud know AWS, and the socket for Greengrass its framing', () => {
    const framing = ({ from, to }: Import): boolean =>
      dirname(from) === 'endpoints/greengrass-ipc' && to === 'package @smithy/core/event-streams';
    const users = imports
      .filter(({ to }) => /^package (@aws-sdk|@smithy)\//.test(to))
      .filter((one) => !framing(one))
      .map(({ from }) => room(from));
    expect([...new Set(users)].filter((name) => name !== 'cloud')).toEqual([]);
  });

  it('loads the socket for Greengrass, and with it the library, only where it is configured', () => {
    const always = files(source)
      .filter((file) => dirname(relative(source, file)) !== 'endpoints/greengrass-ipc')
      .flatMap(
        (file) =>
          readFileSync(file, 'utf8').match(/^import (?!type )[^;]*'[^';]*\/greengrass-ipc\/[^';]*';/gm) ?? [],
      );
    expect(always).toEqual(["import { GREENGRASS_IPC_LISTENER } from './greengrass-ipc/name.ts';"]);
  });

  it('parses what a device sent with OpenSSL only: node-forge stays in pki, which issues', () => {
    const users = imports.filter(({ to }) => to === 'package node-forge').map(({ from }) => room(from));
    expect([...new Set(users)].filter((name) => name !== 'pki')).toEqual([]);
  });
});
