import { analyseQuery } from '@fumikura/text';

const segmenter = new Intl.Segmenter('ja', { granularity: 'word' });
const WIDE = /[\u3040-\u30ff\u3400-\u9fff々ー]/u;
const ONLY_HIRAGANA = /^[\p{Script=Hiragana}ー]+$/u;

const stems = new Map<string, string>();

/** One English word without its inflection, as the index has it. */
export function stemOf(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const made =
    analyseQuery(word).terms.find(({ class: kind }) => kind === 'word')?.term ?? word.toLowerCase();
  if (stems.size > 20_000) stems.clear();
  stems.set(word, made);
  return made;
}

/** Words a sentence is made of that are not grammar alone, folded. */
export function contentWords(text: string): string[] {
  return contentTokens(text).map(({ stem }) => stem);
}

export interface ContentToken {
  /** As it stands there. */
  readonly word: string;
  readonly stem: string;
}

export function contentTokens(text: string): ContentToken[] {
  const folded = text.normalize('NFKC');
  const found: ContentToken[] = [];
  for (const { segment, isWordLike } of segmenter.segment(folded)) {
    if (!isWordLike) continue;
    if (WIDE.test(segment)) {
      if (!ONLY_HIRAGANA.test(segment)) found.push({ word: segment, stem: segment });
    } else
      for (const part of segment.match(/[\p{L}\p{N}]+/gu) ?? [])
        if (!STOP.has(part.toLowerCase())) found.push({ word: part, stem: stemOf(part) });
  }
  return found;
}

const STOP = new Set(
  `a about an and any are as at be been being but by can could did do does for from had has have how i if in into is it its
  itself me my no not of on or our over should so than that the their them there these they this those to was we were what
  when where which while who whom whose why will with would you your he she his her him also such both each other then thus
  however therefore because during through between among per via may might must shall upon within one more most very only own
  same too just up down out off again further once here all some`
    .trim()
    .split(/\s+/u),
);

const LATIN_NAME =
  /(?<=[\p{L}\p{N},;:)"”’'\]\-–—/] ?|^)\b(?:\p{Lu}[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}]*(?:[-_.&'’][\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}]+)*)/gu;
const IDENTIFIER =
  /(?<![\p{Script=Latin}\p{N}_])[\p{Script=Latin}\p{N}]*(?:\p{Script=Latin}\d|\d\p{Script=Latin}|[a-z]\p{Lu}|[_])[\p{Script=Latin}\p{N}_-]*/gu;
const KATAKANA = /[\p{Script=Katakana}ー]{2,}/gu;
const ADDRESS = /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*|\bhttps?:\/\/[^\s）)」]+|\b[\w-]+(?:\.[\w-]+){2,}\b/giu;

/**
 * Names and identifiers: what has to stand in the evidence letter by letter. The first word of an English sentence counts
 * too: when it is no name, it is a word that the evidence has anyway or that grammar brings.
 */
export function names(text: string): string[] {
  const folded = text.normalize('NFKC');
  const found = [
    ...(folded.match(LATIN_NAME) ?? []).filter((word) => word.length > 1 && !STOP.has(word.toLowerCase())),
    ...(folded.match(IDENTIFIER) ?? []),
    ...(folded.match(KATAKANA) ?? []),
    ...(folded.match(ADDRESS) ?? []),
  ];
  return [...new Set(found)];
}

/** For comparison whatever the case, width and spacing. */
export function foldAll(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}

/** Words that say nothing of their own about a subject: how one speaks of a text. */
export const BENIGN: ReadonlySet<string> = new Set([
  ...`according document state say mention describe note list follow include provide use have make take get give need
  specify explain indicate contain define refer concern regard page article text section named called`
    .split(/\s+/u)
    .map(stemOf),
  ...'文書 資料 記載 内容 場合 方法 必要 可能 使用 利用 確認 実施 定め 示さ 書か 述べ 以下 次 通り 行わ 行う 行い'.split(
    ' ',
  ),
]);
