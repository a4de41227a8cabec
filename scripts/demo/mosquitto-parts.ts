/**
 * The Mosquitto of this machine and the plugin for it. The broker: on the PATH, else the 2.1 that scripts/build-mosquitto
 * made. The plugin: the one that was built here, else the one installed beside the broker (PREFIX/sbin/mosquitto and
 * PREFIX/lib/mosquitto/deviceauthd.so), else built now if the tools are there. Nothing is ever installed.
 */
import { accessSync, constants, existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { Child } from './child.ts';
import type { Places } from './places.ts';
import { Problem } from './problem.ts';
import type { Running } from './running.ts';

const BUILT = 'var/build/mosquitto';
const BUILT_MOSQUITTO = 'var/brokers/mosquitto-2.1/sbin/mosquitto';
const INSTALLED = '../lib/mosquitto/deviceauthd.so';
/** What the plugin is made of. */
const SOURCES = [
  'plugins/mosquitto/CMakeLists.txt',
  'plugins/mosquitto/src',
  'proto/deviceauth/v1/device_auth.proto',
  'proto/google',
];

/** The message is a clause: why there is no Mosquitto to be had. */
export class NoMosquitto extends Problem {}

export interface MosquittoParts {
  readonly binary: string;
  readonly plugin: string;
}

export interface Surroundings {
  readonly places: Places;
  readonly searchPath: string;
  readonly running: Running;
  /** A build begins. */
  readonly building: () => void;
}

export async function mosquittoParts(surroundings: Surroundings): Promise<MosquittoParts> {
  const { searchPath } = surroundings;
  const { root } = surroundings.places;
  const binary = [
    ...searchPath.split(delimiter).map((folder) => resolve(folder, 'mosquitto')),
    join(root, BUILT_MOSQUITTO),
  ].find(isExecutable);
  const built = builtPlugin(root);
  if (binary === undefined) {
    const more = built === undefined ? await packagesToBuild(surroundings) : [];
    throw new NoMosquitto('there is no mosquitto on this machine', install(['mosquitto', ...more]));
  }
  const installed = join(dirname(binary), INSTALLED);
  if (built === undefined && existsSync(installed)) return { binary, plugin: installed };
  if (built !== undefined && isCurrent(root, built)) return { binary, plugin: built };

  const packages = await packagesToBuild(surroundings);
  if (packages.length === 0) return { binary, plugin: await build(surroundings) };
  if (built !== undefined) return { binary, plugin: built };
  throw new NoMosquitto(
    'the plugin for Mosquitto is not built, and what builds it is not here',
    install(packages),
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function builtPlugin(root: string): string | undefined {
  const directory = join(root, BUILT);
  if (!existsSync(directory)) return undefined;
  const name = readdirSync(directory).find((each) => each.endsWith('.so'));
  return name === undefined ? undefined : join(directory, name);
}

/** False after a git pull that brought a newer plugin. */
function isCurrent(root: string, plugin: string): boolean {
  const { mtimeMs } = statSync(plugin);
  return SOURCES.map((source) => join(root, source))
    .flatMap((source) =>
      statSync(source).isDirectory()
        ? readdirSync(source, { recursive: true, encoding: 'utf8' }).map((name) => join(source, name))
        : [source],
    )
    .every((file) => statSync(file).mtimeMs <= mtimeMs);
}

/** Debian's packages that are missing for a build. */
async function packagesToBuild({ places, running }: Surroundings): Promise<string[]> {
  const { output } = await buildPlugin(places, running, '--missing');
  return output.split(/\s+/).filter((name) => name !== '');
}

async function build({ places, running, building }: Surroundings): Promise<string> {
  building();
  const { succeeded, output } = await buildPlugin(places, running);
  const plugin = builtPlugin(places.root);
  if (!succeeded || plugin === undefined) {
    throw new NoMosquitto(
      `the plugin for Mosquitto does not build (${firstError(output)})`,
      `mend that (${BUILT}/build.log has more)`,
    );
  }
  // A source that changed and changes nothing in the plugin would have it built at every start.
  utimesSync(plugin, new Date(), new Date());
  return plugin;
}

/** What a compiler says is in its first line, what CMake says is in several. */
function firstError(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const count = lines[0]?.startsWith('CMake Error') === true ? 3 : 1;
  return lines.slice(0, count).join(' ').replaceAll(/\s+/g, ' ').trim();
}

/** Runs scripts/build-plugin. */
async function buildPlugin(
  { root, directory }: Places,
  running: Running,
  ...args: string[]
): Promise<{ succeeded: boolean; output: string }> {
  const log = join(directory, 'build-plugin.log');
  try {
    const child = new Child(running, {
      command: 'sh',
      args: ['scripts/build-plugin', ...args],
      cwd: root,
      log,
    });
    await child.ended;
    return { succeeded: child.succeeded, output: child.output };
  } finally {
    rmSync(log, { force: true });
  }
}

function install(packages: readonly string[]): string {
  return `${process.getuid?.() === 0 ? '' : 'sudo '}apt-get install ${packages.join(' ')}`;
}

/** As it is best read: relative where it is in the checkout. */
export function shown(root: string, file: string): string {
  const short = relative(root, file);
  return short.startsWith('..') ? file : short;
}
