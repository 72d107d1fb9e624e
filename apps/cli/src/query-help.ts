import { QUERY_SIGNS, QUERY_WORDS } from '@fumikura/retrieval/query-words';

/** Every word of the query language, a line each. */
export function queryHelp(): string {
  const words = QUERY_WORDS.map(({ example, meaning, also }) => [
    example,
    also.length > 0 ? `${meaning} (also ${also.map((name) => `${name}:`).join(', ')})` : meaning,
  ]);
  const signs = QUERY_SIGNS.map(({ example, meaning }) => [example, meaning]);
  const lines = [...words, ...signs].map(
    ([example = '', meaning = '']) => `  ${example.padEnd(28)}${meaning}`,
  );
  return [
    '',
    'In a query:',
    ...lines,
    '  Filters without words list what was changed last. Put a query with signs into single quotes.',
  ].join('\n');
}
