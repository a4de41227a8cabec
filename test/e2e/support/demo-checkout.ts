/**
 * A copy of this checkout in a temporary directory, in which `npm start` finds what a test put there and nothing else: its
 * own ./var, and a PATH with what /usr/bin has except for the brokers and build tools that are to be missing.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const PARTS = ['bin', 'plugins', 'proto', 'scripts', 'package.json'];
const PLUGIN = 'var/build/mosquitto/deviceauth_mosquitto.so';

export interface DemoRun {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** The exit code. */
  finished(): Promise<number | null>;
}

export interface DemoCheckoutOptions {
  /** Below the temporary directory. */
  readonly at?: string;
  /** Programs of /usr/bin that are not on the PATH. */
  readonly without?: readonly string[];
  /** What `mosquitto` on the PATH is; else there is none. */
  readonly mosquitto?: string;
  /** What stands where scripts/build-plugin leaves the plugin. */
  readonly plugin?: string;
}

export class DemoCheckout implements Disposable {
  readonly directory: string;
  readonly #temporary = mkdtempSync(join(tmpdir(), 'dad-'));
  readonly #started: ChildProcess[] = [];
  /** As of a system's: PREFIX/sbin, PREFIX/lib. */
  readonly prefix = join(this.#temporary, 'prefix');

  constructor({ at = 'checkout', without = [], mosquitto, plugin }: DemoCheckoutOptions = {}) {
    this.directory = join(this.#temporary, at);
    mkdirSync(this.directory, { recursive: true });
    for (const part of PARTS) cpSync(join(root, part), join(this.directory, part), { recursive: true });
    // Not copied: Node has compiled these.
    for (const part of ['node_modules', 'src']) symlinkSync(join(root, part), join(this.directory, part));
    const sbin = join(this.prefix, 'sbin');
    mkdirSync(sbin, { recursive: true });
    for (const name of readdirSync('/usr/bin').filter((each) => !['mosquitto', ...without].includes(each)))
      symlinkSync(join('/usr/bin', name), join(sbin, name));
    if (mosquitto !== undefined) symlinkSync(mosquitto, join(sbin, 'mosquitto'));
    if (plugin !== undefined) this.put(plugin, PLUGIN);
  }

  path(...names: string[]): string {
    return join(this.directory, ...names);
  }

  put(file: string, name: string): void {
    mkdirSync(join(this.path(name), '..'), { recursive: true });
    copyFileSync(file, this.path(name));
  }

  read(...names: string[]): string {
    return readFileSync(this.path(...names), 'utf8');
  }

  /** As scripts/start does, on the test's own PATH and any free port unless one is given. */
  start(...args: string[]): DemoRun {
    const port = args.includes('--port') ? [] : ['--port', '0'];
    return this.run(['scripts/node', 'scripts/demo.ts', ...port, ...args], join(this.prefix, 'sbin'));
  }

  run(args: readonly string[], path: string): DemoRun {
    const child = spawn('/bin/sh', args, { cwd: this.directory, env: { ...process.env, PATH: path } });
    this.#started.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    const finished = async () => {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
      return child.exitCode;
    };
    return { child, output: () => output, finished };
  }

  /** What runs in this checkout. */
  processes(): { readonly pid: number; readonly command: string }[] {
    const commandHere = (pid: string): string => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const names = `${command} ${readlinkSync(`/proc/${pid}/cwd`)}`;
        return names.includes(this.directory) ? command : '';
      } catch {
        return '';
      }
    };
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => ({ pid: Number(pid), command: commandHere(pid) }))
      .filter(({ command }) => command !== '');
  }

  [Symbol.dispose](): void {
    for (const child of this.#started) child.kill('SIGKILL');
    rmSync(this.#temporary, { recursive: true, force: true });
  }
}

/** The commands that the demo says are worth trying, once it has said them. */
export function commandsOf({ output }: DemoRun): string[] | undefined {
  const lines = output().match(/^ {2}bin\/deviceauthctl .*$/gm) ?? [];
  return lines.length === 3 ? lines : undefined;
}
