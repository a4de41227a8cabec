/**
 * A process of its own for tests: `registry-process.ts hold|write DIRECTORY`. `hold` opens the registry and keeps it
 * until it is killed. `write` registers devices for ever and prints how many are on disk.
 */
import { SystemClock } from '../../../src/clock.ts';
import { openRegistry } from '../../../src/identity/registry/sqlite-registry.ts';
import { registration } from './registration.ts';

const [mode = '', directory = ''] = process.argv.slice(2);
const registry = await openRegistry({ directory, clock: new SystemClock() });
let count = (await registry.counts()).certificates;
process.stdout.write(`${count}\n`);
if (mode === 'hold') setInterval(() => {}, 60_000);
while (mode === 'write') {
  const batch = Array.from({ length: 20 }, (_, n) => {
    const name = (count + n).toString(16).padStart(8, '0');
    const attach = { thingName: name, exclusive: true };
    return registration(name, { attach, createThing: { name } });
  });
  const results = await registry.registerMany(batch);
  if (results.some((result) => !result.ok)) throw new Error('not registered');
  count += batch.length;
  process.stdout.write(`${count}\n`);
}
