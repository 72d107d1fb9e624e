import type { SourceId } from '@fumikura/model';
import type { AccessFilter, Catalog, SearchIndex } from '@fumikura/ports';
import { analyseQuery, countTerms, findPhrase, foldText, japaneseVariants, phraseOf } from '@fumikura/text';
import type { QueryTerms } from '@fumikura/text';
import type { Place } from '../collapse.ts';
import { NO_SYNONYMS, termsOf } from './synonyms.ts';
import type { Expansion, Synonyms } from './synonyms.ts';

/** Terms added to one query, of either kind. */
const MOST_LONG_FORMS = 12;
const MOST_SPELLINGS = 24;
const MOST_SYNONYMS = 32;

export interface ExpandParts {
  readonly index: SearchIndex;
  /** As they are at this moment. */
  readonly synonyms?: () => Synonyms;
}

export interface Expanded {
  readonly terms: QueryTerms;
  readonly expansions: readonly Expansion[];
}

/**
 * A query with what means the same: the long forms of its abbreviations, as readable documents explain them ("Service
 * Level Agreement (SLA)"), Japanese in its other spellings, and the company's synonyms.
 * @param plain what stands outside of quotes: quoted words have no others
 */
export async function expanded(
  { text, plain = text }: { readonly text: string; readonly plain?: string },
  terms: QueryTerms,
  { index, synonyms = () => NO_SYNONYMS }: ExpandParts,
  access: AccessFilter,
  within: readonly SourceId[] | undefined,
  signal: AbortSignal,
): Promise<Expanded> {
  if (text === '') return { terms, expansions: [] };
  const request = { text, ...(within && { filter: { sources: within } }) };
  const longForms = (await index.explore?.longForms?.(request, access, signal)) ?? [];
  const explained = longForms.map((to): Expansion => ({ to, by: 'abbreviation' }));
  const meant = synonyms().of(plain);
  const fromDocuments = termsOf(explained, terms.terms).slice(0, MOST_LONG_FORMS);
  const spelled = japaneseVariants(plain).map((each): Expansion => ({ ...each, by: 'spelling' }));
  const otherwise = termsOf(spelled, [...terms.terms, ...fromDocuments]).slice(0, MOST_SPELLINGS);
  const known = [...terms.terms, ...fromDocuments, ...otherwise];
  return {
    terms: plus({ ...terms, terms: known }, meant),
    expansions: [...explained, ...spelled, ...meant],
  };
}

/** A query with the company's synonyms alone. */
export function withSynonyms(
  text: string,
  terms: QueryTerms,
  synonyms: NonNullable<ExpandParts['synonyms']> = () => NO_SYNONYMS,
): QueryTerms {
  return plus(terms, synonyms().of(text));
}

function plus(terms: QueryTerms, meant: readonly Expansion[]): QueryTerms {
  const added = termsOf(meant, terms.terms).slice(0, MOST_SYNONYMS);
  return added.length === 0 ? terms : { ...terms, terms: [...terms.terms, ...added] };
}

export interface TellingExpansion extends Expansion {
  /** Ranks on this page of the hits that say it. */
  readonly hits: readonly number[];
}

/**
 * Those that a document on this page says: a file of synonyms may hold names that not everybody who asks is to know, and
 * what is found nowhere is not told.
 */
export async function toldExpansions(
  expansions: readonly Expansion[],
  shown: readonly Place[],
  firstRank: number,
  catalog: Catalog,
  access: AccessFilter,
): Promise<TellingExpansion[]> {
  if (expansions.length === 0) return [];
  const said = await Promise.all(
    shown.map(async ({ record }) => {
      const stored = await catalog.text(record.id, access);
      return sayingOf(`${record.title}\n${stored?.text ?? ''}`);
    }),
  );
  return expansions.flatMap((expansion) => {
    const hits = said.flatMap((says, at) => (says(expansion.to) ? [firstRank + at] : []));
    return hits.length > 0 ? [{ ...expansion, hits }] : [];
  });
}

/** By its words in any form; in scripts without blanks, where words are cut by what stands around them, as it stands. */
function sayingOf(text: string): (phrase: string) => boolean {
  const { counts } = countTerms(text);
  const folded = foldText(text);
  return (phrase) =>
    analyseQuery(phrase).terms.every(({ term }) => counts.has(term)) ||
    findPhrase(folded, phraseOf(phrase)) !== undefined;
}
