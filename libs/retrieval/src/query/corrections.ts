import type { SourceId } from '@fumikura/model';
import type { AccessFilter, SearchIndex } from '@fumikura/ports';

/** A word that no readable document has, and the one that was looked for instead. */
export interface Correction {
  readonly from: string;
  readonly to: string;
}

export interface Corrected {
  readonly text: string;
  /** What stands outside of quotes. */
  readonly plain: readonly string[];
  readonly corrections: readonly Correction[];
}

/** Words of one query that are looked at. */
const MAX_WORDS = 24;

/** Ordinary words alone: a name in capitals, an identifier or a number is meant as it is written. */
const ORDINARY = /^\p{Lu}?\p{Ll}{3,}$/u;
const LATIN = /^\p{Script=Latin}+$/u;
const AROUND = /^[("'“‘[]+|[)"'”’\].,;:!?]+$/gu;

/**
 * The text with its slips corrected, from words of documents that the caller may read.
 * @param typed what stands outside of quotes: a quoted word is looked for as it is
 */
export async function corrected(
  text: string,
  typed: readonly string[],
  isMeant: (word: string) => boolean,
  index: SearchIndex,
  access: AccessFilter,
  within: readonly SourceId[] | undefined,
  signal: AbortSignal,
): Promise<Corrected> {
  const words = correctable(typed).filter((word) => !isMeant(word));
  if (words.length === 0) return { text, plain: typed, corrections: [] };
  const request = { words, ...(within && { filter: { sources: within } }) };
  const reports = (await index.explore?.words?.(request, access, signal)) ?? [];
  const corrections = reports.flatMap(({ word, near: [best] }) =>
    best === undefined ? [] : [{ from: word, to: best }],
  );
  const instead = new Map(corrections.map(({ from, to }) => [from, to]));
  return {
    text: replaced(text, instead),
    plain: typed.map((part) => replaced(part, instead)),
    corrections,
  };
}

function correctable(typed: readonly string[]): string[] {
  const words = typed
    .flatMap((part) => part.split(/\s+/u))
    .map((word) => word.replace(AROUND, ''))
    .filter((word) => ORDINARY.test(word) && LATIN.test(word));
  return [...new Set(words)].slice(0, MAX_WORDS);
}

function replaced(text: string, instead: ReadonlyMap<string, string>): string {
  if (instead.size === 0) return text;
  return text.replace(/\p{L}+/gu, (word) => instead.get(word) ?? word);
}
