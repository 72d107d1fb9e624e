import type { DocumentHead } from '@fumikura/model';
import type { VersionedDocument } from '@fumikura/ports';
import { toIndexDocument, withFacts } from '@fumikura/ports';
import type { Before } from '../catalog/document-rows.ts';
import type { DocumentStore } from '../catalog/documents.ts';
import type { Connection } from '../connection.ts';
import { conflict } from '../errors.ts';

interface FactsParts {
  readonly connection: Connection;
  readonly documents: DocumentStore;
}

/** New facts of a document whose body stays; `version` when the index has to hold it anew. */
export interface FactsPlan {
  readonly head: DocumentHead;
  readonly aclId: number;
  /** The version these facts were laid over. */
  readonly base: number;
  readonly version?: number;
}

export async function beforeFacts(
  { connection, documents }: FactsParts,
  heads: readonly DocumentHead[],
): Promise<{ head: DocumentHead; known: Before }[]> {
  if (heads.length === 0) return [];
  const before = await connection.read((db) =>
    documents.before(
      db,
      heads.map(({ id }) => id),
    ),
  );
  return heads.flatMap((head) => {
    const known = before.get(head.id);
    return known ? [{ head, known }] : [];
  });
}

/** The body is as it was, and so are its vectors. */
export async function versionedFacts(
  { connection, documents }: FactsParts,
  facts: readonly FactsPlan[],
  before: readonly { readonly head: DocumentHead; readonly known: Before }[],
): Promise<VersionedDocument[]> {
  const due = facts.filter(({ version }) => version !== undefined);
  if (due.length === 0) return [];
  const texts = await connection.read((db) =>
    documents.texts(
      db,
      due.map(({ head }) => head.id),
    ),
  );
  return due.flatMap(({ head, aclId, base, version = 0 }) => {
    const known = before.find((each) => each.known.id === head.id)?.known;
    const stored = texts.get(head.id);
    if (!known || !stored) return [];
    const facts = { ...withFacts(known.head, head), id: head.id, source: known.source, aclId };
    return [{ version, document: toIndexDocument(facts, stored.text, stored.chunks), vectorsOf: base }];
  });
}

/** Under the lock of the sources. @throws AppError STORE_CONFLICT (conflict) when its body was written meanwhile */
export function changeOfFacts(
  { head, aclId, base, version }: FactsPlan,
  known: Before | undefined,
  stamp: number,
): (Before & { readonly sourceVersion: string })[] {
  // Removed meanwhile: facts of nothing.
  if (!known) return [];
  if (known.version !== base) throw conflict(`${head.id} was written meanwhile`);
  return [
    {
      ...known,
      head: withFacts(known.head, head),
      aclId,
      aclVersion: version ?? stamp,
      version: version ?? known.version,
      sourceVersion: head.version,
    },
  ];
}
