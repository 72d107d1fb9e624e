import type { Chunk, Document, DocumentHead, SourceId } from '@fumikura/model';
import type { DocumentRecord, FilterField } from './catalog.ts';
import type { IndexDocument } from './search-index.ts';

/** What of a document is kept as JSON: everything that no query asks for. */
export type StoredHead = Omit<
  Document,
  'id' | 'source' | 'version' | 'acl' | 'contentHash' | 'text' | 'outline'
>;

/** What of a document can be filtered by. */
export type Filterable = Pick<StoredHead, 'kind' | 'language' | 'authors' | 'labels' | 'breadcrumbs'>;

type IndexedFacts = Filterable & Pick<StoredHead, 'title' | 'updatedAt'>;

/** A document as the index takes it. @param vectors by ordinal, as far as there are any */
export function toIndexDocument(
  head: IndexedFacts & Pick<DocumentRecord, 'id' | 'source' | 'aclId'>,
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

/** New facts about an unchanged body: title, language and notices stay with the body. */
export function withFacts(
  { title, language, notices }: StoredHead,
  { id: _, source: __, version: ___, acl: ____, ...facts }: DocumentHead,
): StoredHead {
  return { ...facts, title, language, notices };
}

/** Everything of a head that the index stores or finds by, as one text to compare. */
export function indexedFacts(head: IndexedFacts): string {
  const { title, breadcrumbs, kind, language, authors, labels, updatedAt } = head;
  return JSON.stringify([title, breadcrumbs ?? [], kind, language, authors ?? [], labels ?? [], updatedAt]);
}

/** Each field and value once, whatever the document repeats. */
export function filterableValues(
  source: SourceId,
  { kind, language, authors, labels, breadcrumbs = [] }: Filterable,
): (readonly [FilterField, string])[] {
  return [
    ['source', source],
    ['kind', kind],
    ['language', language],
    ...[...new Set(authors)].map((author) => ['author', author] as const),
    ...[...new Set(labels)].map((label) => ['label', label] as const),
    ...breadcrumbs
      .slice(0, 1)
      .filter(Boolean)
      .map((space) => ['space', space] as const),
  ];
}
