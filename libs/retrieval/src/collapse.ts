import type { DocumentRecord } from '@fumikura/ports';
import type { Ranked } from './fusion.ts';

export interface RankedDocument {
  readonly ranked: Ranked;
  readonly record: DocumentRecord;
}

/** A place in the reply: the best of several near-duplicates, the others named beside it. */
export interface Place extends RankedDocument {
  readonly duplicates: readonly DocumentRecord[];
}

/** Bits of the 64 in which two similarity hashes of the same text with small edits differ at most. */
const MAX_DISTANCE = 3;
const WITHOUT_TEXT = '0000000000000000';

/**
 * Joins near-duplicates, whatever their sources: the best ranked stays, the others are named by it. Quadratic in the
 * number of places, which is a page or two.
 */
export function collapse(documents: readonly RankedDocument[]): Place[] {
  const places: { place: RankedDocument; hash: bigint; duplicates: DocumentRecord[] }[] = [];
  for (const document of documents) {
    const { similarity } = document.record;
    const hash = BigInt(`0x${similarity}`);
    const same =
      similarity === WITHOUT_TEXT
        ? undefined
        : places.find((place) => distance(place.hash, hash) <= MAX_DISTANCE);
    if (same) same.duplicates.push(document.record);
    else places.push({ place: document, hash, duplicates: [] });
  }
  return places.map(({ place, duplicates }) => ({ ...place, duplicates }));
}

export function isCopy(a: DocumentRecord, b: DocumentRecord): boolean {
  if (a.similarity === WITHOUT_TEXT) return false;
  return distance(BigInt(`0x${a.similarity}`), BigInt(`0x${b.similarity}`)) <= MAX_DISTANCE;
}

function distance(a: bigint, b: bigint): number {
  let bits = a ^ b;
  let count = 0;
  for (; bits !== 0n && count <= MAX_DISTANCE; count++) bits &= bits - 1n;
  return count;
}
