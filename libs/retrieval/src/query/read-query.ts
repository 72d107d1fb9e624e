import { invalidInput } from '@fumikura/errors';
import type { AppError } from '@fumikura/errors';
import type { IndexFilter } from '@fumikura/ports';
import { analyseQuery } from '@fumikura/text';
import type { QueryTerms, TextConditions } from '@fumikura/text';
import { resolveFilter } from '../filter.ts';
import type { FilterContext } from '../filter.ts';
import { parseQuery } from './parse.ts';

const MAX_QUERY_CHARACTERS = 2_000;

/** What is asked of the index. */
export interface ReadQuery {
  /** To rank by, without filters and signs; empty when there are only those: the newest are asked for then. */
  readonly text: string;
  /** The part of it outside of quotes. */
  readonly plain: readonly string[];
  readonly terms: QueryTerms;
  readonly filter?: IndexFilter;
  readonly conditions?: TextConditions;
  readonly notices: readonly string[];
}

/**
 * A query as typed, together with a filter given beside it.
 * @throws AppError QUERY_EMPTY, QUERY_TOO_LONG, QUERY_WITHOUT_TERMS, QUERY_WORD_UNKNOWN, QUERY_CONFLICT,
 * FILTER_VALUE_UNKNOWN, INVALID_ARGUMENT (invalid-input)
 */
export async function readQuery(
  query: string,
  beside: IndexFilter | undefined,
  context: FilterContext,
  { mayBeEmpty = false }: { readonly mayBeEmpty?: boolean } = {},
): Promise<ReadQuery> {
  requireShort(query);
  const { text, plain, conditions, filter: typed, notices } = parseQuery(query);
  const hasConditions = Object.keys(conditions).length > 0;
  const hasFilter = [typed, beside ?? {}].some((each) => Object.keys(each).length > 0);
  if (text === '' && !hasConditions && !hasFilter && !mayBeEmpty) throw emptyQuery();
  const terms = analyseQuery(text);
  if (text !== '' && terms.terms.length === 0) throw withoutTerms();
  const filter = await resolveFilter([Object.keys(typed).length > 0 ? typed : undefined, beside], context);
  return { text, plain, terms, notices, ...(filter && { filter }), ...(hasConditions && { conditions }) };
}

/** The words of a question in plain language. @throws AppError QUERY_EMPTY, QUERY_TOO_LONG, QUERY_WITHOUT_TERMS (invalid-input) */
export function checkedTerms(question: string): QueryTerms {
  if (question.trim() === '') throw emptyQuery();
  requireShort(question);
  const terms = analyseQuery(question);
  if (terms.terms.length === 0) throw withoutTerms();
  return terms;
}

function requireShort(query: string): void {
  if (query.length <= MAX_QUERY_CHARACTERS) return;
  const message = `The query has ${query.length} characters; at most ${MAX_QUERY_CHARACTERS} are allowed.`;
  throw invalidInput('QUERY_TOO_LONG', message);
}

function emptyQuery(): AppError {
  return invalidInput('QUERY_EMPTY', 'The query is empty. Write what you look for.');
}

function withoutTerms(): AppError {
  const message = 'The query has no word to look for, only signs. Add a word or a number.';
  return invalidInput('QUERY_WITHOUT_TERMS', message);
}
