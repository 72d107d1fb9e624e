import { createHash } from 'node:crypto';
import { chunkerVersionOf } from '@fumikura/documents';
import type { ChunkerOptions } from '@fumikura/documents';
import type { Chunk, Fingerprint } from '@fumikura/model';
import type { Embedder } from '@fumikura/ports';

/** Goes up whenever `passageText` puts the same chunk into other words. */
const TEXT_FORM = '1';

/**
 * What of a chunk is embedded: its document's title and headings, the context that makes it readable alone, the span.
 * Breadcrumbs stay out: they change when a page moves, and nothing should be embedded again for that.
 */
export function passageText(title: string, chunk: Chunk, documentText: string): string {
  const headings = chunk.headingPath.filter((heading) => heading !== title).join(' > ');
  const span = documentText.slice(chunk.start, chunk.end);
  return [title, headings, chunk.context ?? '', span].filter((part) => part !== '').join('\n');
}

/** The same text has the same hash, in whatever document it stands. */
export function passageHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 24);
}

/** Of the vectors this embedder makes of chunks that are cut so. */
export function fingerprintOf(
  { identity }: Pick<Embedder, 'identity'>,
  chunking?: ChunkerOptions,
): Fingerprint {
  return {
    ...identity,
    promptForm: `${identity.promptForm} text ${TEXT_FORM}`,
    chunkerVersion: chunkerVersionOf(chunking),
  };
}
