import { termOfWord, termsOfPhrase, textTest } from '@fumikura/text';
import type { ReadableText, TextConditions } from '@fumikura/text';
import type { IndexReader } from './reader.ts';
import { TITLE_LIST } from './schema.ts';
import { visitPostings } from './visit-postings.ts';

/** A document's own words, for what posting lists cannot tell: they hold no places. */
export type TextOf = (documentId: string) => ReadableText | undefined;

/** Documents compared with exact phrases in one search, best first. About .15 ms each. */
export const MAX_COMPARED = 1_000;

/**
 * Conditions on texts, as far as posting lists decide them: chunks of documents that cannot meet them are not admitted,
 * so no scan scores them. What is left open is compared document by document.
 */
export function meeting(
  reader: IndexReader,
  conditions: TextConditions | undefined,
  admitted: Uint8Array,
): Uint8Array {
  if (!conditions) return admitted;
  const { phrases = [], title = [], excluded = [] } = conditions;
  const docs = new Uint8Array(reader.meta.nextDoc).fill(1);
  for (const phrase of phrases) for (const term of termsOfPhrase(phrase)) keep(docs, withTerm(reader, term));
  for (const wanted of title) {
    const term = termOfWord(wanted);
    for (const each of term === undefined ? termsOfPhrase(wanted) : [term])
      keep(docs, withTitleTerm(reader, each));
  }
  for (const word of excluded) {
    const term = termOfWord(word);
    if (term !== undefined) drop(docs, withTerm(reader, term));
  }
  const doc = reader.columns.doc.values;
  const met = admitted.slice();
  for (let chunk = 0; chunk < met.length; chunk++)
    if (met[chunk] === 1 && docs[doc[chunk] ?? 0] === 0) met[chunk] = 0;
  return met;
}

/** The test that posting lists leave open; undefined when they decide everything. */
export function openTest(
  conditions: TextConditions | undefined,
  textOf: TextOf,
): ((documentId: string) => boolean) | undefined {
  const open = openConditions(conditions);
  if (!open) return undefined;
  const test = textTest(open);
  return (documentId) => {
    const text = textOf(documentId);
    return text !== undefined && test(text);
  };
}

function openConditions(conditions: TextConditions = {}): TextConditions | undefined {
  const isWord = (text: string) => termOfWord(text) !== undefined;
  const { phrases = [], title = [], excluded = [], excludedPhrases = [] } = conditions;
  const open = {
    phrases,
    title: title.filter((each) => !isWord(each)),
    excluded: excluded.filter((each) => !isWord(each)),
    excludedPhrases,
  };
  return Object.values(open).some((each) => each.length > 0) ? open : undefined;
}

/** One byte per document. */
function withTerm(reader: IndexReader, term: string): Uint8Array {
  const docs = new Uint8Array(reader.meta.nextDoc);
  const doc = reader.columns.doc.values;
  visitPostings(reader.source, term, (chunk) => {
    docs[doc[chunk] ?? 0] = 1;
  });
  return docs;
}

function withTitleTerm(reader: IndexReader, term: string): Uint8Array {
  const docs = new Uint8Array(reader.meta.nextDoc);
  visitPostings(reader.source, TITLE_LIST + term, (doc, inTitle) => {
    if (inTitle > 0) docs[doc] = 1;
  });
  return docs;
}

function keep(docs: Uint8Array, wanted: Uint8Array): void {
  for (let doc = 0; doc < docs.length; doc++) docs[doc] = (docs[doc] ?? 0) & (wanted[doc] ?? 0);
}

function drop(docs: Uint8Array, unwanted: Uint8Array): void {
  for (let doc = 0; doc < docs.length; doc++) if (unwanted[doc] === 1) docs[doc] = 0;
}
