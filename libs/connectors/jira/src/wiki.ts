import { heading, paragraph, text } from './adf.ts';
import type { AdfNode } from './adf.ts';

/**
 * Wiki text of Jira as ADF: headings, nested lists, tables, quotes, panels, code, links, mentions, images. Marks of style
 * (bold, colour) go, their words stay. What is no known markup stays as it is written.
 */
export function wikiToAdf(source: string): AdfNode[] {
  return blocks(source.replace(/\r\n?/gu, '\n').split('\n'));
}

const FENCE = /^\s*\{(code|noformat)(?::([^}]*))?\}/u;
const BOX = /^\s*\{(quote|panel|color|section|column|expand)(?::([^}]*))?\}\s*/u;

function blocks(lines: readonly string[]): AdfNode[] {
  const found: AdfNode[] = [];
  let open: string[] = [];
  const close = () => {
    const words = inline(open.join('\n')).trim();
    if (words !== '') found.push(paragraph(words));
    open = [];
  };
  for (let at = 0; at < lines.length;) {
    const taken = blockAt(lines, at);
    if (taken) {
      close();
      found.push(...taken.nodes);
      at = taken.next;
      continue;
    }
    if ((lines[at] ?? '').trim() === '') close();
    else open.push(lines[at] ?? '');
    at++;
  }
  close();
  return found;
}

interface Taken {
  readonly nodes: readonly AdfNode[];
  readonly next: number;
}

function blockAt(lines: readonly string[], at: number): Taken | undefined {
  const line = lines[at] ?? '';
  const title = /^\s*h([1-6])\.\s+(.*)$/u.exec(line);
  if (title) return { nodes: [heading(Number(title[1]), inline(title[2] ?? ''))], next: at + 1 };
  const quoted = /^\s*bq\.\s+(.*)$/u.exec(line);
  if (quoted) return { nodes: [quote([paragraph(inline(quoted[1] ?? ''))])], next: at + 1 };
  if (/^\s*-{4,}\s*$/u.test(line)) return { nodes: [], next: at + 1 };
  return fence(lines, at) ?? box(lines, at) ?? list(lines, at) ?? table(lines, at);
}

/** What stands between two marks of one name, on one line or on many; without an end the rest of the text. */
function between(
  lines: readonly string[],
  at: number,
  start: string,
  name: string,
): { inner: string; next: number } {
  const end = `{${name}}`;
  const first = (lines[at] ?? '').slice(start.length);
  const same = first.indexOf(end);
  if (same >= 0) return { inner: first.slice(0, same), next: at + 1 };
  const until = lines.findIndex((line, index) => index > at && line.includes(end));
  const last = until < 0 ? lines.length : until;
  const tail = until < 0 ? '' : (lines[until] ?? '').slice(0, (lines[until] ?? '').indexOf(end));
  return { inner: [first, ...lines.slice(at + 1, last), tail].join('\n'), next: last + 1 };
}

function fence(lines: readonly string[], at: number): Taken | undefined {
  const start = FENCE.exec(lines[at] ?? '');
  if (!start) return undefined;
  const { inner, next } = between(lines, at, start[0], start[1] ?? '');
  const language = (start[2] ?? '').split('|').find((each) => each !== '' && !each.includes('='));
  const code = inner.replace(/^\n|\n$/gu, '');
  const attrs = language === undefined ? {} : { attrs: { language } };
  return { nodes: code === '' ? [] : [{ type: 'codeBlock', ...attrs, content: [text(code)] }], next };
}

function box(lines: readonly string[], at: number): Taken | undefined {
  const start = BOX.exec(lines[at] ?? '');
  const name = start?.[1];
  if (!start || !name || name === 'color') return undefined;
  const { inner, next } = between(lines, at, start[0], name);
  const title = /(?:^|\|)title=([^|]*)/u.exec(start[2] ?? '')?.[1];
  const content = [...(title ? [paragraph(title)] : []), ...blocks(inner.split('\n'))];
  return { nodes: name === 'quote' ? [quote(content)] : content, next };
}

function quote(content: readonly AdfNode[]): AdfNode {
  return { type: 'blockquote', content };
}

