import type { EvidenceDocument } from '@fumikura/retrieval';

/** The text, and of a longer one so many characters around its best chunk. */
export function windowOf(
  { stored: { text, chunks }, bestChunk }: Pick<EvidenceDocument, 'stored' | 'bestChunk'>,
  characters: number,
): string {
  if (text.length <= characters) return text;
  const centre = chunks[Math.max(0, bestChunk)]?.start ?? 0;
  const from = Math.max(0, Math.min(centre - characters / 3, text.length - characters));
  return text.slice(from, from + characters);
}
