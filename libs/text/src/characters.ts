/** What a character is to the scanner. */
export const CHARACTER = {
  other: 0,
  /** Letter, digit or mark of a script that writes blanks between words. */
  word: 1,
  /** Han, kana, and the scripts that write no blanks: cut by the segmenter and into bigrams. */
  unspaced: 2,
} as const;

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3005\u3006\u30fc\uff70\uff9e\uff9f]/u;
const WORD = /[\p{L}\p{N}\p{M}]/u;

const UNKNOWN = 255;
const basicPlane = new Uint8Array(0x10000).fill(UNKNOWN);

/** Class of a code point; the basic plane is looked up once per character and process. */
export function characterClass(code: number): number {
  if (code > 0xffff) return classify(code);
  const known = basicPlane[code];
  if (known !== undefined && known !== UNKNOWN) return known;
  const found = classify(code);
  basicPlane[code] = found;
  return found;
}

function classify(code: number): number {
  if (code >= 0xd800 && code <= 0xdfff) return CHARACTER.other;
  const char = String.fromCodePoint(code);
  if (UNSPACED.test(char)) return CHARACTER.unspaced;
  return WORD.test(char) ? CHARACTER.word : CHARACTER.other;
}

export function isHiragana(text: string): boolean {
  return /^[\p{Script=Hiragana}\u30fc]+$/u.test(text);
}

export function isAsciiDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isAsciiUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}

export function isAsciiLower(code: number): boolean {
  return code >= 97 && code <= 122;
}
