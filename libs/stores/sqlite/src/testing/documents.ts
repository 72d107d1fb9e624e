import type { AccessFilter, DocumentWrite, Store } from '@fumikura/ports';
import { allowList, documentWrite, filterFor, lexical } from '@fumikura/testkit';

export const SOURCE = 'test:wiki';
export const EVERYBODY = allowList('all', 'anyone');
export const ACL = { allow: [EVERYBODY.id] };
export const CHUNKS_PER_DOCUMENT = 3;

/** Document number n: says `word`, and `number<n>` in each of its chunks. */
export function numbered(n: number, version = '1'): DocumentWrite {
  const parts = Array.from(
    { length: CHUNKS_PER_DOCUMENT },
    (_, at) => `word number${n} part${at} version${version}`,
  );
  return documentWrite(`${SOURCE}/${n}`, ACL, { title: `Title ${n}`, parts, version });
}

export async function everybody(store: Store): Promise<AccessFilter> {
  return filterFor(store.catalog, 'anyone');
}

/** Names of the documents found, without their source. */
export async function found(store: Store, query: string): Promise<string[]> {
  const answer = await store.index.search(
    lexical(query),
    await everybody(store),
    new AbortController().signal,
  );
  return answer.candidates.map(({ documentId }) => documentId.slice(SOURCE.length + 1));
}
