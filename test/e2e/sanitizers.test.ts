import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MosquittoBroker } from './support/mosquitto-broker.ts';
import { onMosquitto } from './support/scene.ts';

const SOURCE = fileURLToPath(new URL('flawed-plugin.c', import.meta.url));

onMosquitto(
  'under the sanitizers, a broker whose plugin',
  (kind) => {
    const directory = mkdtempSync(join(tmpdir(), 'das-'));
    const plugin = join(directory, 'flawed.so');

    beforeAll(() => {
      const own = join(dirname(dirname(kind.release.binary)), 'include');
      const headers = kind.release.series === '2.1' ? ['-I', own] : [];
      const sanitizers = ['-fsanitize=address,undefined', '-g', '-O1', '-fno-omit-frame-pointer'];
      execFileSync('gcc', [
        ...['-shared', '-fPIC', '-Wall', '-Wno-cpp', ...sanitizers, ...headers],
        ...['-o', plugin, SOURCE, '-lcrypto'],
      ]);
    });
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    /** What is said of a broker that ran with this flaw; empty: nothing. */
    async function verdictOn(flaw: string): Promise<string> {
      const broker = await MosquittoBroker.prepare(kind.release, {
        socket: '',
        deviceCas: [],
        plugin,
        pluginOptions: { flaw },
        sanitized: true,
      });
      try {
        await broker.run();
        await broker.stop();
        return '';
      } catch (error) {
        await broker.discard().catch(() => undefined);
        return `${error}`;
      }
    }

    it('is sound is clean, whatever the broker itself does', async () => {
      expect(await verdictOn('none')).toBe('');
    });

    it.each([
      ['reads what it freed', 'freed', /heap-use-after-free/],
      ['overflows a signed number', 'undefined', /signed integer overflow/],
      ['aborts', 'abort', /SIGABRT/],
    ])('%s is reported', async (_what, flaw, said) => {
      expect(await verdictOn(flaw)).toMatch(said);
    });

    /** The sizes of the blocks that are reported as lost. */
    const lost = (verdict: string) =>
      [...verdict.matchAll(/leak of (\d+) byte\(s\) in (\d+) object/g)].map(
        ([, bytes, objects]) => Number(bytes) / Number(objects),
      );

    it.each([
      ['loses memory', 'leak-own', 77],
      ['loses memory that OpenSSL gave it', 'leak-openssl', 78],
      ['loses memory that the broker gave it', 'leak-broker', 79],
    ])('%s is reported', async (_what, flaw, bytes) => {
      expect(lost(await verdictOn(flaw))).toContain(bytes);
    });

    it('has two flaws is reported for both', async () => {
      const verdict = await verdictOn('undefined and leak-own');
      expect(verdict).toMatch(/signed integer overflow/);
      expect(lost(verdict)).toContain(77);
    });
  },
  'one',
);
