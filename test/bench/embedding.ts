// npm run bench:embedding -- --model <folder> [--chunks 400] [--queries 200] [--json] [--output file]: vectors of queries
// with and without the cache, and a backlog by two workers through the whole stage against the model alone, in turns, so
// that both meet the same machine; searches meanwhile and before.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEmbeddingStage, createQueryVectors, passageText } from '@fumikura/embedding';
import { figure, renderFigures, report, writeReport } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { createLogger } from '@fumikura/logging';
import type { DocumentWrite, Embedder } from '@fumikura/ports';
import { createLocalEmbedder } from '@fumikura/provider-local';
import { createRanker } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SqliteStore } from '@fumikura/store-sqlite';
import { ALICE, allowList, documentWrite, filterFor, seeded } from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { percentiles, times } from './measure.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    chunks: { type: 'string', default: '400' },
    queries: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '4' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const SOURCE = 'bench:notes';
const WORDS_PER_QUERY = 12;
const WORDS_PER_CHUNK = 150;
/** Queries of a process that has just loaded its model. */
const FIRST = 12;
const signal = new AbortController().signal;
const random = seeded(42);
const VOCABULARY =
  'the storehouse keeper writes down what came in and went out every day while engineers rotate the secrets of services and people book their leave with a lead before the end of each quarter'.split(
    ' ',
  );
const words = (count: number) =>
  Array.from({ length: count }, () => VOCABULARY[Math.floor(random() * VOCABULARY.length)]).join(' ');
const embedOne = (model: Embedder) => model.embed([words(WORDS_PER_QUERY)], { as: 'query', signal });
const note = (text: string) => void process.stderr.write(`${text}\n`);

if (values.model === undefined) throw new Error('--model: give the folder of a model');
const embedder = await createLocalEmbedder({ folder: values.model, workers: 2, runtime: 'wasm' });
const folder = await mkdtemp(join(tmpdir(), 'fumi-embed-'));
const store = await createSqliteStore({ file: join(folder, 'bench.db') });
try {
  const figures = [...(await queryFigures(embedder)), ...(await backlogFigures(embedder, store))];
  const result = report(figures);
  if (values.output !== undefined) await writeReport(values.output, result);
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${renderFigures(figures)}\n`);
  if (figures.some(({ pass }) => pass === false)) process.exitCode = 1;
} finally {
  await embedder.close();
  await store.close();
  await rm(folder, { recursive: true });
}

async function queryFigures(model: Embedder): Promise<Figure[]> {
  note('vectors of queries');
  const first = percentiles(await times(FIRST, 1, () => embedOne(model)));
  await model.warmUp(signal);
  const ask = createQueryVectors({ embedder: model, timeoutMs: 60_000 });
  const queries = Array.from({ length: Number(values.queries) }, () => words(WORDS_PER_QUERY));
  const fresh = percentiles(await times(queries.length - 5, 5, (at) => ask(queries[at] ?? '', 'en', signal)));
  const cached = percentiles(
    await times(queries.length - 5, 5, (at) => ask(queries[at] ?? '', 'en', signal)),
  );
  return [
    figure('embed.query.first.p50', first.p50, 'ms', 'lower'),
    figure('embed.query.p50', fresh.p50, 'ms', 'lower'),
    figure('embed.query.p95', fresh.p95, 'ms', 'lower', 35),
    figure('embed.query.cached.p50', cached.p50, 'ms', 'lower', 0.05),
    figure('embed.query.cached.p95', cached.p95, 'ms', 'lower'),
  ];
}

async function backlogFigures(model: Embedder, into: SqliteStore): Promise<Figure[]> {
  const stage = createEmbeddingStage({
    store: into.embeddings,
    leases: into.catalog,
    embedder: model,
    logger: createLogger('error'),
  });
  await stage.bind();
  const search = await searcher(model, into);
  const idle: number[] = [];
  const meanwhile: number[] = [];
  const rates = { stage: [] as number[], alone: [] as number[] };
  const size = Math.ceil(Number(values.chunks) / Number(values.rounds));
  await model.embed(
    Array.from({ length: 16 }, () => words(WORDS_PER_CHUNK)),
    { as: 'passage', signal },
  );
  for (let round = 0; round < Number(values.rounds); round++) {
    note(`backlog, round ${round + 1}`);
    await into.commit({ source: SOURCE, lists: [allowList('all', ALICE)], upserts: notes(round, size) });
    const began = performance.now();
    const { embedded } = await stage.run({ signal });
    rates.stage.push(embedded / ((performance.now() - began) / 1_000));
    const texts = notes(round + 1_000, size).map(textOf);
    const alone = performance.now();
    await model.embed(texts, { as: 'passage', signal });
    rates.alone.push(texts.length / ((performance.now() - alone) / 1_000));
    idle.push(...(await times(40, 5, search)));
    await into.commit({ source: SOURCE, upserts: notes(round + 2_000, size) });
    meanwhile.push(...(await searchesWhile(stage.run({ signal }), search)));
  }
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [before, during] = [percentiles(idle), percentiles(meanwhile)];
  return [
    figure('embed.backlog.chunksPerSecond', mean(rates.stage), 'chunks/s', 'higher'),
    figure('embed.backlog.ofRuntime', mean(rates.stage) / mean(rates.alone), '', 'higher', 0.9),
    figure('embed.search.idle.p95', before.p95, 'ms', 'lower'),
    figure('embed.search.duringBacklog.p95', during.p95, 'ms', 'lower'),
    figure('embed.search.slowdown', during.p50 / before.p50, '', 'lower', 1.5),
  ];
}

/** A hybrid search with a query nobody asked before, so that its vector is made too. */
async function searcher(model: Embedder, into: SqliteStore): Promise<() => Promise<unknown>> {
  const access = await filterFor(into.catalog, ALICE);
  const rank = createRanker({
    index: into.index,
    embedQuery: createQueryVectors({ embedder: model, timeoutMs: 60_000 }),
  });
  return () => {
    const text = words(WORDS_PER_QUERY);
    return rank({ text, terms: analyseQuery(text) }, access, signal);
  };
}

async function searchesWhile(work: Promise<unknown>, search: () => Promise<unknown>): Promise<number[]> {
  const found: number[] = [];
  let isOver = false;
  void work.finally(() => (isOver = true));
  while (!isOver) {
    found.push(...(await times(1, 0, search)));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await work;
  return found;
}

function notes(round: number, count: number): DocumentWrite[] {
  return Array.from({ length: count }, (_, at) =>
    documentWrite(
      `${SOURCE}/${round}-${at}`,
      { allow: ['all'] },
      { parts: [words(WORDS_PER_CHUNK)], title: 'Note' },
    ),
  );
}

function textOf({ document, chunks }: DocumentWrite): string {
  const [chunk] = chunks;
  return chunk ? passageText(document.title, chunk, document.text) : '';
}
