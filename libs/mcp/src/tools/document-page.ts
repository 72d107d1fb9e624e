import type { JsonValue, Section } from '@fumikura/model';
import type { DocumentPage, ReadRequest } from '@fumikura/retrieval';
import { fitItems, MAX_REPLY_TOKENS, tokensOf } from '../reply/size.ts';
import { cleanLine, cleanText } from '../untrusted/clean.ts';
import { shownId } from '../untrusted/ids.ts';
import { cleanAddress } from '../untrusted/links.ts';
import type { DocumentOutput } from './document-schema.ts';

/** Tokens for the headings, of a page that has room for thousands of tokens of text. */
const OUTLINE_TOKENS = 900;
/** The least a page of text may be asked to be. */
const LEAST_TOKENS = 100;

export type ReadPage = (request: ReadRequest) => Promise<DocumentPage>;

/**
 * A page of a document as a reply that stays within `MAX_REPLY_TOKENS`. The store counts tokens of text, a reply also
 * has facts, quotes and escapes around it: when they make it too long, a shorter page is read, so that its cursor fits.
 */
export async function readFitting(
  read: ReadPage,
  request: ReadRequest & { readonly maxTokens: number },
): Promise<DocumentOutput> {
  let { maxTokens } = request;
  for (;;) {
    const output = toOutput(await read({ ...request, maxTokens }), request.cursor === undefined);
    const tokens = tokensOf(output);
    if (tokens <= MAX_REPLY_TOKENS || maxTokens === LEAST_TOKENS) return output;
    maxTokens = Math.max(LEAST_TOKENS, Math.floor(((maxTokens * MAX_REPLY_TOKENS) / tokens) * 0.95));
  }
}

function toOutput(page: DocumentPage, isFirst: boolean): DocumentOutput {
  const { kind, language, updatedAt, syncedAt, fields } = page.metadata;
  const outline = isFirst ? outlineOf(page.outline) : { shown: [] };
  const notices = [...page.metadata.notices.slice(0, 20).map((notice) => cleanLine(notice, 300))];
  return {
    id: shownId(page.id),
    title: cleanLine(page.title, 300),
    url: cleanAddress(page.url),
    text: cleanText(page.text),
    metadata: {
      source: page.source,
      kind: cleanLine(kind, 60),
      language: cleanLine(language, 40),
      ...(updatedAt && { updatedAt }),
      syncedAt,
      authors: lines(page.metadata.authors),
      labels: lines(page.metadata.labels),
      breadcrumbs: lines(page.metadata.breadcrumbs),
      ...(Object.keys(fields).length > 0 && { fields: toFields(fields) }),
      notices: [...notices, ...('notice' in outline && outline.notice ? [outline.notice] : [])],
    },
    outline: outline.shown,
    ...(page.nextCursor && { nextCursor: page.nextCursor }),
  };
}

function lines(values: readonly string[]): string[] {
  return [
    ...fitItems(
      values.map((value) => cleanLine(value, 120)),
      200,
    ),
  ];
}

/** Facts by name as short texts, whatever the source stored. */
function toFields(fields: Readonly<Record<string, JsonValue>>): Record<string, string> {
  const entries = Object.entries(fields).map(([name, value]) => [
    cleanLine(name, 60),
    cleanLine(typeof value === 'string' ? value : JSON.stringify(value), 200),
  ]);
  return Object.fromEntries(fitItems(entries, 500)) as Record<string, string>;
}

/** All headings, or the upper levels of them, or the first: whatever fits, with what is missing said. */
function outlineOf(sections: readonly Section[]): { shown: DocumentOutput['outline']; notice?: string } {
  const all = sections.map(({ heading, level }) => ({ heading: cleanLine(heading, 200), level }));
  const levels = [...new Set(all.map(({ level }) => level))].sort((a, b) => b - a);
  for (const deepest of levels) {
    const shown = all.filter(({ level }) => level <= deepest);
    if (tokensOf(shown) > OUTLINE_TOKENS) continue;
    const isWhole = shown.length === all.length;
    return isWhole ? { shown } : { shown, notice: missing(shown.length, all.length) };
  }
  const shown = [...fitItems(all, OUTLINE_TOKENS)];
  return shown.length === all.length ? { shown } : { shown, notice: missing(shown.length, all.length) };
}

function missing(shown: number, all: number): string {
  return `The outline shows ${shown} of ${all} headings; any heading can be asked for as a section.`;
}
