import type { Block, ListItem } from '@fumikura/model';
import { parseDocument } from 'htmlparser2';
import { Lexer } from 'marked';
import type { Token, Tokens } from 'marked';
import { parse as parseYaml } from 'yaml';
import { decodeText } from '../decode.ts';
import type { FormatParser, Parsed } from '../types.ts';
import { cellText, codeBlock, heading, paragraph, tidy } from './block-text.ts';
import { domBlocks } from './dom-blocks.ts';
import { timeOf } from './html.ts';

const FRONT_MATTER = /^---[ \t]*\r?\n([\s\S]{0,20000}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/u;
/** Nested structures beyond this are read as text. */
const MAX_DEPTH = 40;

export const parseMarkdown: FormatParser = async ({ bytes }) => readMarkdown(decodeText(bytes));

/** GitHub-flavoured Markdown with optional YAML front matter. */
export function readMarkdown(source: string): Parsed {
  const matter = FRONT_MATTER.exec(source);
  const body = matter ? source.slice(matter[0].length) : source;
  const blocks = readTokens(new Lexer({ gfm: true }).lex(shallow(body)), 0);
  const title = blocks.find((block) => block.type === 'heading');
  return {
    ...(title?.type === 'heading' && title.level <= 2 && { title: title.text }),
    ...(matter && frontMatter(matter[1] ?? '')),
    blocks,
  };
}

/** Quote and list marks nested beyond any use would cost the lexer time that grows with their square. */
function shallow(source: string): string {
  return source.replace(
    /^((?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*){20})(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*)+/gmu,
    '$1',
  );
}

function readTokens(tokens: readonly Token[], depth: number): Block[] {
  return tokens.flatMap((token) => readToken(token, depth));
}

function readToken(token: Token, depth: number): Block[] {
  switch (token.type) {
    case 'heading':
      return heading((token as Tokens.Heading).depth, headingText(token));
    case 'paragraph':
    case 'text':
      return paragraph(tidy(inlineText(token, 0)));
    case 'code':
      return codeBlock((token as Tokens.Code).text, (token as Tokens.Code).lang?.split(/\s/u)[0]);
    case 'blockquote':
      if (depth > MAX_DEPTH) return paragraph(tidy(token.raw));
      return readTokens((token as Tokens.Blockquote).tokens, depth + 1).map((block) =>
        block.type === 'paragraph' ? { type: 'quote', text: block.text } : block,
      );
    case 'list':
      return readList(token as Tokens.List, depth);
    case 'table':
      return readTable(token as Tokens.Table);
    case 'html':
      return domBlocks(parseDocument((token as Tokens.HTML).text).children);
    default:
      return [];
  }
}

function readList(list: Tokens.List, depth: number): Block[] {
  const items: ListItem[] = [];
  const after: Block[] = [];
  const collect = ({ items: entries }: Tokens.List, level: number) => {
    for (const item of entries) {
      const text = item.tokens
        .filter(({ type }) => type === 'text' || type === 'paragraph' || type === 'heading')
        .map((token) => tidy(inlineText(token, 0)))
        .join(' ');
      if (text !== '') items.push({ text, depth: level });
      for (const token of item.tokens) {
        if (token.type === 'list' && level < MAX_DEPTH) collect(token as Tokens.List, level + 1);
        else if (['code', 'table', 'blockquote', 'html'].includes(token.type))
          after.push(...readToken(token, depth + 1));
      }
    }
  };
  collect(list, 0);
  return [...(items.length > 0 ? [{ type: 'list' as const, ordered: list.ordered, items }] : []), ...after];
}

function readTable({ header, rows }: Tokens.Table): Block[] {
  const cells = (row: readonly Tokens.TableCell[]) =>
    row.map((cell) => tidy(inlineText(cell, 0)).replace(/\n/gu, ' '));
  return [{ type: 'table', headerRows: 1, rows: [cells(header), ...rows.map(cells)] }];
}

interface Inline {
  readonly type?: string;
  readonly text?: string;
  readonly raw?: string;
  readonly href?: string;
  readonly tokens?: readonly Inline[];
}

/** Badges beside a heading are no part of what it says; a picture alone is. */
function headingText(token: Inline): string {
  const said = inlineText(withoutImages(token, 0), 0);
  return tidy(said) === '' ? inlineText(token, 0) : said;
}

function withoutImages(token: Inline, depth: number): Inline {
  if (!token.tokens || depth > MAX_DEPTH) return token;
  const kept = token.tokens.filter(({ type }) => type !== 'image');
  return { ...token, tokens: kept.map((inner) => withoutImages(inner, depth + 1)) };
}

/** What a person reads: marks gone, entities decoded, images by their alternative text. */
function inlineText(token: Inline, depth: number): string {
  if (depth > MAX_DEPTH) return token.raw ?? '';
  switch (token.type) {
    case 'html':
      return /^<br\b/iu.test(token.raw ?? '') ? '\n' : '';
    case 'br':
      return '\n';
    case 'image':
    case 'codespan':
      return token.text ?? '';
    case 'escape':
      return token.text ?? '';
    default:
      if (token.tokens) return token.tokens.map((inner) => inlineText(inner, depth + 1)).join('');
      return decodeEntities(token.text ?? '');
  }
}

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][\da-z]{1,31});/giu,
    (entity) => cellText(domBlocks(parseDocument(entity).children)) || entity,
  );
}

function frontMatter(source: string): Partial<Parsed> {
  const values = readYaml(source);
  const text = (key: string) =>
    typeof values[key] === 'string' && values[key] !== '' ? values[key] : undefined;
  const updatedAt = timeOf(stringOf(values['updated'] ?? values['lastmod'] ?? values['date']));
  const labels = listOf(values['tags'] ?? values['labels'] ?? values['categories']);
  const authors = listOf(values['authors'] ?? values['author']);
  const language = text('lang') ?? text('language');
  return {
    ...(text('title') && { title: text('title') }),
    ...(updatedAt && { updatedAt }),
    ...(labels.length > 0 && { labels }),
    ...(authors.length > 0 && { authors }),
    ...(language && { language }),
  } as Partial<Parsed>;
}

/** Front matter that is no YAML is prose between two rules: nothing is taken from it. */
function readYaml(source: string): Record<string, unknown> {
  try {
    const value: unknown = parseYaml(source, { maxAliasCount: 10 });
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function stringOf(value: unknown): string | undefined {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : undefined;
}

function listOf(value: unknown): string[] {
  const values = Array.isArray(value)
    ? (value as unknown[])
    : typeof value === 'string'
      ? value.split(',')
      : [];
  return values
    .filter((each): each is string => typeof each === 'string')
    .map((each) => each.trim())
    .filter(Boolean);
}
