// What a reranker can gain and spoil within its bound, on a judged collection, with a simulated model:
//   npm run bench:rerank -- [--json] [--queries 100] [--bounds 3,5,10,20] <folder…>
// The model behaves in six ways: by the judgements (faithful), at random, reversed, obeying a hostile document, late, broken. Ends
// with 1 when a failure changes an order or a document moves beyond the bound.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Secret } from '@fumikura/config';
import { DEFAULT_LIMITS, prepareContent } from '@fumikura/documents';
import { evaluate, figure, mean, ndcg, openCollection, renderFigures, report } from '@fumikura/evaluation';
import type { Collection, Figure } from '@fumikura/evaluation';
import { toIndexDocument } from '@fumikura/ports';
import type { IndexDocument, RerankPassage } from '@fumikura/ports';
import { createListwiseReranker } from '@fumikura/provider-openai';
import { createRanker, createRerankStage } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { testAccess } from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { INJECTION, startJudgingModel } from '../simulators/reranker/server.ts';
import type { Behaviour } from '../simulators/reranker/server.ts';

const TOP = 20;
const BATCH = 200;
/** A model that is late answers a little after its time. */
const TIMEOUT_MS = 60;
const signal = new AbortController().signal;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    queries: { type: 'string', default: '100' },
    bounds: { type: 'string', default: '3,5,10,20' },
  },
});

interface Asked {
  readonly id: string;
  readonly text: string;
  /** Documents as fused, the first of them with what a model is shown. */
  readonly fused: readonly string[];
  readonly shown: readonly RerankPassage[];
}

const figures: Figure[] = [];
for (const folder of positionals) figures.push(...(await measure(folder)));
process.stdout.write(values.json ? `${JSON.stringify(report(figures))}\n` : `${renderFigures(figures)}\n`);
if (figures.some(({ pass }) => pass === false)) process.exitCode = 1;

async function measure(folder: string): Promise<Figure[]> {
  const whole = await openCollection(folder);
  const collection = { ...whole, queries: whole.queries.slice(0, Number(values.queries)) };
  const asked = await askAll(collection);
  const judged = (query: string) => {
    const found = asked.find(({ text }) => text === query);
    return collection.judgements.get(found?.id ?? '');
  };
  const model = await startJudgingModel({
    judge: (query, passage) =>
      judged(query)?.get(passage.split('\n')[0]?.replace(INJECTION, '').trim() ?? '') ?? 0,
    lateMs: 5 * TIMEOUT_MS,
  });
  const reranker = createListwiseReranker({
    baseUrl: model.baseUrl,
    apiKey: new Secret(model.key),
    model: 'judge',
  });
  const name = `rerank.${collection.name}`;
  const fused = mean(asked.map((each) => score(collection, each, each.fused)));
  const found = [figure(`${name}.fused.ndcg10`, fused, '', 'higher')];
  for (const bound of values.bounds.split(',').map(Number))
    for (const behaviour of ['faithful', 'random', 'reversed', 'injected'] as const) {
      const { ndcg10, furthest } = await run(behaviour, bound);
      found.push(figure(`${name}.${behaviour}.bound${bound}.ndcg10`, ndcg10, '', 'higher'));
      found.push(figure(`${name}.${behaviour}.bound${bound}.furthest`, furthest, 'places', 'lower', bound));
    }
  for (const behaviour of ['late', 'broken'] as const) {
    const { ndcg10 } = await run(behaviour, 5);
    found.push(figure(`${name}.${behaviour}.loss`, fused - ndcg10, '', 'lower', 0));
  }
  await model.simulator.close();
  return found;

  async function run(behaviour: Behaviour, bound: number) {
    model.behave(behaviour);
    const isLate = behaviour === 'late';
    const stage = createRerankStage({
      reranker,
      settings: { top: TOP, bound, ...(isLate && { timeoutMs: TIMEOUT_MS }) },
    });
    let furthest = 0;
    const scores: number[] = [];
    for (const each of asked) {
      const { order } = await stage.order(
        each.text,
        behaviour === 'injected' ? hostile(each.shown) : each.shown,
        signal,
      );
      furthest = Math.max(furthest, ...order.map((from, to) => Math.abs(from - to)));
      const moved = order.map((from) => each.fused[from] ?? '');
      scores.push(score(collection, each, [...moved, ...each.fused.slice(TOP)]));
    }
    return { ndcg10: mean(scores), furthest };
  }
}

/** The last of those that are judged asks to be the first. */
function hostile(shown: readonly RerankPassage[]): readonly RerankPassage[] {
  return shown.map((each, at) =>
    at === shown.length - 1 ? { ...each, text: `${INJECTION} ${each.text}` } : each,
  );
}

function score({ judgements }: Collection, { id }: Asked, order: readonly string[]): number {
  return ndcg(order, judgements.get(id) ?? new Map<string, number>(), 10);
}

async function askAll(collection: Collection): Promise<Asked[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-rerank-'));
  const { index, close } = await createSqliteStore({ file: join(folder, 'rerank.db'), inline: true });
  const texts = new Map<string, string>();
  const batch: IndexDocument[] = [];
  for await (const { id, title, text } of collection.documents()) {
    texts.set(id, text);
    batch.push(await indexed(id, title, text));
    if (batch.length >= BATCH) await index.write({ upserts: batch.splice(0) });
  }
  await index.write({ upserts: batch });
  const rank = createRanker({ index });
  const asked: Asked[] = [];
  await evaluate(collection, async (text) => {
    const { ranked } = await rank({ text, terms: analyseQuery(text) }, testAccess([1]), signal);
    const fused = ranked.map(({ candidate }) => candidate.documentId);
    // By its id the simulated model finds the judgement of a document.
    const shown = fused.slice(0, TOP).map((title) => ({ title, text: texts.get(title) ?? '' }));
    asked.push({ id: collection.queries[asked.length]?.id ?? '', text, fused, shown });
    return fused;
  });
  await close();
  await rm(folder, { recursive: true });
  return asked;
}

async function indexed(id: string, title: string, text: string): Promise<IndexDocument> {
  const prepared = await prepareContent(
    { fileName: 'document.txt', bytes: Buffer.from(text) },
    DEFAULT_LIMITS,
  );
  const { language, chunks } = prepared;
  const head = { id, title, language, aclId: 1, source: 'eval:collection', kind: 'document' } as const;
  return toIndexDocument(head, prepared.text, chunks);
}
