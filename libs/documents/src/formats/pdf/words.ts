import type { Line } from './lines.ts';

const CJK = '\\u3000-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef';
const ENDS_IN_CJK = new RegExp(`[${CJK}]$`, 'u');
const STARTS_WITH_CJK = new RegExp(`^[${CJK}]`, 'u');
const CUT_WORD = /(\p{L}+)[-‐\u00ad]$/u;

/** Words of a document, to tell a word cut at a line's end from a compound. */
export class Vocabulary {
  readonly #words = new Set<string>();

  constructor(lines: readonly Line[]) {
    for (const [index, { text }] of lines.entries()) {
      // Halves of cut words are no words.
      const start = isCut(lines[index - 1]) ? text.replace(/^\S+/u, '') : text;
      const whole = isCut(lines[index]) ? start.replace(/\S+$/u, '') : start;
      for (const word of whole.toLowerCase().match(/\p{L}+(?:-\p{L}+)*/gu) ?? []) this.#words.add(word);
    }
  }

  /** The hyphen stays in words that the document writes with one, or that are made of two it writes alone. */
  keepsHyphen(head: string, tail: string): boolean {
    const [first, second] = [head.toLowerCase(), tail.toLowerCase()];
    if (this.#words.has(`${first}${second}`)) return false;
    if (this.#words.has(`${first}-${second}`)) return true;
    return first.length > 2 && second.length > 2 && this.#words.has(first) && this.#words.has(second);
  }
}

function isCut(line: Line | undefined): boolean {
  return line !== undefined && CUT_WORD.test(line.text);
}

/** Text of two lines as one: cut words mended, Japanese and Chinese joined without a space. */
export function joinLines(
  text: string,
  next: string,
  vocabulary: Vocabulary,
  isForcedBreak: boolean,
): string {
  if (text === '') return next;
  const cut = CUT_WORD.exec(text);
  const tail = /^\p{Ll}+/u.exec(next)?.[0];
  if (cut && tail !== undefined) {
    const keeps = !text.endsWith('\u00ad') && vocabulary.keepsHyphen(cut[1] ?? '', tail);
    return keeps ? `${text}${next}` : `${text.slice(0, -1)}${next}`;
  }
  if (isForcedBreak) return `${text}\n${next}`;
  return ENDS_IN_CJK.test(text) && STARTS_WITH_CJK.test(next) ? `${text}${next}` : `${text} ${next}`;
}

/** Of the area's width: what lines differ in length by when the right edge is not set even. */
const RAGGED = 0.05;

/** Whether the line ended before its area did: the next word would have fitted, so the author broke it. */
export function isForcedBreak(line: Line, next: Line): boolean {
  if (line.area.isVertical) return false;
  const letter = (line.right - line.x) / Math.max(1, line.text.length);
  const word = STARTS_WITH_CJK.test(next.text) ? 2 : (/^\S+/u.exec(next.text)?.[0].length ?? 0) + 1;
  const slack = (line.area.right - line.area.x) * RAGGED;
  return line.right + letter * (word + 1) < line.area.right - slack;
}
