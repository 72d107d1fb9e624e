import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createDocumentPipeline } from '@fumikura/documents';
import { isTag, isText } from 'domhandler';
import type { AnyNode } from 'domhandler';
import { parseDocument } from 'htmlparser2';

const folder = new URL('../../../shared/fixtures/confluence/', import.meta.url);

export const isRecorded = existsSync(folder);

export type Payload = Readonly<Record<string, unknown>> & { readonly id?: string };

export interface Exchange {
  readonly request: { readonly url?: string };
  readonly response: { readonly status: number; readonly body: Payload };
}

export function recordedFiles(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.json'));
}

export function recorded(file: string): readonly Exchange[] {
  const { exchanges } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
    readonly exchanges?: readonly Exchange[];
  };
  return exchanges ?? [];
}

/** A page as both interfaces told it. */
export interface RecordedPage {
  readonly second: Payload;
  readonly first: Payload;
  readonly attachments: readonly Payload[];
  readonly ancestors: readonly Payload[];
}

export function recordedPages(): RecordedPage[] {
  return recordedFiles()
    .filter((name) => name.startsWith('cloud-page'))
    .map((name) => {
      const bodies = recorded(name).map(
        ({ request, response }) => [request.url ?? '', response.body] as const,
      );
      const of = (pattern: RegExp) => bodies.find(([url]) => pattern.test(url))?.[1] ?? {};
      const results = (payload: Payload) => (payload['results'] ?? []) as readonly Payload[];
      return {
        second: of(/body-format=atlas_doc_format$/u),
        first: of(/rest\/api\/content\/\d+$/u),
        attachments: results(of(/child\/attachment$/u)),
        ancestors: results(of(/expand=ancestors$/u)),
      };
    });
}

/**
 * The share of the words of each recorded rendering that are in what the pipeline makes of the ADF of the same page. The
 * titles of other pages, which the rendering looks up with the rights of whoever asked, are not words of the page.
 */
export async function wordsKept(): Promise<readonly number[]> {
  const pipeline = createDocumentPipeline({ workers: 1 });
  const shares: number[] = [];
  for (const { second, first } of recordedPages()) {
    const adf = valueOf(second, 'atlas_doc_format');
    const { text } = await pipeline.prepare(
      {
        fileName: 'page.adf.json',
        mediaType: 'application/vnd.atlassian.adf+json',
        bytes: new TextEncoder().encode(adf),
      },
      new AbortController().signal,
    );
    const view = parseDocument(valueOf(first, 'view'));
    shares.push(shareKept(wordsOf(textOf(view.children, cardsOf(adf))), wordsOf(text)));
  }
  await pipeline.close();
  return shares.toSorted((a, b) => a - b);
}

export function valueOf({ body }: Payload, format: string): string {
  return (body as Readonly<Record<string, { readonly value: string }>>)[format]?.value ?? '';
}

function shareKept(expected: readonly string[], found: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of found) left.set(word, (left.get(word) ?? 0) + 1);
  const kept = expected.filter((word) => {
    const count = left.get(word) ?? 0;
    left.set(word, count - 1);
    return count > 0;
  });
  return expected.length === 0 ? 1 : kept.length / expected.length;
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Pages that are linked by address alone. */
function cardsOf(adf: string): ReadonlySet<string> {
  const cards = adf.matchAll(/"type":"(?:inline|block|embed)Card","attrs":\{[^}]*?\/pages\/(\d+)/gu);
  return new Set([...cards].map((match) => match[1] ?? ''));
}

const BREAKS = /^(?:p|div|li|td|th|tr|h[1-6]|br|pre|ul|ol|table|section)$/u;

function textOf(nodes: readonly AnyNode[], cards: ReadonlySet<string>): string {
  return nodes
    .map((node) => {
      if (isText(node)) return node.data;
      if (!isTag(node) || node.name === 'script' || node.name === 'style') return '';
      if (cards.has(node.attribs['data-linked-resource-id'] ?? '')) return '';
      return `${textOf(node.children, cards)}${BREAKS.test(node.name) ? ' ' : ''}`;
    })
    .join('');
}
