import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccess, createLocalDirectory, LOCAL_ISSUER } from '@fumikura/access';
import { prepareContent, DEFAULT_LIMITS } from '@fumikura/documents';
import { DEPTH, evaluate } from '@fumikura/evaluation';
import type { Collection, Figure, JudgedDocument } from '@fumikura/evaluation';
import type { DocumentWrite, Store } from '@fumikura/ports';
import { createRanker } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { analyseQuery } from '@fumikura/text';

const SOURCE = 'eval:collection';
const READERS = `${SOURCE}/readers`;
const BATCH = 500;

/** Indexes a collection in a throw-away database through the ordinary path, and asks its queries with the ordinary ranking. */
export async function evaluateCollection(
  collection: Collection,
  signal: AbortSignal,
  onIndexed: (documents: number) => void,
): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-eval-'));
  const store = await createSqliteStore({ file: join(folder, 'eval.db'), inline: true });
  try {
    onIndexed(await load(store, collection, signal));
    const access = createAccess(store.catalog, createLocalDirectory(['judge'], [], '1'));
    const filter = await access.filterFor({ issuer: LOCAL_ISSUER, subject: 'judge' });
    const rank = createRanker({ index: store.index });
    return await evaluate(collection, async (text) => {
      const { ranked } = await rank({ text, terms: analyseQuery(text) }, filter, signal);
      return ranked.slice(0, DEPTH).map(({ candidate }) => candidate.documentId.slice(SOURCE.length + 1));
    });
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

async function load(store: Store, collection: Collection, signal: AbortSignal): Promise<number> {
  const lists = [{ id: READERS, members: ['anyone' as const], readAt: new Date().toISOString() }];
  let upserts: DocumentWrite[] = [];
  let documents = 0;
  const flush = async () => {
    await store.commit({ source: SOURCE, lists, upserts });
    upserts = [];
  };
  for await (const document of collection.documents()) {
    signal.throwIfAborted();
    upserts.push(await toWrite(document));
    documents++;
    if (upserts.length >= BATCH) await flush();
  }
  await flush();
  return documents;
}

async function toWrite({ id, title, text }: JudgedDocument): Promise<DocumentWrite> {
  const prepared = await prepareContent(
    { fileName: 'document.txt', bytes: Buffer.from(text) },
    DEFAULT_LIMITS,
  );
  return {
    similarity: prepared.similarity,
    chunks: prepared.chunks,
    document: {
      id: `${SOURCE}/${id}`,
      source: SOURCE,
      externalId: id,
      kind: 'document',
      url: '',
      title,
      version: '1',
      acl: { allow: [READERS] },
      language: prepared.language,
      text: prepared.text,
      outline: prepared.outline,
      contentHash: id,
      notices: [],
    },
  };
}
