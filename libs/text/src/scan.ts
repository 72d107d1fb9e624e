import { CHARACTER, characterClass, isAsciiDigit } from './characters.ts';

/** Receives the runs of a text in order; offsets are UTF-16, half open. */
export interface RunSink {
  /** Letters and digits of a script with blanks between words; may hold an inner apostrophe. */
  word(start: number, end: number): void;
  /** Characters of scripts without blanks. */
  unspaced(start: number, end: number): void;
  /** A whole number with the first character of the unspaced run right behind it, as in `168条`; before that run. */
  counted(start: number, end: number): void;
  /** Several words held together by single joiners, as in `PROJ-123` or `docs/setup.md`; after its words. */
  compound(start: number, end: number): void;
}

/** Longer runs are cut, so that a hostile text cannot make one giant term. UTF-16 units. */
const MAX_WORD = 64;
const MAX_UNSPACED = 256;

/** Signs that hold an identifier together when exactly one stands between two words. */
const JOINERS = new Set([...'-_./:@#\\+&~'].map((char) => char.charCodeAt(0)));
const APOSTROPHES = new Set([0x27, 0x2019]);
const DECIMAL_SIGNS = new Set([...'.,．，'].map((char) => char.charCodeAt(0)));

/** Cuts a text into runs. Linear in its length, whatever it holds. */
export function scanRuns(text: string, sink: RunSink): void {
  let at = 0;
  let compoundStart = -1;
  let parts = 0;
  let lastStart = -1;
  let lastEnd = -1;
  const closeCompound = () => {
    if (parts > 1) sink.compound(compoundStart, lastEnd);
    parts = 0;
  };
  while (at < text.length) {
    const kind = classAt(text, at);
    if (kind === CHARACTER.other) {
      at++;
      continue;
    }
    const continues = parts > 0 && kind === CHARACTER.word && at === lastEnd + 1 && isJoiner(text, lastEnd);
    if (!continues) closeCompound();
    if (kind === CHARACTER.unspaced) {
      if (at === lastEnd && isWholeNumber(text, lastStart, at)) sink.counted(lastStart, at + width(text, at));
      at = emitUnspaced(text, at, sink);
      continue;
    }
    const end = endOfWord(text, at);
    sink.word(at, end);
    if (parts === 0) compoundStart = at;
    parts++;
    lastStart = at;
    lastEnd = end;
    at = end;
  }
  closeCompound();
}

function emitUnspaced(text: string, start: number, sink: RunSink): number {
  let end = start;
  while (end < text.length && end - start < MAX_UNSPACED && classAt(text, end) === CHARACTER.unspaced) {
    end += width(text, end);
  }
  sink.unspaced(start, end);
  return end;
}

function endOfWord(text: string, start: number): number {
  let end = start;
  while (end < text.length && end - start < MAX_WORD) {
    if (classAt(text, end) === CHARACTER.word) {
      end += width(text, end);
      continue;
    }
    const next = end + 1;
    const isInner =
      APOSTROPHES.has(text.charCodeAt(end)) && next < text.length && classAt(text, next) === CHARACTER.word;
    if (!isInner) break;
    end = next;
  }
  return end;
}

/** Not the end of `3.5` or `1,000`. */
function isWholeNumber(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isDigit(text.charCodeAt(at))) return false;
  const isFraction = DECIMAL_SIGNS.has(text.charCodeAt(start - 1)) && isDigit(text.charCodeAt(start - 2));
  return !isFraction;
}

/** Of either width. */
function isDigit(code: number): boolean {
  return isAsciiDigit(code) || (code >= 0xff10 && code <= 0xff19);
}

function isJoiner(text: string, at: number): boolean {
  return JOINERS.has(text.charCodeAt(at));
}

function classAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0xd800 || unit > 0xdbff) return characterClass(unit);
  return characterClass(text.codePointAt(at) ?? unit);
}

function width(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff && at + 1 < text.length ? 2 : 1;
}
