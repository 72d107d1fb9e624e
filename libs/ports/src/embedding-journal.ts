import type { DocumentId, Fingerprint } from '@fumikura/model';
import type { EmbeddedDocument, EmbeddingStore } from './embedding-store.ts';

/** Vectors of one version by ordinal; undefined where a chunk gets none. */
export interface VersionVectors {
  readonly documentId: DocumentId;
  readonly version: number;
  readonly vectors: readonly (Float32Array | undefined)[];
}

/** What a catalog keeps of the embedding stage whose vectors lie in an index of their own. */
export interface EmbeddingJournal extends Omit<EmbeddingStore, 'bind' | 'put'> {
  /**
   * @param rebind empties the index of other vectors; called before everything waits, and nothing is put meanwhile
   * @param waits `nothing` where `rebind` leads to an index that has its vectors; default `everything`
   */
  bind(
    fingerprint: Fingerprint,
    rebind: () => Promise<void>,
    waits?: 'everything' | 'nothing',
  ): Promise<void>;
  /** @param write puts them into the index. @returns those that it holds now */
  put(
    fingerprint: Fingerprint,
    documents: readonly EmbeddedDocument[],
    write: (current: readonly VersionVectors[]) => Promise<ReadonlySet<DocumentId>>,
  ): Promise<number>;
  /** Their vectors were lost with their chunks. */
  waitAgain(ids: readonly DocumentId[]): Promise<void>;
}
