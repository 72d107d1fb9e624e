import type { Block, BlockPlace, Section } from '@fumikura/model';
import { normaliseText } from '@fumikura/text';

/** A block in the normalised text. `parts` are places where it may be cut: list items, table rows, lines of code. */
export interface RenderedBlock {
  readonly type: Block['type'];
  readonly start: number;
  readonly end: number;
  readonly parts: readonly (readonly [start: number, end: number])[];
  /** Headings above it, outermost first; a heading's own path ends with itself. */
  readonly headingPath: readonly string[];
  /** A table's header rows as text, to repeat them over its later rows. */
  readonly header?: string;
  readonly place?: BlockPlace;
}

export interface Rendered {
  readonly text: string;
  readonly outline: readonly Section[];
  readonly blocks: readonly RenderedBlock[];
}

/** Blocks → the normalised text, written so that a person and a model read it with ease, and what points into it. */
export function render(
  blocks: readonly Block[],
  maxCharacters: number,
): Rendered & { readonly isCut: boolean } {
  const writer = new Writer();
  let isCut = false;
  for (const block of blocks) {
    if (writer.length > maxCharacters) {
      isCut = true;
      break;
    }
    writer.write(block);
  }
  return { ...writer.finish(), isCut };
}

class Writer {
  readonly #pieces: string[] = [];
  readonly #blocks: RenderedBlock[] = [];
  readonly #outline: { heading: string; level: number; start: number; end: number }[] = [];
  /** Sections that nothing has ended yet, outermost first. */
  #open: { heading: string; level: number; start: number; end: number }[] = [];
  length = 0;

  write(block: Block): void {
    const { head = '', parts, tail = '', header } = pieces(block);
    const isCode = block.type === 'code';
    const cleaned = parts.map((part) => normaliseText(part)).filter((part) => isCode || part.trim() !== '');
    if (cleaned.length === 0) return;
    if (this.length > 0) this.#append('\n\n');
    const start = this.length;
    if (block.type === 'heading') this.#enter(block.level, cleaned[0] ?? '', start);
    this.#append(head);
    const spans = cleaned.map((part, index): [number, number] => {
      if (index > 0) this.#append('\n');
      const from = index === 0 ? start : this.length;
      this.#append(part);
      return [from, this.length];
    });
    this.#append(tail);
    const last = spans.at(-1);
    if (last) last[1] = this.length;
    this.#blocks.push({
      type: block.type,
      start,
      end: this.length,
      parts: spans,
      headingPath: this.#open.map(({ heading }) => heading),
      ...(header !== undefined && header !== '' && { header: normaliseText(header) }),
      ...(block.place && { place: block.place }),
    });
  }

  finish(): Rendered {
    const text = this.#pieces.join('');
    for (const section of this.#outline) if (section.end < 0) section.end = text.length;
    return { text, outline: this.#outline, blocks: this.#blocks };
  }

  #append(text: string): void {
    this.#pieces.push(text);
    this.length += text.length;
  }

  /** A section ends where the next heading of its level or above begins. */
  #enter(level: number, heading: string, start: number): void {
    const section = { heading, level, start, end: -1 };
    for (const ended of this.#open.filter((above) => above.level >= level)) ended.end = start;
    this.#open = [...this.#open.filter((above) => above.level < level), section];
    this.#outline.push(section);
  }
}

interface Pieces {
  readonly head?: string;
  readonly parts: readonly string[];
  readonly tail?: string;
  readonly header?: string;
}

function pieces(block: Block): Pieces {
  switch (block.type) {
    case 'heading':
      return { head: `${'#'.repeat(block.level)} `, parts: [block.text.replace(/\s+/gu, ' ').trim()] };
    case 'paragraph':
      return { parts: [block.text.trim()] };
    case 'quote':
      return { parts: [block.text.trim().replace(/^/gmu, '> ')] };
    case 'note':
      return { parts: [`${block.label}: ${block.text.trim()}`] };
    case 'list':
      return { parts: listLines(block) };
    case 'table':
      return tableLines(block);
    case 'code':
      return { head: `\`\`\`${block.language ?? ''}\n`, parts: block.text.split('\n'), tail: '\n```' };
  }
}

function listLines({ items, ordered }: Extract<Block, { type: 'list' }>): string[] {
  const counters: number[] = [];
  return items.map(({ text, depth }) => {
    counters.length = depth + 1;
    counters[depth] = (counters[depth] ?? 0) + 1;
    const mark = ordered ? `${counters[depth]}.` : '-';
    return `${'  '.repeat(Math.min(depth, 10))}${mark} ${text.replace(/\s+/gu, ' ').trim()}`;
  });
}

function tableLines({ rows, headerRows, caption }: Extract<Block, { type: 'table' }>): Pieces {
  const lines = rows.map(
    (row) => `| ${row.map((cell) => cell.replace(/\s+/gu, ' ').replaceAll('|', '¦').trim()).join(' | ')} |`,
  );
  const header = lines.slice(0, headerRows).join('\n');
  return { parts: caption ? [caption.trim(), ...lines] : lines, header };
}

/** For readers of a text that is longer than what is kept of it. */
export function cutNotice(maxCharacters: number): string {
  return `The text is cut after ${maxCharacters.toLocaleString('en')} characters.`;
}
