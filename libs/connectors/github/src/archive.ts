import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { toAppError } from '@fumikura/errors';
import type { Repository, TreeEntry } from './github-types.ts';
import { repositoryPath } from './repositories.ts';
import type { Run } from './run.ts';
import { readTar } from './tar.ts';

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
  try {
    const packed = await client.bytes(repositoryPath(repository, 'tarball', head), signal);
    const entryOf = (path: string) => wanted.get(path.slice(path.indexOf('/') + 1));
    const unpacked = Readable.from([packed]).pipe(createGunzip());
    for await (const { path, bytes } of readTar(unpacked, (name, size) => entryOf(name)?.size === size)) {
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
  }
}

/** Git's own name for a content; SHA-256 repositories have longer names. */
function blobName(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
