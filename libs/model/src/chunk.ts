import type { BlockPlace } from './block.ts';
import type { DocumentId } from './document.ts';

/** A span of a document that is retrieved. `text.slice(start, end)` of the normalised text is what it says. */
export interface Chunk {
  readonly ordinal: number;
  /** UTF-16 offsets into `Document.text`; 0 <= start < end. */
  readonly start: number;
  readonly end: number;
  /** Headings above it, outermost first. */
  readonly headingPath: readonly string[];
  /** Repeated to make the span readable alone, e.g. a table's header row; indexed with it, not part of the span. */
  readonly context?: string;
  readonly place?: BlockPlace;
}

export interface ChunkId {
  readonly documentId: DocumentId;
  readonly ordinal: number;
}

/** Which model made a vector, with which prompt and over which chunks: two fingerprints never meet in one scan. */
export interface Fingerprint {
  readonly model: string;
  readonly dimension: number;
  readonly promptForm: string;
  readonly chunkerVersion: string;
}
