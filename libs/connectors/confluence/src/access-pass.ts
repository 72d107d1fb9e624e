import type { SyncBatch } from '@fumikura/ports';
import type { Item } from './items.ts';
import type { Run } from './run.ts';
import { tellAcls } from './tell.ts';

/** The listing that was told to its end; none at the beginning. */
export type AccessCheckpoint = { readonly done: string };

const A_BATCH = 500;

/**
 * Readers of everything again: neither restrictions nor moves are a change of a page. Pages are walked once without
 * bodies, their restrictions come a hundred to a request.
 */
export async function* pullAccess(run: Run, from: AccessCheckpoint | undefined): AsyncGenerator<SyncBatch> {
  const { api, readers, signal } = run;
  await readers.learnAll(signal);
  const first = api.listings.findIndex((listing) => listing === from?.done) + 1;
  if (first === 0) yield* pages(run);
  for (const listing of api.listings.slice(first)) {
    if (listing === 'page' || listing === 'blogpost') continue;
    for await (const { items } of api.walk(listing, { hasBodies: false, order: 'id' }, signal))
      if (items.length > 0)
        yield { changes: await tellAcls(run, items), checkpoint: from ? { done: from.done } : null };
    yield { changes: [], checkpoint: { done: listing } };
  }
  run.closed.tell(run.logger);
}

/** From what was learnt already: nothing is asked for twice. */
async function* pages(run: Run): AsyncGenerator<SyncBatch> {
  let part: Item[] = [];
  const flush = async () => {
    const items = part;
    part = [];
    return { changes: await tellAcls(run, items), checkpoint: null };
  };
  for (const node of [...run.readers.nodes()]) {
    const { kind, space, parent, ...rest } = node;
    if (kind !== 'page' && kind !== 'blogpost') continue;
    const place = { ...(space !== undefined && { space }), ...(parent && { parent }) };
    part.push({ ...rest, ...place, kind, version: 0, changedAt: '', authors: [], url: '' });
    if (part.length >= A_BATCH) yield await flush();
  }
  yield { ...(await flush()), checkpoint: { done: 'blogpost' } };
}
