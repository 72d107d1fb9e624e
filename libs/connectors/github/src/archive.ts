import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError, toAppError } from '@fumikura/errors';
import { ownFolder } from '@fumikura/http';
import type { Repository, TreeEntry } from './github-types.ts';
import { repositoryPath } from './repositories.ts';
import type { Run } from './run.ts';
import { readTar } from './tar.ts';

const MAX_UNPACKED_BYTES = 4 * 1_024 ** 3;

export interface ArchivedFile {
  readonly entry: TreeEntry;
  readonly bytes: Uint8Array;
}

/**
 * Files of a commit by one request, in the order of the archive. An archive is not the tree: attributes leave files out or
 * change their text, so a file counts only when its content has the name that the tree gives it. What is missing at the end is
 * read by itself; an archive that cannot be read gives no more files and is no error.
 */
export async function* readArchive(
  run: Run,
  repository: Repository,
  head: string,
  wanted: ReadonlyMap<string, TreeEntry>,
): AsyncGenerator<ArchivedFile> {
  const { client, signal, logger } = run;
  const folder = await ownFolder('archive');
  try {
    const file = join(folder, 'archive.tar.gz');
    await client.download(repositoryPath(repository, 'tarball', head), file, signal);
    const entryOf = (path: string) => wanted.get(path.slice(path.indexOf('/') + 1));
    // Whichever ends first ends both; a failure is met by whoever reads.
    const unpacked = pipeline(createReadStream(file), createGunzip(), () => undefined);
    for await (const { path, bytes } of readTar(
      bounded(unpacked, signal),
      (name, size) => entryOf(name)?.size === size,
    )) {
      signal.throwIfAborted();
      const entry = entryOf(path);
      if (entry && blobName(bytes) === entry.sha) yield { entry, bytes };
    }
  } catch (error) {
    const reason = toAppError(error);
    if (signal.aborted || reason.kind === 'auth' || reason.kind === 'rate-limited') throw error;
    logger.warn('github.archive.unreadable', {
      repository: repository.id,
      code: reason.code,
      reason: reason.message,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Git's own name for a content; SHA-256 repositories have longer names. */
function blobName(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** A small archive may unpack without end. @throws CONTENT_DAMAGED (transient) */
async function* bounded(source: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const part of source) {
    signal.throwIfAborted();
    seen += part.length;
    if (seen > MAX_UNPACKED_BYTES)
      throw new AppError('CONTENT_DAMAGED', 'transient', 'the archive unpacks to more than 4 GiB');
    yield part;
  }
}
