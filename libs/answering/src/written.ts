import type { CitationBook } from './citations.ts';
import { unitsOf } from './units.ts';
import type { Claim } from './types.ts';
import { contentWords } from './verify/tokens.ts';
import type { EvidencePassage } from './writing/passages.ts';
import type { WrittenClaim } from './writing/writer.ts';

const MOST_SENTENCES = 3;

/** A verified claim of a model, with each passage cited at the sentences that carry it. */
export function citedClaim({ text, passages, support }: WrittenClaim, book: CitationBook, part = 0): Claim {
  const citations = passages.map((passage) => {
    const [start, end] = placeOf(text, passage);
    return book.cite(passage.document, start, end).number;
  });
  return { text, kind: 'written', citations: [...new Set(citations)], support, part };
}

function placeOf(claim: string, { document, start, end }: EvidencePassage): [number, number] {
  const { text } = document.stored;
  const units = unitsOf(text, start, end).filter(({ kind }) => kind !== 'heading');
  let open = new Set(contentWords(claim));
  const chosen: { start: number; end: number }[] = [];
  while (chosen.length < MOST_SENTENCES && open.size > 0) {
    const best = units
      .filter((unit) => !chosen.includes(unit))
      .map((unit) => {
        const held = new Set(contentWords(text.slice(unit.start, unit.end)));
        return { unit, held, shared: [...open].filter((word) => held.has(word)).length };
      })
      .toSorted((a, b) => b.shared - a.shared)[0];
    if (!best || best.shared === 0) break;
    chosen.push(best.unit);
    open = new Set([...open].filter((word) => !best.held.has(word)));
  }
  if (chosen.length === 0) return [start, end];
  return [Math.min(...chosen.map((unit) => unit.start)), Math.max(...chosen.map((unit) => unit.end))];
}
