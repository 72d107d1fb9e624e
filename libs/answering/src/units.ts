/** A sentence, list item, table row or line of code of a document; offsets into the text that was cut. */
export interface Unit {
  readonly start: number;
  readonly end: number;
  readonly kind: 'sentence' | 'item' | 'row' | 'header' | 'code' | 'heading';
}

const HEADING = /^#{1,6}\s/u;
const FENCE = /^\s*(?:```|~~~)/u;
const ROW = /^\s*\|/u;
const RULE = /^[\s|:-]*-{3}[\s|:-]*$/u;
const ITEM = /^\s*(?:[-*•・]|\d{1,3}[.)])\s+/u;
const QUOTE = /^(?:>\s?)+/u;

/** Cuts a span of normalised text into what can be quoted alone, in order, without blank space at the edges. */
export function unitsOf(text: string, from = 0, to = text.length): Unit[] {
  const units: Unit[] = [];
  let paragraph: { start: number; end: number; kind: 'sentence' | 'item' } | undefined;
  let [isCode, isTable] = [false, false];
  const close = () => {
    if (paragraph)
      for (const [start, end] of sentences(text, paragraph.start, paragraph.end))
        add(paragraph.kind, start, end);
    paragraph = undefined;
  };
  const add = (kind: Unit['kind'], start: number, end: number) => {
    const [first, last] = trimmed(text, start, end);
    if (last > first) units.push({ start: first, end: last, kind });
  };
  for (const [start, end] of lines(text, from, to)) {
    const line = text.slice(start, end);
    const isRow = !isCode && ROW.test(line);
    if (FENCE.test(line)) {
      close();
      isCode = !isCode;
    } else if (isCode) add('code', start, end);
    else if (isRow) {
      close();
      if (!RULE.test(line)) add(isTable ? 'row' : 'header', start, end);
    } else if (line.trim() === '' || RULE.test(line)) close();
    else if (HEADING.test(line)) {
      close();
      add('heading', start + (HEADING.exec(line)?.[0].length ?? 0), end);
    } else if (ITEM.test(line)) {
      close();
      paragraph = { start: start + (ITEM.exec(line)?.[0].length ?? 0), end, kind: 'item' };
    } else if (paragraph && goesOn(text.slice(paragraph.start, paragraph.end), line)) paragraph.end = end;
    else {
      close();
      paragraph = { start: start + (QUOTE.exec(line)?.[0].length ?? 0), end, kind: 'sentence' };
    }
    isTable = isRow;
  }
  close();
  return units;
}

function* lines(text: string, from: number, to: number): Generator<[number, number]> {
  for (let start = from; start < to;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 || found > to ? to : found;
    yield [start, end];
    start = end + 1;
  }
}

/** Characters of a line that was wrapped, where the next one begins like the middle of a sentence, or like any word. */
const WRAPPED = { inSentence: 50, anywhere: 60 };

/** A line that was only wrapped goes on in the next one; a short or finished one stands alone. */
function goesOn(before: string, next: string): boolean {
  const last = before.slice(before.lastIndexOf('\n') + 1).trimEnd();
  if (/[.!?:;。！？：；]["'」』）)]*$/u.test(last)) return false;
  const isInSentence = /^\s*[\p{Ll}\p{P}\d]/u.test(next);
  return last.length >= (isInSentence ? WRAPPED.inSentence : WRAPPED.anywhere);
}

const ABBREVIATION =
  /(?:\b(?:e\.g|i\.e|etc|vs|cf|al|approx|no|nos|fig|figs|eq|sec|ch|vol|pp?|ed|eds|dr|mr|mrs|ms|prof|st|inc|ltd|co|corp|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|u\.s|u\.k|resp|ext|tel|dept|incl|excl|ca)|\b\p{Lu})\.$/iu;
const END = /[.!?]+["'”’)\]]*(?=\s)|[。！？!?]+[」』）)”]*|\n/gu;

function sentences(text: string, from: number, to: number): [number, number][] {
  const part = text.slice(from, to);
  const found: [number, number][] = [];
  let start = 0;
  let depth = 0;
  let looked = 0;
  for (const match of part.matchAll(END)) {
    const end = match.index + match[0].length;
    for (; looked < match.index; looked++) depth += step(part.charCodeAt(looked));
    // 「…。」 inside a sentence is speech, not its end; an unclosed bracket must not swallow the rest.
    if (depth > 0 && match[0].startsWith('。') && end - start < 400 && !/[」』）]/u.test(match[0])) continue;
    if (match[0] === '\n' ? !breaks(part, match.index) : isInside(part, start, match.index, end)) continue;
    found.push([from + start, from + end]);
    start = end;
    depth = 0;
  }
  if (start < part.length) found.push([from + start, to]);
  return found;
}

const OPENING = new Set([...'「『（'].map((char) => char.charCodeAt(0)));
const CLOSING = new Set([...'」』）'].map((char) => char.charCodeAt(0)));

function step(code: number): number {
  return OPENING.has(code) ? 1 : CLOSING.has(code) ? -1 : 0;
}

function breaks(part: string, at: number): boolean {
  return !goesOn(part.slice(0, at), part.slice(at + 1));
}

/** "e.g. this", "No. 5", "J. Smith", "3. then": a full stop that ends nothing. */
function isInside(part: string, start: number, at: number, end: number): boolean {
  if (part[at] !== '.') return false;
  const before = part.slice(Math.max(start, at - 12), at + 1);
  if (
    ABBREVIATION.test(before) &&
    !/^\s+(?:The|This|It|In|A|An|We|You|If|For|To)\b/u.test(part.slice(end, end + 8))
  )
    return true;
  return /^\s+[\p{Ll}]/u.test(part.slice(end, end + 3));
}

function trimmed(text: string, from: number, to: number): [number, number] {
  let [start, end] = [from, to];
  while (start < end && /\s/u.test(text[start] ?? '')) start++;
  while (end > start && /\s/u.test(text[end - 1] ?? '')) end--;
  return [start, end];
}
