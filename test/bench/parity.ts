// npm run bench:parity -- [--queries 60] [--averages measured|default] [--model <folder>] [--documents 500] [--json]
// [--output file] [folder…]: the ranking of the index in Qdrant beside that of the embedded one on judged collections, all of
// ../shared/eval by default. With a model, vectors too; --documents keeps the judged ones of these queries and fills up.
// Without FUMI_TEST_QDRANT_URL the stand-in answers. Ends with 1 when a figure is missed.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULT_LIMITS, prepareContent } from '@fumikura/documents';
import { createQueryVectors, fingerprintOf, passageText } from '@fumikura/embedding';
import { createLocalEmbedder } from '@fumikura/provider-local';
import {
  evaluate,
  figure,
  mean,
  ndcg,
  openCollection,
  renderFigures,
  report,
  writeReport,
} from '@fumikura/evaluation';
import type { Collection, Figure, JudgedDocument } from '@fumikura/evaluation';
import { toIndexDocument } from '@fumikura/ports';
import type { IndexDocument, SearchIndex } from '@fumikura/ports';
import { createRanker } from '@fumikura/retrieval';
import { createQdrantIndex, DEFAULT_AVERAGES, lengthsOf } from '@fumikura/store-qdrant';
import type { Averages } from '@fumikura/store-qdrant';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { testAccess } from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { removeCollections, serverElsewhere } from '../simulators/qdrant/elsewhere.ts';
import { startQdrant } from '../simulators/qdrant/server.ts';

const MOST_LOST = 0.005;
const LEAST_OVERLAP = 0.95;
const BATCH = 200;
const signal = new AbortController().signal;

const EVAL = fileURLToPath(new URL('../../../shared/eval', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    queries: { type: 'string', default: '60' },
    averages: { type: 'string', default: 'measured' },
    model: { type: 'string' },
    documents: { type: 'string' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});

const embedder =
  values.model === undefined ? undefined : await createLocalEmbedder({ folder: values.model, workers: 2 });
const fingerprint = embedder && fingerprintOf(embedder);
const folders = positionals.length > 0 ? positionals : await collectionsIn(EVAL);
const figures: Figure[] = [];
for (const folder of folders) {
  const collection = await openCollection(folder);
  const queries = collection.queries.slice(0, Number(values.queries));
  figures.push(...figuresOf(collection.name, await compareOn({ ...collection, queries })));
}
await embedder?.close();
const made = report(figures);
if (values.output !== undefined) await writeReport(values.output, made);
process.stdout.write(values.json ? `${JSON.stringify(made)}\n` : `${renderFigures(figures)}\n`);
process.exit(figures.some(({ pass }) => pass === false) ? 1 : 0);

interface Compared {
  readonly embedded: number;
  readonly servers: number;
  readonly overlap: number;
}

/** With vectors the servers quantise otherwise: then the same ten documents are not asked for. */
function figuresOf(name: string, { embedded, servers, overlap }: Compared): Figure[] {
  const id = `parity.${name}.${embedder ? 'hybrid' : 'lexical'}`;
  return [
    figure(`${id}.embedded.ndcg10`, embedded, '', 'higher'),
    figure(`${id}.qdrant.ndcg10`, servers, '', 'higher'),
    figure(`${id}.difference`, Math.abs(servers - embedded), '', 'lower', MOST_LOST),
    figure(`${id}.overlap10`, overlap, '', 'higher', embedder ? undefined : LEAST_OVERLAP),
  ];
}

async function collectionsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((each) => each.isDirectory()).map(({ name }) => join(folder, name));
}

async function compareOn(collection: Collection): Promise<Compared> {
  const documents: IndexDocument[] = [];
  for (const { id, title, text } of await chosen(collection)) documents.push(await indexed(id, title, text));
  const folder = await mkdtemp(join(tmpdir(), 'fumi-parity-'));
  const store = await createSqliteStore({ file: join(folder, 'parity.db'), inline: true });
  const elsewhere = serverElsewhere();
  const server = elsewhere ? undefined : await startQdrant({ judged: false });
  const name = `parity_${randomUUID().slice(0, 8)}`;
  const averages = values.averages === 'default' ? DEFAULT_AVERAGES : measured(documents);
  const index = await createQdrantIndex({
    ...(elsewhere ?? { url: server?.url ?? '' }),
    name,
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
    if (elsewhere) await removeCollections(elsewhere, name);
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
  const { language, chunks } = prepared;
  const head = { id, title, language, aclId: 1, source: 'eval:collection', kind: 'document' } as const;
  return toIndexDocument(head, prepared.text, chunks, vectors);
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
