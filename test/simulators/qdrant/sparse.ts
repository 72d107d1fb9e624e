import type { Collection, Point, SparseVector, Stored } from './collection.ts';
import { compile } from './filter.ts';
import type { Filter } from './filter.ts';
import type { Hit } from './hit.ts';

/** A point that shares no term is no hit. */
export function sparseHits(
  points: readonly Point[],
  name: string,
  { indices, values }: SparseVector,
  idf: ((index: number) => number) | undefined,
): Hit[] {
  const weights = new Map(
    indices.map((index, at) => [index, (values[at] as number) * (idf?.(index) ?? 1)] as const),
  );
  // Weights that are all nothing ask for nothing.
  if ([...weights.values()].every((weight) => weight === 0)) return [];
  return points.flatMap((point) => {
    const stored = point.vectors.get(name) as SparseVector;
    let [score, shared] = [0, false];
    for (const [at, index] of stored.indices.entries()) {
      const weight = weights.get(index);
      // A stored weight of nothing counts in frequencies and finds nothing.
      if (weight === undefined || stored.values[at] === 0) continue;
      shared = true;
      score += weight * (stored.values[at] as number);
    }
    return shared ? [{ point, score }] : [];
  });
}

/** Over the whole collection, or over the points of `params.idf.corpus`. */
export function frequencies(
  collection: Collection,
  name: string,
  params: Readonly<Record<string, unknown>> | undefined,
): (index: number) => number {
  const corpus = (params?.['idf'] as { corpus?: Filter } | undefined)?.corpus;
  const { points, counts } = corpus
    ? counted(collection, name, corpus)
    : kept(collection, name, () => counted(collection, name));
  return (index) => {
    const df = counts.get(index) ?? 0;
    return Math.log(1 + (points - df + 0.5) / (df + 0.5));
  };
}

interface Frequencies {
  readonly points: number;
  readonly counts: ReadonlyMap<number, number>;
}

const keptFrequencies = new WeakMap<Collection, Map<string, Frequencies & { readonly at: number }>>();

/** Counted once for each state of a collection. */
function kept(collection: Collection, name: string, count: () => Frequencies): Frequencies {
  const byName = keptFrequencies.get(collection) ?? new Map<string, Frequencies & { readonly at: number }>();
  keptFrequencies.set(collection, byName);
  const known = byName.get(name);
  if (known?.at === collection.operation) return known;
  const made = { ...count(), at: collection.operation };
  byName.set(name, made);
  return made;
}

function counted(collection: Collection, name: string, corpus?: Filter): Frequencies {
  const isCounted = compile(corpus, collection, 'internal.params.idf.corpus');
  const counts = new Map<number, number>();
  let points = 0;
  const count = (vectors: ReadonlyMap<string, Stored>) => {
    const vector = vectors.get(name) as SparseVector | undefined;
    if (!vector || vector.indices.length === 0) return;
    points++;
    for (const index of vector.indices) counts.set(index, (counts.get(index) ?? 0) + 1);
  };
  for (const point of collection.points.values()) if (isCounted(point)) count(point.vectors);
  if (!corpus) for (const ghost of collection.ghosts) count(ghost);
  return { points, counts };
}
