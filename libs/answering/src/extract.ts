import { countTerms } from '@fumikura/text';
import type { ScoredUnit } from './relevance.ts';

/** A further sentence must come so near to the best one, and bring so much of its own. */
const LEAST_SHARE = 0.62;
/** And hold so much of the question beside what the best one holds, with its surroundings. */
const LEAST_AROUND = 0.6;
const LIKENESS = 0.7;
/** What a sentence loses for saying what was said already. */
const REPETITION = 0.25;

/** The sentences that answer best, best first; of several that say the same the first. */
export function extract(units: readonly ScoredUnit[], wanted: number): ScoredUnit[] {
  const open = units
    .filter(({ kind, score }) => kind !== 'heading' && kind !== 'header' && score > 0)
    .toSorted(byScore)
    .slice(0, 60);
  const taken: ScoredUnit[] = [];
  while (taken.length < wanted) {
    const best = open
      .filter((unit) => unit.around >= LEAST_AROUND * (taken[0]?.around ?? 0))
      .filter((unit) => !taken.includes(unit) && !taken.some((other) => isSame(other, unit)))
      .map((unit) => ({ unit, value: unit.score - REPETITION * repetition(unit, taken) }))
      .toSorted((a, b) => b.value - a.value || byScore(a.unit, b.unit))[0];
    const top = taken[0];
    if (!best || (top && best.value < LEAST_SHARE * top.score)) break;
    taken.push(best.unit);
  }
  return taken;
}

function byScore(a: ScoredUnit, b: ScoredUnit): number {
  return b.score - a.score || a.document - b.document || a.start - b.start;
}

function repetition(unit: ScoredUnit, taken: readonly ScoredUnit[]): number {
  if (taken.length === 0) return 0;
  const others = taken.filter(({ document }) => document !== unit.document);
  return others.length === 0 ? 0 : Math.max(...others.map((other) => likeness(unit, other)));
}

function isSame(a: ScoredUnit, b: ScoredUnit): boolean {
  return a.text === b.text || likeness(a, b) > LIKENESS;
}

/** Shared words of all words, 0 to 1. */
export function likeness(a: Pick<ScoredUnit, 'text'>, b: Pick<ScoredUnit, 'text'>): number {
  const [first, second] = [wordsOf(a.text), wordsOf(b.text)];
  let shared = 0;
  for (const word of first) if (second.has(word)) shared++;
  return shared / Math.max(1, first.size + second.size - shared);
}

const known = new Map<string, ReadonlySet<string>>();

function wordsOf(text: string): ReadonlySet<string> {
  const found = known.get(text);
  if (found) return found;
  if (known.size > 2_000) known.clear();
  const words = new Set(countTerms(text).counts.keys());
  known.set(text, words);
  return words;
}

const RULE_EDGES = /^\s*\|\s*|\s*\|\s*$/gu;

function cells(row: string): string[] {
  return row
    .replace(RULE_EDGES, '')
    .split('|')
    .map((cell) => cell.trim());
}

/** A row as a person reads it alone: each cell with the name of its column. */
export function readableRow(row: string, header: string | undefined): string {
  const names = header === undefined ? [] : cells(header);
  return cells(row)
    .map((cell, at) => (names[at] && cell !== '' ? `${names[at]}: ${cell}` : cell))
    .filter((cell) => cell !== '')
    .join('; ');
}
