import { hash } from 'node:crypto';
import type { VersionedDocument } from '@fumikura/ports';
import { timeOf } from './filter.ts';
import { vectorsOf } from './terms.ts';
import type { Averages, SparseVector } from './terms.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Fields of a point; the ones that are filtered by are indexed before the first point is written. */
export interface PointPayload {
  readonly doc: string;
  /** Version of the document, and place of the chunk in it. */
  readonly ver: number;
  readonly ord: number;
  readonly acl_id: number;
  readonly acl_ver: number;
  /** Chunks of the version. */
  readonly chunks: number;
  readonly source: string;
  readonly kind: string;
  readonly lang: string;
  readonly authors: readonly string[];
  readonly labels: readonly string[];
  readonly updated?: string;
}

export interface Point {
  readonly id: string;
  readonly payload: PointPayload;
  /** `document` and `title` stand with the first chunk alone, so that they are counted once a document. */
  readonly vector: Readonly<Record<string, SparseVector | readonly number[]>>;
}

/** A version's chunks. @param vectors by ordinal, for chunks that bring none themselves */
export function pointsOf(
  { document, version }: VersionedDocument,
  averages: Averages,
  vectors: ReadonlyMap<number, readonly number[]>,
  vocabulary: Vocabulary,
): { readonly points: readonly Point[]; readonly collisions: number } {
  const terms = vectorsOf(document, averages, vocabulary);
  const updated = timeOf(document.updatedAt);
  const points = terms.chunks.map((chunk, slot): Point => {
    const own = document.chunks[slot]?.vector;
    const dense = own ? Array.from(own) : vectors.get(slot);
    return {
      id: pointId(document.documentId, version, slot),
      payload: {
        doc: document.documentId,
        ver: version,
        ord: slot,
        acl_id: document.aclId,
        acl_ver: version,
        chunks: terms.chunks.length,
        source: document.source,
        kind: document.kind,
        lang: document.language,
        authors: document.authors,
        labels: document.labels,
        ...(updated !== undefined && { updated }),
      },
      vector: {
        chunk,
        ...(slot === 0 && { document: terms.document, title: terms.title }),
        ...(dense && { dense }),
      },
    };
  });
  return { points, collisions: terms.collisions };
}

/** The same for the same version of a chunk, so that writing it again changes nothing. */
export function pointId(documentId: string, version: number, ordinal: number): string {
  const hex = hash('sha256', `${version} ${ordinal} ${documentId}`, 'hex');
  // A version 8 UUID (RFC 9562): free use of all bits but the six that say so.
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(18, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
