import { LEXICAL_WEIGHTS } from '@fumikura/ports';
import type { AccessGrant, KnownAnswer } from '@fumikura/ports';
import type { IndexReader } from './reader.ts';
import { scanTerm } from './scan-term.ts';

const MOST_LOOKED_AT = 5_000;

/** Names the state of the index that a reader has in memory. */
export function markOf({ meta }: IndexReader): string {
  return JSON.stringify([meta.epoch ?? '', meta.version, meta.nextChunk, meta.nextDoc]);
}

/**
 * Chunks and documents are never numbered again: what was written since has a higher number, and stands in the last row of
 * a list or in the delta.
 */
export function holds(
  reader: IndexReader,
  { mark, documentIds, terms, least, hasVector }: KnownAnswer,
  grant: AccessGrant,
): boolean {
  const { meta } = reader;
  const [epoch, version, nextChunk, nextDoc] = JSON.parse(mark) as [string, number, number, number];
  if (epoch !== (meta.epoch ?? '')) return false;
  if (version === meta.version) return true;
  if ((meta.readersAt ?? -1) > version) return false;
  if (hasVector && (meta.vectorsAt ?? -1) > version) return false;
  if (meta.nextChunk === nextChunk) return true;
  if (highestDocument(reader, documentIds) >= nextDoc) return false;
  if (!isShownSince(reader, nextChunk, grant)) return true;
  if (hasVector || terms.length === 0) return false;
  const touched = terms.filter(({ term }) => lastChunk(reader, term) >= nextChunk);
  return touched.length === 0 || mostOf(reader, touched) < least;
}

/** Whether the caller may read any of the chunks behind; of very many it is taken for granted. */
function isShownSince({ columns, meta }: IndexReader, nextChunk: number, { aclIds }: AccessGrant): boolean {
  if (meta.nextChunk - nextChunk > MOST_LOOKED_AT) return true;
  const allowed = new Set(aclIds);
  for (let chunk = nextChunk; chunk < meta.nextChunk; chunk++)
    if (allowed.has(columns.acl.values[chunk] ?? -1)) return true;
  return false;
}

/** No document gets more from these terms, whatever its counts. */
function mostOf({ source }: IndexReader, terms: KnownAnswer['terms']): number {
  const bounds = terms.map((term) => scanTerm(source, term, LEXICAL_WEIGHTS)?.bound ?? 0);
  return bounds.reduce((sum, bound) => sum + bound, 0);
}

function lastChunk({ db, delta }: IndexReader, term: string): number {
  const row = db.get<{ last: number }>(
    'SELECT last FROM posting WHERE term = ? ORDER BY first DESC LIMIT 1',
    term,
  );
  return Math.max(row?.last ?? -1, delta.lists.get(term).at(-3) ?? -1);
}

function highestDocument({ db }: IndexReader, ids: readonly string[]): number {
  const row = db.get<{ doc: number | null }>(
    'SELECT max(d.doc) AS doc FROM json_each(?) AS key JOIN index_doc AS d ON d.id = key.value',
    JSON.stringify(ids),
  );
  return row?.doc ?? -1;
}
