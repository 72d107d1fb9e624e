import type { DocumentId } from '@fumikura/model';
import type { QueryTerms, TextConditions } from '@fumikura/text';
import type { AccessFilter } from './access-filter.ts';
import type { FieldValue, FilterField } from './catalog.ts';
import type { IndexFilter } from './search-index.ts';

export interface FacetRequest {
  /** Counted are documents with every word of it, or with any when none has all; without it, all within the filter. */
  readonly query?: QueryTerms;
  readonly filter?: IndexFilter;
  readonly conditions?: TextConditions;
  readonly fields: readonly FilterField[];
  /** Values of each field, the most frequent first. */
  readonly limit: number;
}

export interface FacetCounts {
  readonly documents: number;
  readonly values: Readonly<Partial<Record<FilterField, readonly FieldValue[]>>>;
  /** There are more documents than these: too many to be compared with exact phrases. */
  readonly isLowerBound: boolean;
}

export interface Completions {
  /** Whole words for the last one of the text, as documents write them, the most frequent first. */
  readonly words: readonly string[];
  /** Documents whose titles have all of the words, the last one as far as it is typed. */
  readonly documents: readonly DocumentId[];
}

export interface WordReport {
  readonly word: string;
  /** Some document that the caller may read has it, in whatever form. */
  readonly isKnown: boolean;
  /** Words of few edits away, best first; only of unknown ones. */
  readonly near: readonly string[];
}

/**
 * What an index knows beside its hits, for the person who types. Everything is told of documents that the caller may read
 * alone: a word is told when one of them is found to write it, a count counts nothing else.
 */
export interface IndexExplorer {
  complete(
    request: { readonly text: string; readonly filter?: IndexFilter; readonly limit: number },
    access: AccessFilter,
    signal: AbortSignal,
  ): Promise<Completions>;
  words(
    request: { readonly words: readonly string[]; readonly filter?: IndexFilter },
    access: AccessFilter,
    signal: AbortSignal,
  ): Promise<readonly WordReport[]>;
  /** Of the abbreviations in a text, as documents that the caller may read explain them. */
  longForms(
    request: { readonly text: string; readonly filter?: IndexFilter },
    access: AccessFilter,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  facets(request: FacetRequest, access: AccessFilter, signal: AbortSignal): Promise<FacetCounts>;
  /** How rare terms are, >= 0, in the order given; collection-wide, so never shown. */
  rarity(terms: readonly string[]): Promise<readonly number[]>;
}
