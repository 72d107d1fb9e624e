import type { SyncBatch } from '@fumikura/ports';
import type { Run } from './run.ts';
import { learnt, tellAcls } from './tell.ts';
import { steadyWalk } from './walk.ts';

/** The listing that was told to its end. */
export type AccessCheckpoint = { readonly done: string };

/**
 * Readers of everything again: neither restrictions nor moves are a change of a page. Everything is walked once without
 * bodies, restrictions come a hundred to a request.
 */
export async function* pullAccess(run: Run, from: AccessCheckpoint | undefined): AsyncGenerator<SyncBatch> {
  const { listings } = run.api;
  const first = listings.findIndex((listing) => listing === from?.done) + 1;
  let done: AccessCheckpoint | null = from ?? null;
  for (const listing of listings.slice(first)) {
    const pages = steadyWalk(run, listing, { hasBodies: false, order: 'id' }, null);
    for await (const { items, next } of learnt(run, pages)) {
      if (next === undefined) done = { done: listing };
      yield { changes: await tellAcls(run, items), checkpoint: done };
    }
  }
  run.closed.tell(run.logger);
}
