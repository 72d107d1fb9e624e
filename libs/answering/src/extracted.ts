import type { CitationBook } from './citations.ts';
import { REFUSE_BELOW } from './confidence/confidence.ts';
import { extract, readableRow } from './extract.ts';
import type { Finding } from './investigate.ts';
import type { ScoredUnit } from './relevance.ts';
import type { Claim } from './types.ts';

/** Of each part that is answered at all, its best sentences. */
export function extractedClaims(findings: readonly Finding[], book: CitationBook, wanted: number): Claim[] {
  const said = new Set<string>();
  return findings.flatMap(({ confidence, units, evidence }, part) => {
    if (confidence.value < REFUSE_BELOW) return [];
    return extract(units, wanted).flatMap((unit): Claim[] => {
      const document = evidence.documents[unit.document];
      if (!document || said.has(unit.text)) return [];
      said.add(unit.text);
      const places = unit.header ? [unit, unit.header] : [unit];
      const citations = places.map(({ start, end }) => book.cite(document, start, end).number);
      const header = unit.header && document.stored.text.slice(unit.header.start, unit.header.end);
      return [{ text: wording(unit, header), kind: 'extracted', citations, support: supportOf(unit), part }];
    });
  });
}

function wording(unit: ScoredUnit, header: string | undefined): string {
  return unit.kind === 'row' ? readableRow(unit.text, header) : unit.text.replace(/\s+/gu, ' ');
}

function supportOf({ around }: ScoredUnit): number {
  return Math.round(Math.min(1, around) * 1_000) / 1_000;
}
