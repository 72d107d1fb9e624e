import type { EvidenceDocument } from '@fumikura/retrieval';
import { countTerms } from '@fumikura/text';
import { unitsOf } from '../units.ts';
import type { Unit } from '../units.ts';

/** A unit of a document with how much of the document it carries. */
export interface Point extends Unit {
  readonly document: number;
  readonly text: string;
  readonly salience: number;
  readonly terms: ReadonlyMap<string, number>;
  readonly header?: { readonly start: number; readonly end: number };
}

/** Characters of one document that are read; said when it has more. */
export const MAX_READ = 200_000;
/** Characters of one that is quoted. */
const MAX_UNIT = 1_200;
/** Points one document gives to the merge. */
const PER_DOCUMENT = 24;

interface PointsWanted {
  readonly focus: ReadonlySet<string>;
  readonly since: string | undefined;
  readonly isWanted: (unit: Unit) => boolean;
}

/**
 * The units that say most of what a document says: words frequent in it and rare in the others, early places, what the
 * focus asks for. Linear in the text that is read.
 */
export function pointsOf(
  { stored: { text }, title }: EvidenceDocument,
  document: number,
  { focus, since, isWanted }: PointsWanted,
): Point[] {
  const read = Math.min(text.length, MAX_READ);
  const units = tellingOf(unitsOf(text, 0, read), text);
  const counted = units.map(({ start, end }) => countTerms(text.slice(start, end)).counts);
  const frequency = new Map<string, number>();
  for (const counts of counted)
    for (const term of counts.keys()) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  const inTitle = countTerms(title).counts;
  return headed(units)
    .map(({ unit, header }, at): Point => {
      const terms = counted[at] ?? new Map<string, number>();
      return {
        ...unit,
        document,
        text: text.slice(unit.start, unit.end),
        terms,
        salience:
          centrality(terms, frequency, units.length) +
          (at === 0 ? 0.35 : 0.2 / (1 + at / 4)) +
          0.15 * shareOf(inTitle, terms) +
          (focus.size > 0 ? 1.5 * sharedWith(focus, terms) : 0) +
          (since !== undefined && datesIn(text.slice(unit.start, unit.end)).some((date) => date >= since)
            ? 1
            : 0) +
          (unit.kind === 'code' ? -0.4 : unit.kind === 'row' ? -0.1 : 0),
        ...(header && { header: { start: header.start, end: header.end } }),
      };
    })
    .filter((unit) => unit.kind !== 'header' && isWanted(unit))
    .toSorted((a, b) => b.salience - a.salience)
    .slice(0, PER_DOCUMENT);
}

/** A note of a few words has no telling sentence: then it is what it says. */
function tellingOf(units: readonly Unit[], text: string): readonly Unit[] {
  const telling = units.filter(({ kind, start, end }) => isTelling(kind, text.slice(start, end)));
  if (telling.some(({ kind }) => kind !== 'header')) return telling;
  return units.filter(({ kind, start, end }) => kind !== 'heading' && end - start <= MAX_UNIT);
}

function isTelling(kind: Unit['kind'], text: string): boolean {
  if (kind === 'heading' || kind === 'header') return kind === 'header';
  const isWide = /[\u3040-\u30ff\u3400-\u9fff]/u.test(text);
  const length = text.length * (isWide ? 2.5 : 1);
  return length >= 30 && length <= MAX_UNIT && !/[?？:：]$/u.test(text);
}

function headed(units: readonly Unit[]): { unit: Unit; header?: Unit }[] {
  let header: Unit | undefined;
  return units.map((unit) => {
    if (unit.kind === 'header') header = unit;
    else if (unit.kind !== 'row') header = undefined;
    return { unit, ...(unit.kind === 'row' && header && { header }) };
  });
}

function centrality(
  terms: ReadonlyMap<string, number>,
  frequency: ReadonlyMap<string, number>,
  units: number,
): number {
  let sum = 0;
  let weight = 0;
  for (const term of terms.keys()) {
    const share = (frequency.get(term) ?? 0) / Math.max(1, units);
    // In every sentence, or in one alone: neither is what the document is about.
    const value = share > 0.5 ? 0.1 : Math.sqrt(share);
    sum += value;
    weight++;
  }
  return weight < 4 ? 0 : (sum / weight) * Math.min(1, weight / 12);
}

function shareOf(of: ReadonlyMap<string, number>, among: ReadonlyMap<string, number>): number {
  return of.size === 0 ? 0 : [...of.keys()].filter((term) => among.has(term)).length / of.size;
}

function sharedWith(focus: ReadonlySet<string>, terms: ReadonlyMap<string, number>): number {
  return [...focus].filter((term) => terms.has(term)).length / focus.size;
}

const DATE =
  /\b((?:19|20)\d\d)[-/.](\d{1,2})(?:[-/.](\d{1,2}))?\b|((?:19|20)\d\d)年(\d{1,2})月(?:(\d{1,2})日)?/gu;

/** Dates of a text as ISO 8601, as exact as they are written. */
export function datesIn(text: string): string[] {
  return [...text.matchAll(DATE)].map(([, y1, m1, d1, y2, m2, d2]) =>
    [y1 ?? y2, m1 ?? m2, d1 ?? d2]
      .filter((part) => part !== undefined)
      .map((part) => part.padStart(2, '0'))
      .join('-'),
  );
}
