/**
 * One broker under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer: the environment it needs (it is not built
 * with them itself, so the libraries are preloaded), and what they said in its output. Always true:
 *
 * - A memory error ends the process with SIGABRT, so that it is noticed even if its report were lost; a leak or undefined
 *   behaviour is only reported, and the process goes on.
 * - Reports are read where both libraries write: the process's output. They share one report file, which the first undefined
 *   behaviour sets back to that, so a `log_path` loses some.
 * - A leak is passed over only if the broker itself asked for the memory: every frame that is known, but the allocator's, is in
 *   its binary. (2.0.11 leaks 192 bytes without a plugin, and some with every subscription it refuses.) Stacks end there, as the
 *   unwinder that is fast enough follows frame pointers, which the broker does not keep; but a plugin that calls none of the
 *   broker's allocation functions cannot be behind it (test/e2e/mosquitto/sanitizers.test.ts looks). What OpenSSL or gRPC
 *   asked for counts, as it may have been for us.
 * - Of undefined behaviour one kind is passed over: gRPC's headers put whatever number the peer sends into their status code.
 */
import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';

const ALLOCATOR = /\/libsanitizer\/|\/lib(asan|ubsan)\.so/;
const GRPC_STATUS =
  /^\/usr\/include\/grpcpp\/\S+: runtime error: load of value \d+, which is not a valid value for type '(grpc_status_code|StatusCode)'/;

export function sanitizerEnvironment(): Record<string, string> {
  const library = (name: string) =>
    execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
  const options = (values: Record<string, string | number>) =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join(':');
  return {
    // In this order: AddressSanitizer insists on being first.
    LD_PRELOAD: `${library('libasan.so')} ${library('libubsan.so')}`,
    ASAN_OPTIONS: options({
      abort_on_error: 1,
      detect_leaks: 1,
      // Leaks of the broker's own must not look like a crash.
      exitcode: 0,
      malloc_context_size: 40,
      detect_stack_use_after_return: 1,
      // GCC 12's guess of where a thread's variables of loaded libraries lie is wrong at times, and the leak check then crashes.
      intercept_tls_get_addr: 0,
      // The module of each frame, also where its source is known.
      stack_trace_format: '"    #%n %p %F %S (%m+%o)"',
    }),
    UBSAN_OPTIONS: options({ print_stacktrace: 1 }),
  };
}

const LEAK = /^(Direct|Indirect) leak of .*(\n {4}#.*)*/gm;
const UNDEFINED = /^.*: runtime error: .*(\n {4}#.*)*/gm;
/** Whatever else they say; the leaks are taken one by one. */
const ERROR = /^==\d+==(?!ERROR: LeakSanitizer: detected memory leaks|ABORTING).*(\n(?!==\d+==).*){0,80}/gm;

/** What they said in the output of this broker. */
export function sanitizerReports(output: string, binary: string): string[] {
  const leaks = (output.match(LEAK) ?? []).filter((report) => !isLeakOf(report, basename(binary)));
  const undefinedBehaviour = (output.match(UNDEFINED) ?? []).filter((report) => !GRPC_STATUS.test(report));
  return [...(output.match(ERROR) ?? []), ...leaks, ...undefinedBehaviour];
}

function isLeakOf(report: string, broker: string): boolean {
  const frames = report.split('\n').filter((line) => /^\s+#\d+ /.test(line));
  const modules = frames
    .filter((frame) => !ALLOCATOR.test(frame))
    .map((frame) => /\((?:[^()]*\/)?([^/()<>]+)\+0x[0-9a-f]+\)$/.exec(frame.trim())?.[1]);
  return modules.length > 0 && modules.every((module) => module === broker);
}
