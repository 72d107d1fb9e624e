import { createSqliteStore } from '@fumikura/store-sqlite';
import type { DocumentWrite } from '@fumikura/ports';

export const CHUNKS_PER_DOCUMENT = 3;
/** Batches alternate between the path of small writes and the one of bulk loads. */
const BATCH_SIZES = [1, 5, 120];

export function crashDocumentId(index: number): string {
  return `bench:crash/${String(index).padStart(8, '0')}`;
}

if (process.argv[1] === import.meta.filename)
  await writeForever(process.argv[2] ?? '', Number(process.argv[3]));

/** Writes on from a document number; after each commit it says up to where everything is safe. */
async function writeForever(file: string, from: number): Promise<void> {
  const store = await createSqliteStore({ file, inline: true });
  const lists = [
    { id: 'bench:crash/readers', members: ['anyone' as const], readAt: new Date().toISOString() },
  ];
  for (let next = from, round = 0; ; round++) {
    const count = BATCH_SIZES[round % BATCH_SIZES.length] ?? 1;
    const upserts = Array.from({ length: count }, (_, index) => documentAt(next + index));
    await store.commit({ source: 'bench:crash', lists, upserts, checkpoint: { next: next + count } });
    next += count;
    process.stdout.write(`${next}\n`);
    if (round % 10 === 9) await store.index.maintain(AbortSignal.timeout(1_000));
  }
}

function documentAt(index: number): DocumentWrite {
  const id = crashDocumentId(index);
  const part = `document ${index} speaks of subject${index % 97} and detail${index % 1_013} `.repeat(8);
  const text = part.repeat(CHUNKS_PER_DOCUMENT);
  const chunks = Array.from({ length: CHUNKS_PER_DOCUMENT }, (_, ordinal) => ({
    ordinal,
    start: ordinal * part.length,
    end: (ordinal + 1) * part.length,
    headingPath: [],
  }));
  return {
    chunks,
    similarity: '0'.repeat(16),
    document: {
      id,
      source: 'bench:crash',
      externalId: id,
      kind: 'page',
      url: '',
      title: `Document ${index}`,
      version: '1',
      acl: { allow: ['bench:crash/readers'] },
      language: 'en',
      text,
      outline: [],
      contentHash: id,
      notices: [],
    },
  };
}
