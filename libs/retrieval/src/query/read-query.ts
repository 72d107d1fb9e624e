import { invalidInput } from '@fumikura/errors';
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
  if (query.length > MAX_QUERY_CHARACTERS) {
    const message = `The query has ${query.length} characters; at most ${MAX_QUERY_CHARACTERS} are allowed.`;
    throw invalidInput('QUERY_TOO_LONG', message);
  }
  const { text, plain, conditions, filter: typed, notices } = parseQuery(query);
  const hasConditions = Object.keys(conditions).length > 0;
  const hasFilter = [typed, beside ?? {}].some((each) => Object.keys(each).length > 0);
  if (text === '' && !hasConditions && !hasFilter && !mayBeEmpty)
    throw invalidInput('QUERY_EMPTY', 'The query is empty. Write what you look for.');
  const terms = analyseQuery(text);
  if (text !== '' && terms.terms.length === 0)
    throw invalidInput(
      'QUERY_WITHOUT_TERMS',
      'The query has no word to look for, only signs. Add a word or a number.',
    );
  const filter = await resolveFilter([Object.keys(typed).length > 0 ? typed : undefined, beside], context);
  return { text, plain, terms, notices, ...(filter && { filter }), ...(hasConditions && { conditions }) };
}
