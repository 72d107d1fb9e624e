import type { Damage } from '@fumikura/ports';
import type { Database } from '../database.ts';
import { DEAD } from './columns.ts';
import type { Columns } from './columns.ts';
import type { IndexMeta } from './meta.ts';
import { decodePostings } from './posting-codec.ts';
import { TITLE_LIST } from './schema.ts';

const REMEDY = 'Rebuild the index: fumi doctor --rebuild.';

/** Compares what the index says twice: numbers with columns, columns with documents, lists with their own heads. */
export function checkIndex(
  db: Database,
  columns: Columns,
  meta: IndexMeta,
  shouldStop: () => boolean,
): Damage[] {
  return [
    ...checkNumbers(columns, meta),
    ...checkDocuments(db, columns, meta),
    ...checkPostings(db, meta, shouldStop),
  ];
}

function checkNumbers({ acl, words, bigrams }: Columns, meta: IndexMeta): Damage[] {
  let [alive, wordSum, bigramSum] = [0, 0, 0];
  for (let chunk = 0; chunk < meta.nextChunk; chunk++) {
    if ((acl.values[chunk] ?? DEAD) === DEAD) continue;
    alive++;
    wordSum += words.values[chunk] ?? 0;
    bigramSum += bigrams.values[chunk] ?? 0;
  }
  return [
    ...differs('chunks', alive, meta.chunks),
    ...differs('words of chunks', wordSum, meta.chunkWords),
    ...differs('bigrams of chunks', bigramSum, meta.chunkBigrams),
  ];
}

function checkDocuments(db: Database, { acl, doc: docOf, docs }: Columns, meta: IndexMeta): Damage[] {
  const rows = db.all<{ doc: number; id: string }>('SELECT doc, id FROM index_doc');
  const broken = rows.filter(({ doc }) => {
    const first = docs.firstChunk.values[doc] ?? 0;
    const slots = docs.slots.values[doc] ?? 0;
    const chunks = Array.from({ length: slots }, (_, slot) => first + slot);
    return slots === 0 || chunks.some((chunk) => acl.values[chunk] === DEAD || docOf.values[chunk] !== doc);
  });
  return [
    ...differs('documents', rows.length, meta.documents),
    ...broken.slice(0, 10).map(({ id }) => ({ what: `document ${id} has chunks missing`, remedy: REMEDY })),
  ];
}

function checkPostings(db: Database, meta: IndexMeta, shouldStop: () => boolean): Damage[] {
  const damages: Damage[] = [];
  let [previousTerm, previousLast] = ['', -1];
  for (const row of db.iterate<{
    term: string;
    first: number;
    last: number;
    entries: number;
    data: Uint8Array;
  }>('SELECT term, first, last, entries, data FROM posting ORDER BY term, first')) {
    if (shouldStop() || damages.length >= 10) break;
    const limit = row.term.startsWith(TITLE_LIST) ? meta.nextDoc : meta.nextChunk;
    const isBehind = row.term !== previousTerm || row.first > previousLast;
    if (!isBehind || !isSound(row, limit))
      damages.push({ what: `list of "${row.term}" is damaged`, remedy: REMEDY });
    [previousTerm, previousLast] = [row.term, row.last];
  }
  return damages;
}

function isSound(
  { first, last, entries, data }: { first: number; last: number; entries: number; data: Uint8Array },
  limit: number,
): boolean {
  try {
    const places = decodePostings(data, first - 1).filter((_, index) => index % 3 === 0);
    const rises = places.every((at, index) => index === 0 || at > (places[index - 1] ?? -1));
    return (
      rises && places.length === entries && places[0] === first && places.at(-1) === last && last < limit
    );
  } catch {
    return false; // cut off in the middle of a number
  }
}

function differs(what: string, counted: number, stated: number): Damage[] {
  return counted === stated
    ? []
    : [{ what: `${what}: ${counted} counted, ${stated} stated`, remedy: REMEDY }];
}