const MAX_DEPTH = 12;
const ITEM = /^\s*([*#-]+)\s+(.*)$/u;

function list(lines: readonly string[], at: number): Taken | undefined {
  const items: { depth: number; mark: string; words: string }[] = [];
  let next = at;
  for (; next < lines.length; next++) {
    const item = ITEM.exec(lines[next] ?? '');
    const mark = item?.[1] ?? '';
    // A dash alone is a list, several are a line.
    if (!item || (mark.includes('-') && mark !== '-')) break;
    items.push({
      depth: Math.min(mark.length, MAX_DEPTH),
      mark: mark.at(-1) ?? '*',
      words: inline(item[2] ?? ''),
    });
  }
  return items.length > 0 ? { nodes: [nested(items, 1)], next } : undefined;
}

function nested(items: readonly { depth: number; mark: string; words: string }[], depth: number): AdfNode {
  const content: { type: string; content: AdfNode[] }[] = [];
  for (let at = 0; at < items.length;) {
    const item = items[at];
    if (!item) break;
    if (item.depth <= depth) {
      content.push({ type: 'listItem', content: [paragraph(item.words)] });
      at++;
      continue;
    }
    const end = items.findIndex((each, index) => index > at && each.depth <= depth);
    const inner = items.slice(at, end < 0 ? items.length : end);
    const last = content.at(-1) ?? { type: 'listItem', content: [] };
    if (content.length === 0) content.push(last);
    last.content.push(nested(inner, depth + 1));
    at += inner.length;
  }
  const isOrdered = items[0]?.mark === '#';
  return { type: isOrdered ? 'orderedList' : 'bulletList', content };
}

function table(lines: readonly string[], at: number): Taken | undefined {
  const rows: AdfNode[] = [];
  let next = at;
  for (; /^\s*\|.*\|?\s*$/u.test(lines[next] ?? ''); next++) rows.push(row((lines[next] ?? '').trim()));
  return rows.length > 0 ? { nodes: [{ type: 'table', content: rows }], next } : undefined;
}

function row(line: string): AdfNode {
  const type = line.startsWith('||') ? 'tableHeader' : 'tableCell';
  const cells = splitCells(line.replace(/^\|+|\|+$/gu, ''));
  return {
    type: 'tableRow',
    content: cells.map((cell) => ({ type, content: [paragraph(inline(cell).trim())] })),
  };
}

/** A bar inside a link or a macro parts no cells. */
function splitCells(line: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let closing: string | undefined;
  for (const char of line) {
    if (closing === undefined && char === '|') {
      // Two bars are the mark of a header, not an empty cell.
      if (cell !== '' || cells.length === 0) cells.push(cell);
      cell = '';
      continue;
    }
    if (closing === undefined) closing = CLOSING[char];
    else if (char === closing) closing = undefined;
    cell += char;
  }
  return cell === '' && cells.length > 0 ? cells : [...cells, cell];
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}' };

/** Words without marks; a link keeps its words and, when it has none, its address. */
function inline(source: string): string {
  return source
    .replace(/\{(?:color|anchor|mailto|toc)(?::[^}]*)?\}/gu, '')
    .replace(/\{(?:code|noformat|quote|panel)(?::[^}]*)?\}/gu, ' ')
    .replace(/!([^!\s|]+\.[a-z0-9]{2,5})(?:\|[^!\n]*)?!/giu, '$1')
    .replace(/\[~(?:accountid:)?([^\]\n]{1,200})\]/gu, '@$1')
    .replace(
      /\[([^\]|\n]{1,500})\|([^\]\n|]{1,2000})(?:\|[^\]\n]{0,200})?\]/gu,
      (_, words: string, address: string) => (words === address ? words : `${words} (${address})`),
    )
    .replace(/\[((?:https?|mailto):[^\]\s]{1,2000})\]/gu, '$1')
    .replace(/\{\{([^\n]{1,500}?)\}\}/gu, '$1')
    .replace(/(^|[\s(])([*_+^~-])(\S(?:[^\n]{0,300}?\S)?)\2(?=$|[\s).,;:!?])/gmu, '$1$3')
    .replace(/(^|[\s(])\?\?(\S(?:[^\n]{0,300}?\S)?)\?\?/gmu, '$1$2')
    .replace(/\\\\\s?/gu, '\n')
    .replace(/\\([\\{}[\]*_+^~|!-])/gu, '$1');
}
