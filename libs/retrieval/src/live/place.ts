import type { Chunk, DocumentHead } from '@fumikura/model';
import type { AccessFilter, Catalog } from '@fumikura/ports';
import { matchSpans } from '@fumikura/text';
import type { QueryTerms, ReadableText } from '@fumikura/text';
import { emptySnippet, makeSnippet } from '../snippet.ts';
import type { Hit, Snippet } from '../types.ts';
import type { LivePlace } from './merge.ts';
import type { LiveItem } from './types.ts';

/** Chunks looked at for the best passage of an item. */
const CHUNKS_READ = 100;

export interface WantedPlace {
  readonly terms: QueryTerms;
  readonly explain: boolean;
  /** Whether phrases that have to be there are, and what must not be there is not. */
  readonly accepts: (document: ReadableText) => boolean;
}

/** As a hit; undefined when it went or was closed since, or is not what was asked for. */
export async function placeOf(
  item: LiveItem,
  { terms, explain, accepts }: WantedPlace,
  catalog: Pick<Catalog, 'text'>,
  access: AccessFilter,
): Promise<LivePlace | undefined> {
  const { rank } = item;
  if ('write' in item) {
    const { document, chunks } = item.write;
    if (!accepts({ breadcrumbs: [], ...document })) return undefined;
    const snippet = bestSnippet(document.text, chunks, terms);
    return { rank, hit: { ...hitOf(document, snippet, explain), live: true } };
  }
  const stored = await catalog.text(item.id, access);
  if (!stored || !accepts({ breadcrumbs: [], ...item.record, text: stored.text })) return undefined;
  return { rank, hit: hitOf(item.record, bestSnippet(stored.text, stored.chunks, terms), explain) };
}

function bestSnippet(text: string, chunks: readonly Chunk[], terms: QueryTerms): Snippet {
  let best: { readonly chunk: Chunk; readonly text: string } | undefined;
  let most = -1;
  for (const chunk of chunks.slice(0, CHUNKS_READ)) {
    const passage = text.slice(chunk.start, chunk.end);
    const matched = new Set(matchSpans(passage, terms).map(({ term }) => term)).size;
    if (matched > most) [best, most] = [{ chunk, text: passage }, matched];
  }
  return best ? makeSnippet(best, terms) : emptySnippet();
}

function hitOf(head: DocumentHead & { readonly language: string }, snippet: Snippet, explain: boolean): Hit {
  const { id, title, url, source, kind, language, updatedAt } = head;
  return {
    id,
    title,
    url,
    source,
    rank: 0,
    kind,
    language,
    breadcrumbs: head.breadcrumbs ?? [],
    authors: head.authors ?? [],
    labels: head.labels ?? [],
    ...(updatedAt && { updatedAt }),
    snippet,
    duplicates: [],
    ...(explain && { explain: {} }),
  };
}
