import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ContentBody } from '@fumikura/model';

/** From here on a content lies in a file until it is parsed, where the connector can write one. */
const IN_FILES_FROM = 1_024 * 1_024;

/** `fumi-contents-<process>-<place>-<random>`. */
const PREFIX = 'fumi-contents-';

export type Content = { readonly bytes: Uint8Array } | { readonly path: string };

export function isFiled({ save, sizeBytes }: ContentBody): boolean {
  return save !== undefined && sizeBytes >= IN_FILES_FROM;
}

/** Contents of one run: small ones in memory, large ones in a folder of its own, which goes with it. */
export class Contents {
  #folder: Promise<string> | undefined;
  #next = 0;

  async read(body: ContentBody, signal: AbortSignal): Promise<Content> {
    if (!body.save || !isFiled(body)) return { bytes: await body.read(signal) };
    const path = join(await (this.#folder ??= ownFolder()), String(this.#next++));
    await body.save(path, signal);
    return { path };
  }

  async discard(content: Content): Promise<void> {
    if ('path' in content) await rm(content.path, { force: true });
  }

  async close(): Promise<void> {
    const folder = await this.#folder;
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Names of this process: a container begins again with the same process id. */
const own = new Set<string>();

async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-${placeOfProcesses()}-`));
  own.add(basename(folder));
  return folder;
}

/**
 * Removes what runs left behind whose process was ended the hard way. Those of other machines and containers that share the folder
 * are left alone: their process ids say nothing here.
 * @returns how many folders
 */
export async function sweepContents(folder = tmpdir()): Promise<number> {
  let swept = 0;
  for (const name of await readdir(folder)) {
    const [, pid, place] = /^fumi-contents-(\d+)-([0-9a-f]{12})-/u.exec(name) ?? [];
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

export async function hashOf(content: Content): Promise<string> {
  const hash = createHash('sha256');
  if ('bytes' in content) hash.update(content.bytes);
  else await pipeline(createReadStream(content.path), hash);
  return `sha256:${hash.digest('base64url')}`;
}
