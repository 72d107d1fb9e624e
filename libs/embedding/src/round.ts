import type { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import type { EmbeddedDocument, Embedder, EmbeddingStore, WaitingDocument } from '@fumikura/ports';
import { passageHash, passageText } from './passage.ts';
import { knowsLanguage } from './query-vectors.ts';

/** What some documents need, and what of it is there. */
export interface Round {
  readonly documents: readonly PlannedDocument[];
  /** Each text once, by its hash, that has no vector yet. */
  readonly missing: ReadonlyMap<string, string>;
  readonly known: Map<string, Float32Array>;
  readonly refused: Map<string, AppError>;
}

interface PlannedDocument {
  readonly document: WaitingDocument;
  /** By ordinal; empty when the model does not know the document's language. */
  readonly hashes: readonly string[];
}

/** Reads which texts the documents have, and which of them were embedded before. */
export async function planRound(
  waiting: readonly WaitingDocument[],
  embedder: Embedder,
  fingerprint: Fingerprint,
  store: Pick<EmbeddingStore, 'known'>,
): Promise<Round> {
  const texts = new Map<string, string>();
  const documents = waiting.map((document) => {
    if (!knowsLanguage(embedder, document.language, document.text)) return { document, hashes: [] };
    const hashes = document.chunks.map((chunk) => {
      const text = passageText(document.title, chunk, document.text);
      const hash = passageHash(text);
      texts.set(hash, text);
      return hash;
    });
    return { document, hashes };
  });
  const hashes = [...texts.keys()];
  const found = await store.known(fingerprint, hashes);
  const known = new Map(hashes.flatMap((hash, at) => (found[at] ? [[hash, found[at]] as const] : [])));
  const missing = new Map([...texts].filter(([hash]) => !known.has(hash)));
  return { documents, missing, known, refused: new Map() };
}

/** The documents with their vectors, as far as the round has them. */
export function embeddedDocuments({ documents, known, refused }: Round): EmbeddedDocument[] {
  return documents.map(({ document: { id, revision }, hashes }) => ({
    id,
    revision,
    vectors: hashes.map((hash) => known.get(hash)),
    refusals: hashes.flatMap((hash, ordinal) => {
      const reason = refused.get(hash);
      return reason ? [{ ordinal, reason: reason.publicMessage }] : [];
    }),
  }));
}
