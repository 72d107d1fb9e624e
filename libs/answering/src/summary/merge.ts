import type { Point } from './salience.ts';

/** How much likeness to what was taken costs. */
const DIVERSITY = 0.9;
const SAME = 0.6;

/**
 * Points for so many words: the most telling first, each document heard before one is heard twice, nothing said twice.
 * @returns in the order of the documents and their texts
 */
export function merge(points: readonly Point[], words: number): { taken: Point[]; hasMore: boolean } {
  const open = new Set(points);
  const taken: Point[] = [];
  const heard = new Map<number, number>();
  let left = words;
  while (open.size > 0 && left > 0) {
    const best = bestOf(open, taken, heard);
    if (!best) break;
    open.delete(best);
    const length = wordsOf(best.text);
    if (taken.length > 0 && length > left * 1.2) continue;
    taken.push(best);
    left -= length;
    heard.set(best.document, (heard.get(best.document) ?? 0) + 1);
  }
  return {
    taken: taken.toSorted((a, b) => a.document - b.document || a.start - b.start),
    hasMore: open.size > 0,
  };
}

function bestOf(
  open: ReadonlySet<Point>,
  taken: readonly Point[],
  heard: ReadonlyMap<number, number>,
): Point | undefined {
  let best: { point: Point; value: number } | undefined;
  for (const point of open) {
    const likeness = taken.reduce((most, other) => Math.max(most, likenessOf(point, other)), 0);
    if (likeness > SAME) continue;
    const value = point.salience - DIVERSITY * likeness - 0.25 * (heard.get(point.document) ?? 0);
    if (!best || value > best.value) best = { point, value };
  }
  return best?.point;
}

function likenessOf(a: Point, b: Point): number {
  let shared = 0;
  for (const term of a.terms.keys()) if (b.terms.has(term)) shared++;
  return shared / Math.max(1, Math.min(a.terms.size, b.terms.size));
}

const WIDE = /[\u3040-\u30ff\u3400-\u9fff]/gu;

/** Words; two characters of Japanese to one. */
export function wordsOf(text: string): number {
  const wide = text.match(WIDE)?.length ?? 0;
  return Math.ceil(wide / 2) + (text.replace(WIDE, ' ').match(/\S+/gu)?.length ?? 0);
}
