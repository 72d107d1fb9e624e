import { invalidInput } from '@fumikura/errors';
import type { ExcludedValues, IndexFilter } from '@fumikura/ports';
import type { TextConditions } from '@fumikura/text';
import { editDistance, fold } from '../near-matches.ts';
import { tokensOf } from './tokens.ts';
import type { QueryToken } from './tokens.ts';
import { QUERY_WORDS, wordNamed } from './words.ts';
import type { QueryWordName } from './words.ts';

export interface ParsedQuery {
  /** Words to rank by, phrases and titles among them; empty when there are only filters and exclusions. */
  readonly text: string;
  /** The part of it outside of quotes. */
  readonly plain: readonly string[];
  readonly conditions: TextConditions;
  /** Values as typed: `resolveFilter` compares them with those there are. */
  readonly filter: IndexFilter;
  readonly notices: readonly string[];
}

/** Conditions of one query; each is looked up in every document that might be a hit. */
const MAX_CONDITIONS = 50;

const VALUE_KEYS: Partial<Record<QueryWordName, keyof ExcludedValues>> = {
  source: 'sources',
  space: 'spaces',
  kind: 'kinds',
  author: 'authors',
  label: 'labels',
  lang: 'languages',
};

/**
 * Reads the query language. Whatever is no word of it is text to look for: an address, `10:30`, `std::vector`.
 * @throws AppError QUERY_WORD_UNKNOWN, INVALID_ARGUMENT (invalid-input)
 */
export function parseQuery(query: string): ParsedQuery {
  const draft = new Draft();
  for (const token of tokensOf(query)) draft.add(token);
  return draft.finish();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer V)[] | undefined ? V[] : T[K] };

class Draft {
  readonly #text: string[] = [];
  readonly #plain: string[] = [];
  readonly #phrases: string[] = [];
  readonly #title: string[] = [];
  readonly #excluded: string[] = [];
  readonly #excludedPhrases: string[] = [];
  readonly #filter: Mutable<IndexFilter> = {};
  readonly #excludedValues: Mutable<ExcludedValues> = {};
  readonly #notices: string[] = [];
  #conditions = 0;

  add(token: QueryToken): void {
    const name = token.field === undefined ? undefined : wordNamed(token.field);
    if (token.field !== undefined && name === undefined) requireNoTypo(token.field, token);
    if (name === undefined) this.#addText(token);
    else if (token.value.trim() === '') this.#addUnfinished(name, token);
    else this.#addWord(name, token);
  }

  finish(): ParsedQuery {
    return {
      text: this.#text.join(' '),
      plain: this.#plain,
      conditions: {
        ...some('phrases', this.#phrases),
        ...some('title', this.#title),
        ...some('excluded', this.#excluded),
        ...some('excludedPhrases', this.#excludedPhrases),
      },
      filter: {
        ...this.#filter,
        ...(Object.keys(this.#excludedValues).length > 0 && { excluded: this.#excludedValues }),
      },
      notices: this.#notices,
    };
  }

  /** A field that is none keeps its colon: it is part of what is looked for. */
  #addText({ value, isQuoted, isExcluded, written, field }: QueryToken): void {
    const isPhrase = isQuoted && field === undefined;
    if (!/[\p{L}\p{N}]/u.test(value)) {
      if (written !== '""') this.#text.push(written);
    } else if (isExcluded) {
      this.#count();
      (isPhrase ? this.#excludedPhrases : this.#excluded).push(
        field === undefined ? value : written.slice(1),
      );
    } else if (isPhrase) {
      this.#count();
      this.#phrases.push(value);
      this.#text.push(value);
    } else {
      this.#text.push(written);
      this.#plain.push(written);
    }
  }

  #addUnfinished(name: QueryWordName, { written }: QueryToken): void {
    this.#text.push(written);
    this.#notices.push(`"${name}:" was taken as text: write its value right behind the colon.`);
  }

  #addWord(name: QueryWordName, token: QueryToken): void {
    this.#count();
    if (name === 'title') this.#addTitle(token);
    else if (name === 'after' || name === 'before') this.#addTime(name, token);
    else this.#addValues(name, token);
  }

  #addTitle({ value, isExcluded }: QueryToken): void {
    if (isExcluded)
      throw invalidInput(
        'INVALID_ARGUMENT',
        `-title: cannot be left out by title alone. Write -${value} for the whole document.`,
      );
    this.#title.push(value);
    this.#text.push(value);
  }

  /** Of several the narrowest counts, which is what all of them together mean. */
  #addTime(name: 'after' | 'before', { value, isExcluded }: QueryToken): void {
    if (isExcluded) {
      const other = name === 'after' ? 'before' : 'after';
      throw invalidInput('INVALID_ARGUMENT', `-${name}: write ${other}:${value.slice(0, 40)} instead.`);
    }
    const key = name === 'after' ? 'updatedFrom' : 'updatedBefore';
    const known = this.#filter[key];
    const isNarrower = known === undefined || (name === 'after' ? value > known : value < known);
    if (isNarrower) this.#filter[key] = value;
  }

  #addValues(name: QueryWordName, { value, isQuoted, isExcluded }: QueryToken): void {
    const key = VALUE_KEYS[name];
    if (!key) return;
    const values = isQuoted ? [value] : value.split(/[,、，]/u).filter((each) => each.trim() !== '');
    const of = isExcluded ? this.#excludedValues : this.#filter;
    const known = (of[key] ?? []) as string[];
    (of as Record<string, string[]>)[key] = [...new Set([...known, ...values])];
  }

  #count(): void {
    this.#conditions++;
    if (this.#conditions <= MAX_CONDITIONS) return;
    throw invalidInput(
      'INVALID_ARGUMENT',
      `The query has more than ${MAX_CONDITIONS} conditions; use fewer.`,
    );
  }
}

function some<K extends string>(key: K, values: readonly string[]): Partial<Record<K, readonly string[]>> {
  return values.length === 0 ? {} : ({ [key]: values } as Record<K, readonly string[]>);
}

/** `sourse:jira` is a slip; `https://…`, `10:30` and `std::vector` are text. */
function requireNoTypo(field: string, { value, isExcluded }: QueryToken): void {
  if (/^[:/\\]/u.test(value) || value === '') return;
  const written = fold(field);
  const near = QUERY_WORDS.filter(({ name }) => editDistance(written, name) <= 1).map(
    ({ name }) => `${isExcluded ? '-' : ''}${name}:${value.slice(0, 40)}`,
  );
  if (near.length === 0) return;
  throw invalidInput(
    'QUERY_WORD_UNKNOWN',
    `"${field}:" is no word of a query. Put it in quotes to look for it as text. Near matches:`,
    { near },
  );
}
