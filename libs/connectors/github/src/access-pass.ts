import type { AppError } from '@fumikura/errors';
import type { AllowList } from '@fumikura/model';
import type { Change, SyncBatch } from '@fumikura/ports';
import type { Repository } from './github-types.ts';
import { nobody, readReaders } from './readers.ts';
import { readRepositories } from './repositories.ts';
import type { Run } from './run.ts';

/** The last repository told, in the order of their numbers. */
export type AccessCheckpoint = { readonly after: number };

/** Readers of every repository again: one list each, and no document is touched. */
export async function* pullAccess(run: Run, from: AccessCheckpoint | undefined): AsyncGenerator<SyncBatch> {
  const repositories = (await readRepositories(run)).filter(({ id }) => id > (from?.after ?? 0));
  const { concurrency } = run.config;
  for (let at = 0; at < repositories.length; at += concurrency) {
    run.signal.throwIfAborted();
    const part = repositories.slice(at, at + concurrency);
    const lists = await Promise.all(part.map((repository) => readersNow(run, repository)));
    const changes = lists.map((list): Change => ({ kind: 'list', list }));
    yield { changes, checkpoint: { after: part.at(-1)?.id ?? 0 } };
  }
  run.closed.tell(run.logger, 'github.readers.closed');
}

/** One that went away since it was listed is closed. */
async function readersNow(run: Run, repository: Repository): Promise<AllowList> {
  return readReaders(run, repository).catch((error: unknown) => {
    if ((error as AppError).kind !== 'not-found') throw error;
    return nobody(run, repository.id);
  });
}
