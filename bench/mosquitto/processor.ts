/**
 * What Linux tells about a process, and where it may run. Where a broker is bound it has the first core for itself, all its
 * threads, and everything else the second, so that one does not push the other about; with one core, or without taskset,
 * nothing is bound.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const BROKER_CORE = '0';
const OTHER_CORE = '1';

function canBind(): boolean {
  return availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;
}

/** A command line that runs `command` on the broker's core. */
export function onBrokerCore(command: readonly string[]): readonly string[] {
  return canBind() ? ['taskset', '--cpu-list', BROKER_CORE, ...command] : command;
}

/** From now on this process, and those it starts, are not on the broker's core. */
export function leaveBrokerCore(): void {
  if (!canBind()) return;
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', OTHER_CORE, `${process.pid}`], {
    stdio: 'ignore',
  });
}

/** Processor time of all its threads so far, in seconds. */
export function processorTime(pid: number): number {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const [running] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
    nanoseconds += Number(running);
  }
  return nanoseconds / 1e9;
}

export interface Memory {
  readonly residentKiB: number;
  /** Written to by this process alone: what it costs the machine. */
  readonly privateDirtyKiB: number;
}

export function memory(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]);
  return { residentKiB: kibibytes('Rss'), privateDirtyKiB: kibibytes('Private_Dirty') };
}
