import type { EvidenceDocument } from '@fumikura/retrieval';
import type { CitationBook } from './citations.ts';
import { isSuperseded } from './currency.ts';
import type { Finding } from './investigate.ts';
import type { ScoredUnit } from './relevance.ts';
import type { Conflict } from './types.ts';
import { negations } from './verify/lexicon.ts';
import { quantitiesIn } from './verify/quantities.ts';
import { contentWords } from './verify/tokens.ts';

/** Sentences of one part of a question that are held against each other. */
const COMPARED = 14;
/** They must hold so much of what the best one holds of the question: else they are about something else. */
const LEAST_AROUND = 0.6;
/** Words that two sentences share, numbers aside, of the shorter one's: from here on they speak of the same. */
const SAME_MATTER = 0.6;
const MOST = 3;

interface Side {
  readonly unit: ScoredUnit;
  readonly document: EvidenceDocument;
  readonly words: ReadonlySet<string>;
}

/** Sentences of different documents that speak of the same and differ in a number, a date or a denial. */
export function conflictsIn(findings: readonly Finding[], book: CitationBook): Conflict[] {
  const found: Conflict[] = [];
  for (const finding of findings) {
    const sides = sidesOf(finding);
    for (const [at, a] of sides.entries())
      for (const b of sides.slice(at + 1)) {
        const kind = found.length < MOST ? differenceOf(a, b) : undefined;
        if (kind) found.push(conflictOf(kind, a, b, finding, book));
      }
  }
  return found;
}

function sidesOf({ units, evidence }: Finding): Side[] {
  const telling = units.filter(({ kind }) => kind !== 'heading' && kind !== 'header' && kind !== 'code');
  const top = telling.toSorted((a, b) => b.score - a.score).slice(0, COMPARED);
  const least = LEAST_AROUND * Math.max(0, ...top.map(({ around }) => around));
  return top.flatMap((unit) => {
    const document = evidence.documents[unit.document];
    if (!document || unit.around < least) return [];
    return [{ unit, document, words: new Set(contentWords(unit.text).filter((word) => !/\d/u.test(word))) }];
  });
}

function differenceOf(a: Side, b: Side): Conflict['kind'] | undefined {
  if (a.document.id === b.document.id) return undefined;
  const shared = [...a.words].filter((word) => b.words.has(word)).length;
  const shorter = Math.min(a.words.size, b.words.size);
  if (shorter < 3 || shared < 3 || shared / shorter < SAME_MATTER) return undefined;
  const unit = differingUnit(a.unit.text, b.unit.text);
  const isSame = shared / Math.max(a.words.size, b.words.size) >= SAME_MATTER;
  // Numbers without a unit may count anything: only of sentences that are alike altogether they are the same thing.
  if (unit !== undefined && (unit !== '' || isSame))
    return /^(?:年|月|日|時|d|century|世紀)$/u.test(unit) ? 'date' : 'value';
  return isSame && negations(a.unit.text) !== negations(b.unit.text) ? 'negation' : undefined;
}

/** A unit in which both give numbers, and none of them the same; '' for bare numbers. */
function differingUnit(a: string, b: string): string | undefined {
  const byUnit = (text: string) => {
    const units = new Map<string, number[]>();
    for (const { value, unit = '' } of quantitiesIn(text))
      units.set(unit, [...(units.get(unit) ?? []), value]);
    return units;
  };
  const others = byUnit(b);
  for (const [unit, values] of byUnit(a)) {
    const there = others.get(unit);
    if (there && !values.some((value) => there.includes(value))) return unit;
  }
  return undefined;
}

function conflictOf(
  kind: Conflict['kind'],
  a: Side,
  b: Side,
  { part }: Finding,
  book: CitationBook,
): Conflict {
  const sides = [a, b].map(({ unit, document }) => ({
    citation: book.cite(document, unit.start, unit.end).number,
    says: unit.text.replace(/\s+/gu, ' '),
    ...(document.updatedAt && { updatedAt: document.updatedAt }),
  }));
  const newer = preferred(a.document, b.document);
  const choice = newer === undefined ? undefined : sides[newer]?.citation;
  return { about: part.text, kind, sides, ...(choice !== undefined && { preferred: choice }) };
}

/** What still holds before what was superseded, then what changed later; undefined when nothing tells. */
function preferred(a: EvidenceDocument, b: EvidenceDocument): 0 | 1 | undefined {
  const [oldA, oldB] = [isSuperseded(a), isSuperseded(b)];
  if (oldA !== oldB) return oldA ? 1 : 0;
  if (!a.updatedAt || !b.updatedAt || a.updatedAt === b.updatedAt) return undefined;
  return a.updatedAt > b.updatedAt ? 0 : 1;
}
