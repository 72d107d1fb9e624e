import type { Block } from '@fumikura/model';
import { readHtml } from '../html.ts';
import { paragraphs } from '../text.ts';

/** What a mail program writes above the mail that is answered. */
const HISTORY =
  /^(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|元のメッセージ|転送メッセージ)\s*-{2,}|_{20,}|on .{5,200}\bwrote:|am .{5,200}\bschrieb.{0,200}:|\d{4}年\d{1,2}月\d{1,2}日.{0,200}[:：])\s*$/iu;
/** Heads of an answered mail as Outlook sets them: sender first, then when or to whom. */
const HEAD = /^\*?(?:from|von|差出人|送信者)\s*[:：]/iu;
const HEAD_REST = /^\*?(?:sent|date|to|gesendet|an|送信日時|日時|宛先)\s*[:：]/imu;

/** Structure is in the HTML form; the plain one serves when there is no other, or that one is empty. */
export function bodyBlocks(text: string | undefined, html: string | undefined): readonly Block[] {
  const marked = html?.trim() ? readHtml(html).blocks : [];
  return marked.some(saysSomething) ? quotedFrom(marked) : quotedFrom(plainBlocks(text ?? ''));
}

function saysSomething(block: Block): boolean {
  return !('text' in block) || block.text.trim() !== '';
}

/** Lines behind ">" are quotes, a level deeper or not. */
function plainBlocks(text: string): Block[] {
  return paragraphs(text).flatMap((block): Block[] => {
    if (block.type !== 'paragraph') return [block];
    const parts: { isQuote: boolean; lines: string[] }[] = [];
    for (const line of block.text.split('\n')) {
      const isQuote = /^\s*>/u.test(line);
      if (parts.at(-1)?.isQuote !== isQuote) parts.push({ isQuote, lines: [] });
      parts.at(-1)?.lines.push(isQuote ? line.replace(/^\s*(?:>\s?)+/u, '') : line);
    }
    return parts.map(({ isQuote, lines }) => ({
      type: isQuote ? 'quote' : 'paragraph',
      text: lines.join('\n'),
    }));
  });
}

/** From the head of an answered mail on, all is quoted. */
function quotedFrom(blocks: readonly Block[]): Block[] {
  const result: Block[] = [];
  let isHistory = false;
  for (const block of blocks) {
    if (block.type !== 'paragraph') {
      result.push(block);
      continue;
    }
    const start = isHistory ? 0 : historyStart(block.text);
    if (start < 0) result.push(block);
    else {
      isHistory = true;
      const [before, after] = [block.text.slice(0, start).trim(), block.text.slice(start).trim()];
      if (before !== '') result.push({ type: 'paragraph', text: before });
      if (after !== '') result.push({ type: 'quote', text: after });
    }
  }
  return result;
}

/** Where in a paragraph the history begins, or -1. */
function historyStart(text: string): number {
  let at = 0;
  for (const line of text.split('\n')) {
    const rest = text.slice(at);
    if (HISTORY.test(line.trim()) || (HEAD.test(line.trim()) && HEAD_REST.test(rest.slice(line.length))))
      return at;
    at += line.length + 1;
  }
  return -1;
}
