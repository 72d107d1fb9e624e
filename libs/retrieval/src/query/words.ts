/** What a query can say beside the words to look for, as `fumi search --help` and docs/retrieval.md tell it. */
export interface QueryWord {
  readonly name: string;
  /** Written instead of the name. */
  readonly also: readonly string[];
  readonly example: string;
  readonly meaning: string;
}

export const QUERY_WORDS = [
  { name: 'source', also: [], example: 'source:jira', meaning: 'only this source, or sources of this kind' },
  {
    name: 'space',
    also: ['project', 'repo'],
    example: 'space:Engineering',
    meaning: 'only this space, project, repository or top folder',
  },
  { name: 'kind', also: ['type'], example: 'kind:page', meaning: 'only this kind of document' },
  { name: 'author', also: ['by'], example: 'author:me', meaning: 'only by this author; "me" is you' },
  { name: 'label', also: ['tag'], example: 'label:runbook', meaning: 'only with this label' },
  { name: 'lang', also: ['language'], example: 'lang:ja', meaning: 'only in this language' },
  { name: 'after', also: ['since'], example: 'after:2026-01', meaning: 'changed on or after' },
  { name: 'before', also: ['until'], example: 'before:2026-03-15', meaning: 'changed before' },
  { name: 'title', also: ['intitle'], example: 'title:rotation', meaning: 'only with this in the title' },
] as const satisfies readonly QueryWord[];

export type QueryWordName = (typeof QUERY_WORDS)[number]['name'];

/** Signs beside the words. */
export const QUERY_SIGNS: readonly Omit<QueryWord, 'also' | 'name'>[] = [
  { example: '"exact phrase"', meaning: 'these words as written, next to each other; also 「…」' },
  { example: '-draft', meaning: 'not with this word, in any of its forms; -"draft" only as written' },
  { example: '-label:old', meaning: 'not with this value; source, space, kind, author, label, lang, title' },
  { example: 'label:a,b', meaning: 'one of these values; label:"two words" for one with blanks' },
];

export function wordNamed(text: string): QueryWordName | undefined {
  const name = text.normalize('NFKC').toLowerCase();
  return QUERY_WORDS.find((word) => word.name === name || (word.also as readonly string[]).includes(name))
    ?.name;
}
