import type { FacetCounts } from '@fumikura/ports';
import type { Hit, Snippet } from '@fumikura/retrieval';
import { fitItems, fitText, tokensOf } from '../reply/size.ts';
import { cleanLine, cleanText } from '../untrusted/clean.ts';
import { shownId } from '../untrusted/ids.ts';
import { cleanAddress } from '../untrusted/links.ts';
import type { SearchInput, SearchOutput, SearchResult } from './search-schema.ts';

/**
 * Tokens a hit may take. Ten concise ones stay below 2,000 with coverage and cursor, 25 detailed ones with their
 * links below 10,000.
 */
const TOKENS_PER_HIT: Readonly<Record<SearchInput['format'], number>> = { concise: 155, detailed: 240 };
/** A snippet is not cut below this, whatever else a hit carries: too short ones say nothing. */
const LEAST_SNIPPET_TOKENS = 30;

/** Tokens for a page of hits. */
export function pageBudget(format: SearchInput['format'], hits: number): number {
  return TOKENS_PER_HIT[format] * Math.max(hits, 3);
}

export function toResult(hit: Hit, format: SearchInput['format']): SearchResult {
  const facts = format === 'detailed' ? { ...core(hit), ...details(hit) } : core(hit);
  const left = TOKENS_PER_HIT[format] - tokensOf(facts);
  return { ...facts, snippet: snippetText(hit.snippet, Math.max(LEAST_SNIPPET_TOKENS, left)) };
}

function core(hit: Hit): Omit<SearchResult, 'snippet'> & { snippet: string } {
  const author = hit.authors[0];
  return {
    id: shownId(hit.id),
    title: fitText(cleanLine(hit.title, 300), 40),
    url: cleanAddress(hit.url),
    snippet: '',
    source: hit.source,
    kind: cleanLine(hit.kind, 60),
    ...(hit.updatedAt && { updatedAt: hit.updatedAt }),
    ...(hit.furtherPassages && { furtherPassages: hit.furtherPassages }),
    ...(hit.live && { live: true }),
    ...(author && { author: fitText(cleanLine(author, 100), 20) }),
  };
}

function details({ snippet, labels, breadcrumbs, duplicates }: Hit): Partial<SearchResult> {
  const { page, slide, sheet } = snippet.place ?? {};
  const place = page
    ? `page ${page}`
    : slide
      ? `slide ${slide}`
      : sheet
        ? `sheet ${cleanLine(sheet, 40)}`
        : undefined;
  const section = snippet.headingPath.map((heading) => cleanLine(heading, 80)).join(' › ');
  return {
    ...(section && { section: fitText(section, 30) }),
    ...(place && { place }),
    ...some('labels', texts(labels)),
    ...some('breadcrumbs', texts(breadcrumbs)),
    ...some(
      'duplicates',
      fitItems(
        duplicates.map(({ id }) => shownId(id)),
        40,
      ),
    ),
  };
}

function texts(values: readonly string[]): readonly string[] {
  return fitItems(
    values.map((value) => cleanLine(value, 60)),
    25,
  );
}

function some<K extends string>(key: K, values: readonly string[]): Partial<Record<K, string[]>> {
  return values.length === 0 ? {} : ({ [key]: [...values] } as Record<K, string[]>);
}

/** Values of each field, as many as fit. */
const FACET_TOKENS = 60;

export function toFacets({ values }: FacetCounts): NonNullable<SearchOutput['facets']> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([field, counts]) => {
      const cleaned = counts.map(({ value, documents }) => ({ value: cleanLine(value, 60), documents }));
      return cleaned.length === 0 ? [] : [[field, [...fitItems(cleaned, FACET_TOKENS)]]];
    }),
  );
}

/** The window once more, smaller, with the first match near its start. */
function snippetText({ text, highlights }: Snippet, maxTokens: number): string {
  const whole = oneLine(text);
  if (tokensOf(whole) <= maxTokens) return whole;
  const first = highlights[0]?.[0] ?? 0;
  const lead = Math.max(0, first - 30);
  const from = lead === 0 ? 0 : text.indexOf(' ', lead) + 1;
  const start = from > 0 && from <= first ? from : lead;
  return fitText(`${start > 0 ? '…' : ''}${oneLine(text.slice(start))}`, maxTokens);
}

function oneLine(text: string): string {
  return cleanText(text).replace(/\s+/gu, ' ').trim();
}
