import { styleText } from 'node:util';
import { safe } from './output.ts';

type Range = readonly [start: number, end: number];

/** What a line of Markdown says, without the marks that only mean something in a rendered page. */
interface Said {
  readonly start: number;
  readonly end: number;
  readonly isHeading: boolean;
}

/**
 * A snippet on one line for a terminal: no heading marks, code fences or table rules, matches in colour, nothing a
 * terminal would obey. The heading that repeats the title is left out, unless there is nothing else.
 */
export function snippetLine(text: string, highlights: readonly Range[], title: string): string {
  const lines = saidLines(text);
  const telling = lines.filter(({ isHeading, start, end }) => !isHeading || text.slice(start, end) !== title);
  return (telling.length > 0 ? telling : lines)
    .map((line) => coloured(text, line, highlights) + (line.isHeading ? ' —' : ''))
    .join(' ')
    .replace(/\s+/gu, ' ')
    .replace(/ —$/u, '')
    .trim();
}

const FENCE = /^\s*(?:```|~~~)/u;
const TABLE_RULE = /^[\s|:-]*-{3}[\s|:-]*$/u;
const EDGES = /^(?<before>\s*(?:#{1,6}\s+|\|\s*)?)(?<said>.*?)(?<after>\s*\|?\s*)$/u;

function saidLines(text: string): Said[] {
  const said: Said[] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    const start = at;
    at += line.length + 1;
    if (FENCE.test(line) || TABLE_RULE.test(line)) continue;
    const { before = '', said: content = '' } = EDGES.exec(line)?.groups ?? {};
    if (content === '') continue;
    const from = start + before.length;
    said.push({ start: from, end: from + content.length, isHeading: before.includes('#') });
  }
  return said;
}

function coloured(text: string, { start, end }: Said, highlights: readonly Range[]): string {
  let result = '';
  let at = start;
  for (const [from, to] of highlights) {
    if (from < at || to > end) continue;
    result += safe(text.slice(at, from)) + styleText('green', safe(text.slice(from, to)));
    at = to;
  }
  return result + safe(text.slice(at, end));
}
