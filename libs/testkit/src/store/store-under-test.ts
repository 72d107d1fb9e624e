import assert from 'node:assert/strict';
import type { AccessFilter, IndexFilter, Store } from '@fumikura/ports';
import { ALICE, allowList, BOB, filterFor, FINGERPRINT, lexical } from '../builders.ts';

export const SOURCE = 'test:wiki';
export const LISTS = [allowList('all', ALICE, BOB), allowList('hers', ALICE)];
export const ALL = { allow: ['all'] };
export const HERS = { allow: ['hers'] };
export const signal = new AbortController().signal;

export async function found(
  store: Store,
  query: string,
  access: AccessFilter,
  filter?: IndexFilter,
): Promise<string[]> {
  const answer = await store.index.search(lexical(query, filter && { filter }), access, signal);
  return answer.candidates.map(({ documentId }) => documentId.slice(SOURCE.length + 1)).sort();
}

export async function isSound({ index }: Store): Promise<void> {
  assert.deepEqual(await index.check(signal), []);
}

/** Everything a caller can see of a store, to compare before and after. */
export async function stateOf(store: Store): Promise<unknown> {
  const access = await filterFor(store.catalog, ALICE);
  const ids = await store.catalog.listIds(SOURCE, undefined, 1_000);
  return {
    ids,
    records: await store.catalog.readable(ids, access),
    texts: await Promise.all(ids.map((id) => store.catalog.text(id, access))),
    sources: await store.catalog.sources(),
    lists: await store.catalog.lists(['all', 'hers']),
    letters: await store.catalog.deadLetters(undefined, 10),
    checkpoint: await store.catalog.checkpoint(SOURCE),
    version: await store.catalog.accessVersion(),
    kinds: await store.catalog.fieldValues('kind', access, 10),
    word: await found(store, 'word', access),
    documents: (await store.index.stats()).documents,
  };
}

export async function dense(store: Store, vector: Float32Array, access: AccessFilter) {
  const request = { dense: { vector, fingerprint: FINGERPRINT }, candidates: 10 };
  return (await store.index.search(request, access, signal)).candidates;
}
