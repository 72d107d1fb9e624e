import type { Block } from '@fumikura/model';

export function heading(level: number, text: string): Block[] {
  const clamped = Math.min(6, Math.max(1, level)) as 1 | 2 | 3 | 4 | 5 | 6;
  return text === '' ? [] : [{ type: 'heading', level: clamped, text: text.replace(/\s+/gu, ' ') }];
}

export function paragraph(text: string): Block[] {
  return text === '' ? [] : [{ type: 'paragraph', text }];
}

export function codeBlock(text: string, language: string | undefined): Block[] {
  const trimmed = text.replace(/^\n+|\s+$/gu, '');
  return trimmed === '' ? [] : [{ type: 'code', text: trimmed, ...(language && { language }) }];
}

export function tidy(text: string): string {
  return text
    .replace(/[ \t\u00a0]+/gu, ' ')
    .replace(/ ?\n ?/gu, '\n')
    .replace(/\n{2,}/gu, '\n')
    .trim();
}

/** What blocks say, on one line, for a table's cell. */
export function cellText(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.type === 'list') return block.items.map(({ text }) => text).join('; ');
      return block.type === 'table' ? block.rows.map((row) => row.join(' ')).join('; ') : block.text;
    })
    .join(' ')
    .replace(/\s+/gu, ' ')
    .trim();
}
