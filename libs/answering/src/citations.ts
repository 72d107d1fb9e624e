import type { EvidenceDocument } from '@fumikura/retrieval';
import type { Citation } from './types.ts';

/** Gives each place that is cited one number, in the order of citing. */
export interface CitationBook {
  cite(document: EvidenceDocument, start: number, end: number): Citation;
  get(number: number): Citation | undefined;
  all(): readonly Citation[];
}

export function createCitationBook(): CitationBook {
  const byPlace = new Map<string, Citation>();
  return {
    cite: (document, start, end) => {
      const key = `${document.id}\n${start}\n${end}`;
      const known = byPlace.get(key);
      if (known) return known;
      const citation = citationOf(document, start, end, byPlace.size + 1);
      byPlace.set(key, citation);
      return citation;
    },
    get: (number) => [...byPlace.values()][number - 1],
    all: () => [...byPlace.values()],
  };
}

function citationOf(document: EvidenceDocument, start: number, end: number, number: number): Citation {
  const { id, title, url, source, updatedAt, stored } = document;
  const chunk = stored.chunks.find((each) => each.start <= start && start < each.end);
  return {
    number,
    documentId: id,
    title,
    url,
    source,
    start,
    end,
    quote: stored.text.slice(start, end),
    headingPath: headingsAbove(document, start) ?? chunk?.headingPath ?? [],
    ...(chunk?.place && { place: chunk.place }),
    ...(updatedAt && { updatedAt }),
  };
}

function headingsAbove({ stored: { outline } }: EvidenceDocument, at: number): string[] | undefined {
  const above = outline.filter(({ start, end }) => start <= at && at < end);
  return above.length > 0 ? above.map(({ heading }) => heading) : undefined;
}

/** Numbers as they are used, from 1 and without gaps: what nobody refers to any more is gone. */
export function renumbered<C extends { readonly citations: readonly number[] }>(
  claims: readonly C[],
  citations: readonly Citation[],
): {
  readonly claims: readonly C[];
  readonly citations: readonly Citation[];
  readonly numbers: ReadonlyMap<number, number>;
} {
  const used = new Set(claims.flatMap((claim) => claim.citations));
  const kept = citations.filter(({ number }) => used.has(number));
  const numbers = new Map(kept.map(({ number }, at) => [number, at + 1]));
  return {
    numbers,
    citations: kept.map((citation, at) => ({ ...citation, number: at + 1 })),
    claims: claims.map((claim) => ({
      ...claim,
      citations: claim.citations.flatMap((number) => numbers.get(number) ?? []),
    })),
  };
}
