/**
 * From the text of a configuration file to the effective configuration, with every warning and
 * error on the way. Never throws for what is in the text. The effective configuration is always
 * complete and within its ranges:
 * - without errors it is what the text says;
 * - with errors, on a reload, it is the running one: a bad file changes nothing;
 * - with errors, at a first load, it has defaults where the text is wrong, for showing only.
 */
import { readFileSync } from 'node:fs';
import { crossCheck } from './cross-checks.ts';
import { checkDeviceGroups, type DeviceGroupsValidator } from './device-groups.ts';
import { LARGEST_DOCUMENT, readDocument, type Tree } from './document.ts';
import { type Problem, Problems } from './problem.ts';
import { isMap, Reader } from './reader.ts';
import { type Configuration, configurationSchema } from './schema.ts';

export type { DeviceGroupsValidator } from './device-groups.ts';
export type { Problem } from './problem.ts';
export type { Configuration, Listener, ListenerLimits, TcpListener, UnixListener } from './schema.ts';

export interface LoadOptions {
  /** The running configuration: this is a reload. */
  readonly previous?: Configuration | undefined;
  /** Policy's `compileDeviceGroups`. */
  readonly validateDeviceGroups?: DeviceGroupsValidator | undefined;
}

export interface LoadResult {
  readonly effective: Configuration;
  readonly warnings: readonly Problem[];
  readonly errors: readonly Problem[];
}

export function loadConfiguration(text: string, options: LoadOptions = {}): LoadResult {
  const problems = new Problems();
  const effective = fromDocument(readDocument(text, problems), options, problems);
  return finish(effective, options, problems);
}

/** Like `loadConfiguration`; a file that cannot be read is an error in the result. */
export function loadConfigurationFile(file: string, options: LoadOptions = {}): LoadResult {
  let text: string;
  try {
    text = decode(readFileSync(file));
  } catch (error) {
    const problems = new Problems();
    problems.error('', file, `the file cannot be read: ${readingFailure(error)}`);
    return finish(defaultConfiguration(), options, problems);
  }
  return loadConfiguration(text, options);
}

/** What an empty file gives. */
export function defaultConfiguration(): Configuration {
  return configurationSchema.parse({});
}

function finish(effective: Configuration, options: LoadOptions, problems: Problems): LoadResult {
  const { errors, warnings } = problems;
  const kept = errors.length > 0 && options.previous !== undefined ? options.previous : effective;
  return { effective: kept, warnings, errors };
}

function fromDocument(root: Tree | undefined, options: LoadOptions, problems: Problems): Configuration {
  if (root === undefined) return defaultConfiguration();
  if (root === null) {
    // An editor that truncates before it writes must not switch everything off.
    const say = options.previous === undefined ? 'warn' : 'error';
    problems[say]('', null, 'the document is empty; write {} to mean that every key has its default');
    return defaultConfiguration();
  }
  if (!isMap(root)) {
    problems.error('', root, 'the document must be a map of keys, not a list or a single value');
    return defaultConfiguration();
  }
  const input = new Reader(problems).read(configurationSchema, root, '', options.previous) as Record<
    string,
    unknown
  >;
  return refine(input, root, options, problems);
}

function refine(
  input: Record<string, unknown>,
  root: { readonly [key: string]: Tree },
  options: LoadOptions,
  problems: Problems,
): Configuration {
  const before = problems.errors.length;
  const groups = input['deviceGroups'];
  if (groups !== undefined) {
    checkDeviceGroups(groups as Tree, options.validateDeviceGroups, problems);
    if (problems.errors.length > before) delete input['deviceGroups'];
  }
  const read = configurationSchema.safeParse(input);
  if (!read.success) {
    for (const issue of read.error.issues) problems.error(issue.path.join('.'), null, issue.message);
    return defaultConfiguration();
  }
  return crossCheck(withOldCaType(read.data, root, problems), problems);
}

/** `ca_type` decides only where `certificateAuthority.caType` is absent; where it does not, it is left out. */
function withOldCaType(
  configuration: Configuration,
  root: { readonly [key: string]: Tree },
  problems: Problems,
): Configuration {
  const { ca_type: old, ...rest } = configuration;
  const given = root['ca_type'];
  if (given === undefined || given === null) return rest;
  const section = root['certificateAuthority'];
  const isOverruled = isMap(section) && section['caType'] !== undefined && section['caType'] !== null;
  problems.warn(
    'ca_type',
    given,
    isOverruled
      ? 'deprecated and ignored: certificateAuthority.caType is used'
      : 'deprecated: write certificateAuthority.caType',
  );
  if (isOverruled || old === undefined) return rest;
  return { ...configuration, certificateAuthority: { ...configuration.certificateAuthority, caType: old } };
}

function decode(bytes: Buffer): string {
  if (bytes.length > 4 * LARGEST_DOCUMENT) throw new Error('it is too large');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('it is not UTF-8');
  }
}

function readingFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'the permission is missing';
  if (code === 'EISDIR') return 'it is a directory';
  return error instanceof Error ? error.message : 'unknown cause';
}
