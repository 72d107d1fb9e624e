import type { PointId } from './collection.ts';
import type { Hit } from './hit.ts';
import { badFormat, invalid, wrongInput } from './refusal.ts';

export type Fusion =
  { readonly kind: 'dbsf' } | { readonly kind: 'rrf'; readonly k: number; readonly weights?: number[] };

export function fusionOf(query: Record<string, unknown>): Fusion | undefined {
  if (query['fusion'] === 'dbsf') return { kind: 'dbsf' };
  if (query['fusion'] === 'rrf') return { kind: 'rrf', k: 2 };
  if (query['fusion'] !== undefined) throw badFormat('Expected some form of vector, id, or a type of query');
  if (!('rrf' in query)) return undefined;
  const { k, weights } = (query['rrf'] ?? {}) as { k?: number; weights?: number[] };
  if (k !== undefined && k !== null && k < 1)
    throw invalid(`internal.query.rrf.k: value ${k} invalid, must be 1 or larger`);
  return { kind: 'rrf', k: k ?? 2, ...(weights && { weights }) };
}

export function fuse(lists: readonly (readonly Hit[])[], fusion: Fusion): Hit[] {
  const { weights } = fusion.kind === 'rrf' ? fusion : {};
  if (weights && weights.length !== lists.length)
    throw wrongInput(
      `Validation failed: RRF weights length (${weights.length}) does not match number of prefetches (${lists.length})`,
    );
  const joined = new Map<PointId, Hit>();
  for (const [at, list] of lists.entries()) {
    const of = fusion.kind === 'rrf' ? reciprocal(fusion.k, fusion.weights?.[at] ?? 1) : normal(list);
    for (const [place, hit] of list.entries()) {
      const { id } = hit.point;
      // What the first list says of a point is kept.
      const known = joined.get(id) ?? { ...hit, score: 0 };
      joined.set(id, { ...known, score: Math.fround(known.score + Math.fround(of(hit.score, place + 1))) });
    }
  }
  return [...joined.values()];
}

function reciprocal(k: number, weight: number): (score: number, rank: number) => number {
  return (_, rank) => (weight > 0 ? 1 / (k - 1 + rank / weight) : 0);
}

function normal(list: readonly Hit[]): (score: number) => number {
  if (list.length < 2) return () => 0.5;
  const mean = list.reduce((sum, { score }) => sum + score, 0) / list.length;
  const deviation = Math.sqrt(
    list.reduce((sum, { score }) => sum + (score - mean) ** 2, 0) / (list.length - 1),
  );
  return (score) => (deviation === 0 ? 0.5 : (score - (mean - 3 * deviation)) / (6 * deviation));
}
