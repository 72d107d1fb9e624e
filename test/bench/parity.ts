// Compares the ranking of the index in Qdrant with that of the embedded one on judged collections:
//   node test/bench/parity.ts [--queries 100] [--averages measured|default] [--model <folder>] [--documents 500] <folder…>
// With a model, vectors too; --documents keeps the judged ones of these queries and fills up. Without
// FUMI_TEST_QDRANT_URL the stand-in answers. Prints one line a collection; ends with 1 when a figure is missed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_LIMITS, prepareContent } from '@fumikura/documents';
import { createQueryVectors, fingerprintOf, passageText } from '@fumikura/embedding';
import { createLocalEmbedder } from '@fumikura/provider-local';
import { evaluate, mean, ndcg, openCollection } from '@fumikura/evaluation';
import type { Collection, JudgedDocument } from '@fumikura/evaluation';
import type { IndexDocument, SearchIndex } from '@fumikura/ports';
import { createRanker } from '@fumikura/retrieval';
import { createQdrantIndex, DEFAULT_AVERAGES, lengthsOf } from '@fumikura/store-qdrant';
import type { Averages } from '@fumikura/store-qdrant';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { testAccess } from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { startQdrant } from '../simulators/qdrant/server.ts';

const MOST_LOST = 0.005;
const LEAST_OVERLAP = 0.95;
const BATCH = 200;
const signal = new AbortController().signal;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    queries: { type: 'string', default: '100' },
    averages: { type: 'string', default: 'measured' },
    model: { type: 'string' },
    documents: { type: 'string' },
  },
});

const url = process.env['FUMI_TEST_QDRANT_URL'];
const embedder =
  values.model === undefined ? undefined : await createLocalEmbedder({ folder: values.model, workers: 2 });
const fingerprint = embedder && fingerprintOf(embedder);
let missed = 0;
say('collection       queries  nDCG@10 embedded  nDCG@10 Qdrant  difference  overlap@10');
for (const folder of positionals) {
  const collection = await openCollection(folder);
  const queries = collection.queries.slice(0, Number(values.queries));
  const { embedded, servers, overlap } = await compareOn({ ...collection, queries });
  const isReached =
    Math.abs(servers - embedded) <= MOST_LOST && (embedder !== undefined || overlap >= LEAST_OVERLAP);
  if (!isReached) missed++;
  say(
    [
      collection.name.padEnd(16),
      String(queries.length).padStart(7),
      embedded.toFixed(4).padStart(17),
      servers.toFixed(4).padStart(15),
      (servers - embedded).toFixed(4).padStart(11),
      overlap.toFixed(4).padStart(11),
      isReached ? '' : '  missed',
    ].join(' '),
  );
}
await embedder?.close();
process.exit(missed > 0 ? 1 : 0);

async function compareOn(
  collection: Collection,
): Promise<{ embedded: number; servers: number; overlap: number }> {
  const documents: IndexDocument[] = [];
  for (const { id, title, text } of await chosen(collection)) documents.push(await indexed(id, title, text));
  const folder = await mkdtemp(join(tmpdir(), 'fumi-parity-'));
  const store = await createSqliteStore({ file: join(folder, 'parity.db'), inline: true });
  const server = url === undefined || url === '' ? await startQdrant({ judged: false }) : undefined;
  const averages = values.averages === 'default' ? DEFAULT_AVERAGES : measured(documents);
  const index = await createQdrantIndex({
    url: server?.url ?? url ?? '',
    name: `parity_${collection.name.toLowerCase().replaceAll(/[^a-z0-9]/g, '_')}_${Date.now()}`,
    averages,
  });
  try {
    const [a, b] = [
      await rankings(store.index, collection, documents),
      await rankings(index, collection, documents),
    ];
    const overlaps = collection.queries.map(({ id }) => {
      const [x, y] = [a.get(id)?.slice(0, 10) ?? [], new Set(b.get(id)?.slice(0, 10))];
      return x.length === 0 ? Number(y.size === 0) : x.filter((each) => y.has(each)).length / x.length;
    });
    return { embedded: score(collection, a), servers: score(collection, b), overlap: mean(overlaps) };
  } finally {
    await store.close();
    await index.close();
    await server?.close();
    await rm(folder, { recursive: true });
  }
}

async function rankings(
  index: SearchIndex,
  collection: Collection,
  documents: readonly IndexDocument[],
): Promise<Map<string, readonly string[]>> {
  if (fingerprint) await index.useFingerprint(fingerprint);
  for (let at = 0; at < documents.length; at += BATCH)
    await index.write({ upserts: documents.slice(at, at + BATCH) });
  await index.maintain(signal);
  const embedQuery = embedder && createQueryVectors({ embedder, timeoutMs: 60_000 });
  const rank = createRanker({ index, ...(embedQuery && { embedQuery }) });
  const found: (readonly string[])[] = [];
  await evaluate(collection, async (text) => {
    const { ranked } = await rank({ text, terms: analyseQuery(text) }, testAccess([1]), signal);
    const ids = ranked.map(({ candidate }) => candidate.documentId);
    found.push(ids);
    return ids;
  });
  return new Map(collection.queries.map(({ id }, at) => [id, found[at] ?? []]));
}

function score({ queries, judgements }: Collection, ranked: ReadonlyMap<string, readonly string[]>): number {
  return mean(
    queries.map(({ id }) => ndcg(ranked.get(id) ?? [], judgements.get(id) ?? new Map<string, number>(), 10)),
  );
}

async function chosen({ documents, queries, judgements }: Collection): Promise<JudgedDocument[]> {
  const all: JudgedDocument[] = [];
  for await (const each of documents()) all.push(each);
  if (values.documents === undefined) return all;
  const judged = new Set(queries.flatMap(({ id }) => [...(judgements.get(id)?.keys() ?? [])]));
  const first = all.filter(({ id }) => judged.has(id));
  return [...first, ...all.filter(({ id }) => !judged.has(id))].slice(
    0,
    Math.max(first.length, Number(values.documents)),
  );
}

async function indexed(id: string, title: string, text: string): Promise<IndexDocument> {
  const prepared = await prepareContent(
    { fileName: 'document.txt', bytes: Buffer.from(text) },
    DEFAULT_LIMITS,
  );
  const texts = prepared.chunks.map((chunk) => passageText(title, chunk, prepared.text));
  const results = (await embedder?.embed(texts, { as: 'passage', signal }))?.results ?? [];
  const vectors = results.map((each) => ('vector' in each ? each.vector : undefined));
  return {
    documentId: id,
    aclId: 1,
    title,
    breadcrumbs: [],
    source: 'eval:collection',
    kind: 'document',
    language: prepared.language,
    authors: [],
    labels: [],
    chunks: prepared.chunks.map(({ ordinal, headingPath, context, start, end }, at) => ({
      ordinal,
      headingPath,
      text: prepared.text.slice(start, end),
      ...(context !== undefined && { context }),
      ...(vectors[at] && { vector: vectors[at] }),
    })),
  };
}

/** What an index is made with when its texts are known beforehand, as in a migration. */
function measured(documents: readonly IndexDocument[]): Averages {
  const lengths = documents.map(lengthsOf);
  const of = (parts: readonly { words: number; bigrams: number }[]) => ({
    words: mean(parts.map(({ words }) => words)),
    bigrams: mean(parts.map(({ bigrams }) => bigrams)),
  });
  return {
    chunk: of(lengths.flatMap(({ chunks }) => chunks)),
    document: of(lengths.map(({ document }) => document)),
    title: of(lengths.map(({ title }) => title)),
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
