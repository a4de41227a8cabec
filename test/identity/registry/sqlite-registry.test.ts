import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRegistry } from '../../../src/identity/registry/sqlite-registry.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { describeStore } from './store-contract.ts';

describeStore('SQLite', async () => {
  const clock = new ManualClock();
  const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-registry-'));
  const store = await openRegistry({ directory, clock, onListenerError: () => {} });
  return { store, clock, remove: () => rmSync(directory, { recursive: true }) };
});
