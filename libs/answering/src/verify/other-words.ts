import { meaningOf } from './synonyms.ts';
import { contentTokens, names } from './tokens.ts';
import type { ContentToken } from './tokens.ts';

/** A claim that differs from its evidence in words alone, and what an embedder is asked about it. */
export interface OtherWords {
  readonly claim: string;
  /** Of the claim, and in no sentence that it cites. */
  readonly novel: readonly string[];
  /** What it cites, each with its words that the claim does not have. */
  readonly sentences: readonly { readonly text: string; readonly missing: readonly string[] }[];
}

/** More of them, or a larger part of the claim, is another statement. */
const MOST_NOVEL = 3;
const MOST_SHARE = 0.34;
/** Of a long sentence; what is beyond stands for nothing. */
const MOST_MISSING = 12;

export function otherWordsOf(
  claim: string,
  novel: readonly ContentToken[],
  words: number,
  sentences: readonly string[],
): OtherWords | undefined {
  if (novel.length > Math.min(MOST_NOVEL, MOST_SHARE * words)) return undefined;
  const said = new Set(contentTokens(claim).map(({ stem }) => meaningOf(stem)));
  return {
    claim,
    novel: novel.map(({ word }) => word.toLowerCase()),
    sentences: sentences.map((text) => ({ text, missing: missingOf(text, said) })),
  };
}

/** A name or a number is no other word for anything. */
function missingOf(text: string, said: ReadonlySet<string>): string[] {
  const called = new Set(
    names(text)
      .slice(1)
      .flatMap((name) => name.split(/[^\p{L}\p{N}]+/u)),
  );
  const missing = contentTokens(text)
    .filter(({ word, stem }) => !said.has(meaningOf(stem)) && !called.has(word) && !/\d/u.test(word))
    .map(({ word }) => word.toLowerCase());
  return [...new Set(missing)].slice(0, MOST_MISSING);
}
