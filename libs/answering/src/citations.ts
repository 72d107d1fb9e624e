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

/** Those that the claims refer to. Numbers stay as they were shown, so one of a claim that was dropped is missing. */
export function citedBy(
  claims: readonly { readonly citations: readonly number[] }[],
  citations: readonly Citation[],
): readonly Citation[] {
  const used = new Set(claims.flatMap((claim) => claim.citations));
  return citations.filter(({ number }) => used.has(number));
}
