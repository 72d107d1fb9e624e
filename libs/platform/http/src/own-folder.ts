import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Contents and archives of sources, databases of an evaluation, an index that is made beside another one. */
export type FolderKind = 'contents' | 'archive' | 'eval' | 'beside';

/** `fumi-<kind>-<process>-<place>-<random>`. */
const NAME = /^fumi-(?:contents|archive|eval|beside)-(\d+)-([0-9a-f]{12})-/u;

/** Names of this process: a container begins again with the same process id. */
const own = new Set<string>();

/** A temporary folder that can be told from those of processes that are gone. Whoever asks for it removes it. */
export async function ownFolder(kind: FolderKind): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `fumi-${kind}-${process.pid}-${placeOfProcesses()}-`));
  own.add(basename(folder));
  return folder;
}

/**
 * Removes what processes left behind that were ended the hard way. Those of other machines and containers that share the folder
 * are left alone: their process ids say nothing here.
 * @returns how many folders
 */
export async function sweepFolders(folder = tmpdir()): Promise<number> {
  let swept = 0;
  for (const name of await readdir(folder)) {
    const [, pid, place] = NAME.exec(name) ?? [];
    if (pid === undefined || place !== placeOfProcesses() || own.has(name)) continue;
    if (Number(pid) !== process.pid && isRunning(Number(pid))) continue;
    // Of another account of this machine, or taken away by another process meanwhile.
    const isGone = await rm(join(folder, name), { recursive: true, force: true }).then(
      () => true,
      () => false,
    );
    if (isGone) swept++;
  }
  return swept;
}

/** The machine or container within which a process id names one process. */
function placeOfProcesses(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 12);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
