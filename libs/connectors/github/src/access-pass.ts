import type { Change, SyncBatch } from '@fumikura/ports';
import { readReaders } from './readers.ts';
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
    const lists = await Promise.all(part.map((repository) => readReaders(run, repository)));
    const changes = lists.map((list): Change => ({ kind: 'list', list }));
    yield { changes, checkpoint: { after: part.at(-1)?.id ?? 0 } };
  }
  run.closed.tell(run.logger, 'github.readers.closed');
}
