/**
 * What AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer wrote about one broker. Leaks whose every frame is
 * in the broker or in what it links itself are not ours: 2.0.11 leaks 192 bytes without a plugin.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const NOT_OURS = /^(lib(asan|ubsan|c|ssl|crypto|pthread|m|cjson|websockets)\.so\S*|ld-linux\S*)$/;

export function sanitizerReports(directory: string, binary: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith('sanitizer.'))
    .flatMap((name) => blocks(readFileSync(join(directory, name), 'utf8')))
    .filter((block) => !isLeakOf(block, basename(binary)));
}

function blocks(report: string): string[] {
  return report
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => /^(Direct|Indirect) leak|ERROR: AddressSanitizer|runtime error/m.test(block));
}

/** Of the broker's own making: every frame is in its binary, in the C library or OpenSSL, or the sanitizer's allocator. */
function isLeakOf(block: string, broker: string): boolean {
  if (!/^(Direct|Indirect) leak/.test(block)) return false;
  const frames = block.split('\n').filter((line) => /^\s+#\d+ /.test(line));
  return frames.every((frame) => {
    const module = /\((?:[^()]*\/)?([^/()]+)\+0x[0-9a-f]+\)/.exec(frame)?.[1];
    return module === undefined
      ? frame.includes('/libsanitizer/')
      : module === broker || NOT_OURS.test(module);
  });
}
