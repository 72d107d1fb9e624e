import type { Chunk, Document } from '@fumikura/model';
import type { DocumentRecord, IndexDocument } from '@fumikura/ports';

/** What of a document is kept as JSON: everything that no query asks for. */
export type StoredHead = Omit<
  Document,
  'id' | 'source' | 'version' | 'acl' | 'contentHash' | 'text' | 'outline'
>;

/** A document as the index takes it. @param vectors by ordinal, as far as there are any */
export function toIndexDocument(
  head: Omit<DocumentRecord, 'syncedAt' | 'similarity'>,
  text: string,
  chunks: readonly Chunk[],
  vectors?: readonly (Float32Array | undefined)[],
): IndexDocument {
  return {
    documentId: head.id,
    aclId: head.aclId,
    title: head.title,
    breadcrumbs: head.breadcrumbs ?? [],
    source: head.source,
    kind: head.kind,
    language: head.language,
    authors: head.authors ?? [],
    labels: head.labels ?? [],
    ...(head.updatedAt && { updatedAt: head.updatedAt }),
    chunks: chunks.map(({ ordinal, headingPath, context, start, end }, index) => {
      const vector = vectors?.[index];
      return {
        ordinal,
        headingPath,
        text: text.slice(start, end),
        ...(context !== undefined && { context }),
        ...(vector && { vector }),
      };
    }),
  };
}

/** Everything of a head that the index stores or finds by, as one text to compare. */
export function indexedFacts({
  title,
  breadcrumbs,
  kind,
  language,
  authors,
  labels,
  updatedAt,
}: StoredHead): string {
  return JSON.stringify([title, breadcrumbs ?? [], kind, language, authors ?? [], labels ?? [], updatedAt]);
}
