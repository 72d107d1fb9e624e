import type { Index } from './collection.ts';
import type { Json } from './payload.ts';
import { badFormat, LeftOut } from './refusal.ts';

type Match = Readonly<Record<string, Json>>;
type Fits = (value: Json) => boolean;

const noMatch = () => badFormat('data did not match any variant of untagged enum MatchInterface');

export function matchTest(match: Match, index: Index | undefined): Fits {
  if ('value' in match) {
    const wanted = match['value'];
    if (!isMatchable(wanted)) throw noMatch();
    return (value) => value === wanted;
  }
  if ('any' in match || 'except' in match) return listTest(match, index?.data_type);
  for (const [name, test] of Object.entries(TEXTS)) {
    const text = match[name];
    if (typeof text === 'string') return onText(test(text, index?.data_type === 'text' ? index : undefined));
  }
  throw noMatch();
}

function isMatchable(value: Json | undefined): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
}

function listTest(match: Match, indexed: string | undefined): Fits {
  const name = 'any' in match ? 'any' : 'except';
  const values = match[name];
  if (!Array.isArray(values)) throw noMatch();
  const isUniform = (values as Json[]).every(
    (each) =>
      (typeof each === 'string' || Number.isSafeInteger(each)) &&
      typeof each === typeof (values as Json[])[0],
  );
  if (!isUniform) throw noMatch();
  const set = new Set(values as Json[]);
  if (name === 'any') return (value) => set.has(value);
  // An index knows nothing of values of another type.
  return (value) => value !== null && !set.has(value) && (indexed !== 'integer' || Number.isInteger(value));
}

function onText(fits: (text: string) => boolean): Fits {
  return (value) => typeof value === 'string' && fits(value);
}

/** Without an index texts are compared as they are. */
const TEXTS: Readonly<Record<string, (asked: string, index?: Index) => (text: string) => boolean>> = {
  text: (asked, index) => {
    if (!index) return (text) => text.includes(asked);
    const wanted = wordsOf(asked, index);
    return (text) => wanted.length > 0 && wanted.every((word) => wordsOf(text, index).includes(word));
  },
  text_any: (asked, index) => {
    if (!index) return (text) => asked.split(/\s+/).some((word) => word !== '' && text.includes(word));
    const wanted = wordsOf(asked, index);
    return (text) => wordsOf(text, index).some((word) => wanted.includes(word));
  },
  phrase: (asked, index) => {
    if (!index) return (text) => text.includes(asked);
    if (index.params?.['phrase_matching'] !== true) return () => false;
    const wanted = wordsOf(asked, index).join(' ');
    return (text) => wanted !== '' && ` ${wordsOf(text, index).join(' ')} `.includes(` ${wanted} `);
  },
  prefix: (asked) => (text) => text.startsWith(asked),
};

/** @throws LeftOut for tokenisers that are not imitated */
function wordsOf(text: string, { params = {} }: Index): string[] {
  const { tokenizer = 'word', stopwords, stemmer, min_token_len: least, max_token_len: most } = params;
  if (tokenizer !== 'word' || stopwords || stemmer || least || most)
    throw new LeftOut('tokenisers other than plain words');
  const folded = params['lowercase'] === false ? text : text.toLowerCase();
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}
