import { ordered } from '@fumikura/concurrency';
import type { Change } from '@fumikura/ports';
import type { Item, ItemPage } from './items.ts';
import { itemDocument, itemId } from './mapping.ts';
import type { Reading } from './mapping.ts';
import type { Run } from './run.ts';

const PAGES_AT_ONCE = 3;

/** Items with the lists that they name. What is not read is left out: the census removes it. */
export async function tell(run: Run, items: readonly Item[], reading: Reading): Promise<Change[]> {
  await run.readers.learn(items, run.signal);
  return tellLearnt(run, items, reading);
}

/** Pages of a walk in their order, each as soon as what it needs to be told is known; the next one is being learnt. */
export async function* learnt(run: Run, pages: AsyncIterable<ItemPage>): AsyncGenerator<ItemPage> {
  async function* work() {
    for await (const page of pages)
      yield async () => {
        await run.readers.learn(page.items, run.signal);
        return page;
      };
  }
  for await (const page of ordered(work(), PAGES_AT_ONCE)) {
    run.signal.throwIfAborted();
    yield page;
  }
}

/** In the order of telling: a list goes with the first item that names it. */
export async function tellLearnt(
  { api, config, readers, signal }: Run,
  items: readonly Item[],
  reading: Reading,
): Promise<Change[]> {
  const placed = [];
  for (const item of items) {
    const place = await readers.place(item, signal);
    if (place) placed.push({ item, place });
  }
  const names = await api.names(
    placed.flatMap(({ item }) => item.authors),
    signal,
  );
  return placed.flatMap(({ item, place }): Change[] => [
    ...place.lists.map((list): Change => ({ kind: 'list', list })),
    { kind: 'upsert', document: itemDocument(config, item, place, names, reading) },
  ]);
}

/** Their ACLs alone, once they are learnt. */
export async function tellAcls({ config, readers, signal }: Run, items: readonly Item[]): Promise<Change[]> {
  const changes: Change[] = [];
  for (const item of items) {
    const place = await readers.place(item, signal);
    if (!place) continue;
    for (const list of place.lists) changes.push({ kind: 'list', list });
    changes.push({ kind: 'acl', id: itemId(config, item), acl: place.acl });
  }
  return changes;
}
