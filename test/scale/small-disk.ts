import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own that is soon full. */
export interface SmallDisk {
  /** Takes everything that is left. */
  fill(): void;
  /** Gives that back. */
  free(): void;
  remove(): void;
}

const FILLER = 'filler';

/** Why none can be had here, found out by mounting one; undefined when it can. */
export function smallDiskMissing(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'fumi-disk-'));
  try {
    const { error, status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    if (status === 0) spawnSync('umount', ['-l', folder]);
    return status === 0
      ? undefined
      : `no file system can be mounted here: ${error?.message ?? stderr.toString().trim()}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function mountSmallDisk(folder: string, bytes: number, owner?: number): SmallDisk {
  mkdirSync(folder, { recursive: true });
  const rights = owner === undefined ? 'mode=0700' : `mode=0700,uid=${owner},gid=${owner}`;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},${rights}`, 'tmpfs', folder]);
  if (mounted.status !== 0) throw new Error(`mount: ${mounted.stderr.toString()}`);
  const filler = join(folder, FILLER);
  return {
    fill: () => {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(filler, Buffer.alloc(bavail * bsize));
    },
    free: () => rmSync(filler, { force: true }),
    remove: () => void spawnSync('umount', ['-l', folder]),
  };
}
