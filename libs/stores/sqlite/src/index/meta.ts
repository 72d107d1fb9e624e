import type { Database } from '../database.ts';

/** Numbers and sums of the index; one row, read with every refresh and written with every change. */
export interface IndexMeta {
  /** Rises with every write. */
  version: number;
  nextChunk: number;
  nextDoc: number;
  /** Chunks and documents that are not dead. */
  chunks: number;
  documents: number;
  /** Lengths summed over what is alive, by class. */
  chunkWords: number;
  chunkBigrams: number;
  docWords: number;
  docBigrams: number;
  titleWords: number;
  titleBigrams: number;
  /** While delta documents up to `foldUpTo` are moved into the postings: the last term that is done. */
  foldUpTo?: number;
  foldTerm?: string;
  /** Versions of the last change of readers, and of the last write of vectors. */
  readersAt?: number;
  vectorsAt?: number;
  /** The latest writes of vectors for documents that were there already: version and first chunk, oldest first. */
  vectorPuts?: readonly (readonly [version: number, firstChunk: number])[];
  /** Changes when all rows were replaced: ids mean other chunks, and nothing read before may be kept. */
  epoch?: string;
}

const EMPTY: IndexMeta = {
  version: 0,
  nextChunk: 0,
  nextDoc: 0,
  chunks: 0,
  documents: 0,
  chunkWords: 0,
  chunkBigrams: 0,
  docWords: 0,
  docBigrams: 0,
  titleWords: 0,
  titleBigrams: 0,
};

export function readMeta(db: Database): IndexMeta {
  const row = db.get<{ value: string }>(`SELECT value FROM index_meta WHERE name = 'numbers'`);
  return row ? (JSON.parse(row.value) as IndexMeta) : { ...EMPTY };
}

export function writeMeta(db: Database, meta: IndexMeta): void {
  db.run(
    `INSERT INTO index_meta(name, value) VALUES('numbers', ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value`,
    JSON.stringify(meta),
  );
}

const KEPT_PUTS = 16;

export function noteVectors(meta: IndexMeta, firstChunk: number): void {
  meta.vectorsAt = meta.version;
  meta.vectorPuts = [...(meta.vectorPuts ?? []), [meta.version, firstChunk] as const].slice(-KEPT_PUTS);
}

/** The first chunk that may have got a vector after a version; undefined when it is no longer known. */
export function vectorsSince(
  { vectorsAt = -1, vectorPuts = [], nextChunk }: IndexMeta,
  version: number,
): number | undefined {
  if (vectorsAt <= version) return nextChunk;
  const isWhole = vectorPuts.length < KEPT_PUTS || (vectorPuts[0]?.[0] ?? 0) <= version;
  if (!isWhole || vectorPuts.at(-1)?.[0] !== vectorsAt) return undefined;
  return Math.min(...vectorPuts.filter(([put]) => put > version).map(([, firstChunk]) => firstChunk));
}
