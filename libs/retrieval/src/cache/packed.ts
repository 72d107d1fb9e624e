import type { Candidate } from '@fumikura/ports';
import type { Ranked } from '../fusion.ts';

/** Ranked documents in a fifth of the memory: their ids in one text, their numbers in one table. */
export interface Packed {
  readonly ids: string;
  readonly columns: readonly string[];
  /** Row by row, NaN for what a document does not have; single precision, as the engine scores. */
  readonly numbers: Float32Array;
}

type Row = Readonly<Record<string, number>>;

/** Columns of earlier tables: nearly all tables have the same. */
const shapes = new Map<string, readonly string[]>();
const MOST_SHAPES = 100;

export function pack(ranked: readonly Ranked[]): Packed {
  const rows = ranked.map(rowOf);
  const columns = shapeOf([...new Set(rows.flatMap((row) => Object.keys(row)))]);
  const numbers = new Float32Array(rows.length * columns.length);
  for (const [at, row] of rows.entries())
    for (const [column, name] of columns.entries()) numbers[at * columns.length + column] = row[name] ?? NaN;
  return { ids: JSON.stringify(ranked.map(({ candidate }) => candidate.documentId)), columns, numbers };
}

export function unpack({ ids, columns, numbers }: Packed): Ranked[] {
  return (JSON.parse(ids) as string[]).map((documentId, at) => {
    const row = numbers.subarray(at * columns.length, (at + 1) * columns.length);
    const named = columns.flatMap((name, column) => {
      const value = row[column] ?? NaN;
      return Number.isNaN(value) ? [] : [[name, value] as const];
    });
    return rankedOf(documentId, named);
  });
}

export function packedBytes({ ids, numbers }: Packed): number {
  return ids.length + numbers.byteLength;
}

function rowOf({ score, parts, candidate }: Ranked): Row {
  const { documentId: _, parts: lexicalParts, ...numbers } = candidate;
  return { score, ...prefixed('part', parts), ...prefixed('lexical', lexicalParts), ...numbers };
}

function prefixed(prefix: string, row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function rankedOf(documentId: string, named: readonly (readonly [string, number])[]): Ranked {
  const under = (prefix: string) =>
    Object.fromEntries(
      named.flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])),
    );
  const { score = 0, ...own } = Object.fromEntries(named.filter(([name]) => !name.includes('.')));
  const candidate = { documentId, parts: under('lexical.'), ...own } as unknown as Candidate;
  return { score, parts: under('part.'), candidate };
}

function shapeOf(columns: readonly string[]): readonly string[] {
  const key = columns.join();
  const known = shapes.get(key);
  if (known) return known;
  if (shapes.size < MOST_SHAPES) shapes.set(key, columns);
  return columns;
}
