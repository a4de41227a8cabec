/**
 * The few ways in which this room changes the disk. Each is durable when it resolves. They come through an interface, so
 * that a test can stop after any of them, as a power failure would.
 */
import { mkdir, open, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

export interface FileAccess {
  readonly mode: number;
  /** Undefined: that of the process. */
  readonly gid?: number | undefined;
}

export interface FileOperations {
  /** With its parents; one that is there stays as it is. */
  makeDirectory(path: string, access: FileAccess): Promise<void>;
  /** Rejects when there is something of that name. */
  writeNew(path: string, content: string | Uint8Array, access: FileAccess): Promise<void>;
  /** A symbolic link. Rejects when there is something of that name. */
  link(target: string, path: string): Promise<void>;
  /** Replaces what is at `to`. */
  rename(from: string, to: string): Promise<void>;
  /** With what is in it; nothing there is nothing done. */
  remove(path: string): Promise<void>;
  /** Makes what happened to the names in a directory durable. */
  sync(directory: string): Promise<void>;
}

export class DurableFiles implements FileOperations {
  async makeDirectory(path: string, { mode, gid }: FileAccess): Promise<void> {
    const made = await mkdir(path, { recursive: true, mode });
    if (made === undefined) return;
    // The umask had its say in mkdir.
    await settle(path, 'r', mode, gid);
    const first = resolve(made);
    for (let each = resolve(path); ; each = dirname(each)) {
      await this.sync(dirname(each));
      if (each === first || each === dirname(each)) break;
    }
  }

  async writeNew(path: string, content: string | Uint8Array, { mode, gid }: FileAccess): Promise<void> {
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      if (gid !== undefined) await handle.chown(-1, gid);
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async link(target: string, path: string): Promise<void> {
    await symlink(target, path);
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(from, to);
  }

  async remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
  }

  async sync(directory: string): Promise<void> {
    const handle = await open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** The old content or the new one is there, whole, at any time. */
export async function replaceFile(
  files: FileOperations,
  path: string,
  content: string | Uint8Array,
  access: FileAccess,
): Promise<void> {
  const directory = dirname(path);
  const unfinished = join(directory, `.writing-${basename(path)}`);
  await files.remove(unfinished);
  await files.writeNew(unfinished, content, access);
  await files.rename(unfinished, path);
  await files.sync(directory);
}

async function settle(path: string, flags: string, mode: number, gid: number | undefined): Promise<void> {
  const handle = await open(path, flags);
  try {
    if (gid !== undefined) await handle.chown(-1, gid);
    await handle.chmod(mode);
  } finally {
    await handle.close();
  }
}
