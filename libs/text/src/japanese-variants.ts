import { JAPANESE_FUNCTION_WORDS } from './stop-words.ts';

/** Looked at in one text. UTF-16 units. */
const LONGEST = 2_000;

const KATAKANA = /[ァ-ヺー]{2,}/gu;
/** Loan words on -er, -or, -ar and -y are written with and without the last mark: サーバ, サーバー. */
const LONG_ENDING = /^.{2,}[アカサタナハマヤラワガザダバパァャイキシチニヒミリギジヂビピィ]ー?$/u;
const HIRAGANA_WORD = /^[ぁ-ゖー]{3,}$/u;
/** A number with what it counts, as the index has it as one term. */
const DIGITS = /(?<![\d.,])(\d{1,4})(?=[\p{Script=Han}\p{Script=Katakana}\p{Script=Hiragana}])/gu;
/** Counters alone: 一般 and 十分 hold no number. */
const NUMERAL =
  /(?<!(?!第)\p{Script=Han})([一二三四五六七八九十百千]{1,8})([条項号章節編款目年月日時週人名回台本枚件個階歳代世番位度円])/gu;

const FIGURES = '〇一二三四五六七八九';
const POWERS = [
  [1_000, '千'],
  [100, '百'],
  [10, '十'],
] as const;

const KANA_OFFSET = 0x60;
const segmenter = new Intl.Segmenter('ja', { granularity: 'word' });

/** The same said in another of the ways in which Japanese is written. */
export interface Variant {
  readonly from: string;
  readonly to: string;
}

/** Of words and numbers in a text: kana of the other kind, long endings, numerals. Each once. */
export function japaneseVariants(text: string): Variant[] {
  const folded = text.slice(0, LONGEST).normalize('NFKC');
  const found = new Map<string, Variant>();
  const add = (from: string, to: string) => void (from !== to && found.set(to, { from, to }));
  for (const [word] of folded.matchAll(KATAKANA)) {
    if (LONG_ENDING.test(word)) add(word, word.endsWith('ー') ? word.slice(0, -1) : `${word}ー`);
    if (word.length > 2) add(word, shifted(word, -KANA_OFFSET));
  }
  for (const { segment } of segmenter.segment(folded))
    if (HIRAGANA_WORD.test(segment) && !JAPANESE_FUNCTION_WORDS.has(segment))
      add(segment, shifted(segment, KANA_OFFSET));
  for (const { 0: digits, index } of folded.matchAll(DIGITS)) {
    const counted = folded.charAt(index + digits.length);
    add(digits + counted, inFigures(Number(digits)) + counted);
  }
  for (const [whole, numeral = '', counted = ''] of folded.matchAll(NUMERAL))
    add(whole, `${valueOf(numeral)}${counted}`);
  return [...found.values()];
}

function shifted(word: string, by: number): string {
  return Array.from(word, (char) =>
    char === 'ー' ? char : String.fromCharCode(char.charCodeAt(0) + by),
  ).join('');
}

function inFigures(value: number): string {
  if (value === 0) return '〇';
  let left = value;
  let written = '';
  for (const [power, sign] of POWERS) {
    const times = Math.floor(left / power);
    left %= power;
    if (times > 0) written += (times > 1 ? FIGURES.charAt(times) : '') + sign;
  }
  return written + (left > 0 ? FIGURES.charAt(left) : '');
}

function valueOf(numeral: string): number {
  let value = 0;
  let times = 0;
  for (const sign of numeral) {
    const power = POWERS.find(([, each]) => each === sign)?.[0];
    if (power === undefined) times = times * 10 + FIGURES.indexOf(sign);
    else {
      value += (times || 1) * power;
      times = 0;
    }
  }
  return value + times;
}
