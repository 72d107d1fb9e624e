import type { Change } from '@fumikura/ports';
import type { Item } from './items.ts';
import { itemDocument, itemId } from './mapping.ts';
import type { Reading } from './mapping.ts';
import type { Run } from './run.ts';

/** Items with the lists that they name. What is not read is left out: the census removes it. */
export async function tell(
  { api, config, readers, signal }: Run,
  items: readonly Item[],
  reading: Reading,
): Promise<Change[]> {
  await readers.learn(items, signal);
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

/** Their ACLs alone. */
export async function tellAcls({ config, readers, signal }: Run, items: readonly Item[]): Promise<Change[]> {
  await readers.learn(items, signal);
  const changes: Change[] = [];
  for (const item of items) {
    const place = await readers.place(item, signal);
    if (!place) continue;
    for (const list of place.lists) changes.push({ kind: 'list', list });
    changes.push({ kind: 'acl', id: itemId(config, item), acl: place.acl });
  }
  return changes;
}
