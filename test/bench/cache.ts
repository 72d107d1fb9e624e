// npm run bench:cache -- [--queries 45000] [--hours 10] [--documents 3000] [--texts 300] [--exponent 1.2] [--change .01]
// [--vectors] [--json] [--output file]: a working day of a company. 2,500 persons in 200 permission classes of unequal size ask
// unequally popular questions (Zipf both), while a share of the documents is written again each hour, one after another.
// Every answer is held against the rights of who asked, every tenth used again against a ranking made anew. The clock is the
// company's, not this machine's. The bound is what a cache could reach that forgets nothing and never shares across
// permissions; what one would that shares is printed beside it. Afterwards everything is closed and opened again, and the
// day's next questions are asked with and without what is ranked ahead; between two of them there is time for that, as there
// would be.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figure, renderFigures, report, writeReport } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { readGrant } from '@fumikura/ports';
import type { AccessFilter, IndexDocument } from '@fumikura/ports';
import { grantAccess } from '@fumikura/ports/grant';
import { cachedRanker, createRanker, familiarQuestions, openQuestionNotes } from '@fumikura/retrieval';
import type { EmbedQuery, RankedQuery, Ranking } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { analyseQuery } from '@fumikura/text';
import { BenchCorpus, FINGERPRINT, seeded } from './corpus.ts';
import { percentiles } from './measure.ts';

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: '45000' },
    documents: { type: 'string', default: '3000' },
    texts: { type: 'string', default: '300' },
    exponent: { type: 'string', default: '1.2' },
    hours: { type: 'string', default: '10' },
    change: { type: 'string', default: '.01' },
    vectors: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const [queries, documents, texts] = [Number(values.queries), Number(values.documents), Number(values.texts)];
const [exponent, hours, change] = [Number(values.exponent), Number(values.hours), Number(values.change)];
const [PERSONS, CLASSES, HOUR_MS] = [2_500, 200, 3_600_000];
/** Of the documents that a class of readers may see. */
const SHARES = [0.02, 0.1, 0.3, 0.7];
const COMPARE_EVERY = 10;
const MOVED_SHARE = 0.02;
/** Summed weights of a distribution, by count and exponent. */
const known: Record<string, readonly number[]> = {};
const signal = new AbortController().signal;
const random = seeded(3);
const corpus = new BenchCorpus(7, values.vectors);

const folder = await mkdtemp(join(tmpdir(), 'fumi-cache-'));
const openStore = () => createSqliteStore({ file: join(folder, 'store.db'), inline: true });
let store = await openStore();
const tally = { foreign: 0, stale: 0, moved: 0, compared: 0, hitMs: [] as number[], missMs: [] as number[] };
let clock = 0;
/** Different questions, and different questions of one class of readers. */
const different = { questions: new Set<string>(), ofClasses: new Set<string>() };
try {
  if (values.vectors) await store.index.useFingerprint(FINGERPRINT);
  const aclOf = new Map<string, number>();
  const write = async (batch: readonly IndexDocument[]) => {
    await store.index.write({ upserts: batch });
    for (const { documentId, aclId } of batch) aclOf.set(documentId, aclId);
  };
  for (let made = 0; made < documents; made += 500)
    await write(Array.from({ length: 500 }, () => corpus.document(2)));
  const ids = [...aclOf.keys()];
  const classes = Array.from({ length: CLASSES }, (_, at) => corpus.grant(SHARES[at % SHARES.length] ?? 0.1));
  const persons = Array.from({ length: PERSONS }, (_, at) => personOf(at, classes[zipf(CLASSES, 1)]));
  const asked = Array.from({ length: texts }, () => {
    const topic = Math.floor(random() * 200);
    const text = corpus.words(2 + Math.floor(random() * 4), topic);
    return { text, terms: analyseQuery(text), vector: values.vectors ? corpus.vector(topic) : undefined };
  });
  const vectors = new Map(asked.map(({ text, vector }) => [text, vector]));
  const embedQuery = async (text: string) => {
    const vector = vectors.get(text);
    return vector && { vector, fingerprint: FINGERPRINT };
  };
  const fresh = createRanker({ index: store.index, embedQuery });
  const nextQuestion = () => ({
    ...(persons[Math.floor(random() * PERSONS)] ?? personOf(0)),
    query: asked[zipf(texts, exponent)] ?? { text: '', terms: analyseQuery('') },
  });
  const { familiar, counts } = await startCaching(embedQuery);
  const changeEvery = queries / (documents * change * hours);
  for (let at = 0; at < queries; at++) {
    clock = Math.floor((at / queries) * hours * HOUR_MS);
    if (Math.floor(at / changeEvery) > Math.floor((at - 1) / changeEvery)) {
      const documentId = ids[Math.floor(random() * ids.length)] ?? '';
      await write([{ ...corpus.document(2), documentId }]);
    }
    const { access, readable, query } = nextQuestion();
    // Words in another order are ranked alike, and kept as one question.
    const words = query.terms.terms.map(({ term, count }) => `${term} ${count}`).toSorted();
    different.questions.add(words.join(' '));
    different.ofClasses.add([readGrant(access)?.hash, ...words].join(' '));
    const { hits } = counts();
    const started = performance.now();
    const ranking = await familiar.rank(query, access, signal);
    const isHit = counts().hits > hits;
    (isHit ? tally.hitMs : tally.missMs).push(performance.now() - started);
    for (const { candidate } of ranking.ranked)
      if (!readable.has(aclOf.get(candidate.documentId) ?? -1)) tally.foreign++;
    if (isHit && counts().hits % COMPARE_EVERY === 0) compare(ranking, await fresh(query, access, signal));
  }
  await familiar.close();
  const next = Array.from({ length: (10 * queries) / (hours * 60) }, nextQuestion);
  const restarted = [];
  for (const isAhead of [false, true]) {
    await store.close();
    store = await openStore();
    restarted.push(...(await firstMinutes(next, isAhead, await startCaching(embedQuery))));
  }
  const { hits, amended, joined, misses, outdated, evicted, bytes } = counts();
  const isUsual = texts === 300 && exponent === 1.2 && !values.vectors;
  const id = `cache.rankings${isUsual ? '' : `.${texts}texts.zipf${exponent}${values.vectors ? '.vectors' : ''}`}`;
  const hitShare = (hits + joined) / (hits + joined + misses);
  const boundOf = ({ size }: ReadonlySet<string>) => 1 - size / queries;
  const figures = [
    figure(`${id}.hits`, hitShare * 100, '%', 'higher', isUsual ? 78 : undefined),
    figure(`${id}.bound`, boundOf(different.ofClasses) * 100, '%', 'higher'),
    figure(`${id}.ofBound`, (hitShare / boundOf(different.ofClasses)) * 100, '%', 'higher', 97),
    figure(`${id}.boundAcrossPermissions`, boundOf(different.questions) * 100, '%', 'higher'),
    figure(`${id}.stale`, tally.stale, 'answers', 'lower', 0),
    figure(`${id}.compared`, tally.compared, 'answers', 'higher'),
    figure(`${id}.acrossPermissions`, tally.foreign, 'documents', 'lower', 0),
    figure(`${id}.otherOrder`, tally.moved, 'answers', 'lower'),
    figure(`${id}.amended`, amended, 'rankings', 'higher'),
    figure(`${id}.outdated`, outdated, 'rankings', 'lower'),
    figure(`${id}.evicted`, evicted, 'rankings', 'lower'),
    figure(`${id}.bytes`, bytes, 'B', 'lower', 64 * 1_024 * 1_024),
    figure(`${id}.hit.p50`, percentiles(tally.hitMs).p50, 'ms', 'lower'),
    figure(`${id}.miss.p50`, percentiles(tally.missMs).p50, 'ms', 'lower'),
    ...restarted,
  ];
  const result = report(figures);
  if (values.output !== undefined) await writeReport(values.output, result);
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${renderFigures(figures)}\n`);
  if (tally.stale > 0 || tally.foreign > 0) process.exitCode = 1;
} finally {
  await store.close();
  await rm(folder, { recursive: true, force: true });
}

/**
 * Stale is what a ranking made anew does not show any more, or shows among its first ten and the kept one does not show at
 * all, by more than frequencies of words may have moved.
 */
function compare(kept: Ranking, anew: Ranking): void {
  tally.compared++;
  const idsOf = ({ ranked }: Ranking) => ranked.map(({ candidate }) => candidate.documentId);
  const [before, now] = [idsOf(kept), idsOf(anew)];
  const scores = new Map(anew.ranked.map(({ candidate, score }) => [candidate.documentId, score]));
  const last = scores.get(before[Math.min(10, before.length) - 1] ?? '') ?? 0;
  const isMissing = now
    .slice(0, 10)
    .some((each) => !before.includes(each) && (scores.get(each) ?? 0) > last * (1 + MOVED_SHARE));
  const isGone = before.slice(0, 10).some((each) => !now.includes(each));
  if (isMissing || isGone) tally.stale++;
  if (before.slice(0, 10).join() !== now.slice(0, 10).join()) tally.moved++;
}

interface Asker {
  readonly access: AccessFilter;
  readonly readable: ReadonlySet<number>;
}

function personOf(at: number, aclIds: Uint32Array = new Uint32Array()): Asker {
  const hash = createHash('sha256').update(aclIds).digest('hex');
  const access = grantAccess({ caller: `person${at}`, principals: [], aclIds, version: '1', hash });
  return { access, readable: new Set(aclIds) };
}

async function startCaching(embedQuery: EmbedQuery) {
  const { index, catalog } = store;
  const options = { hasVectors: values.vectors, now: () => clock };
  const cache = cachedRanker(createRanker({ index, embedQuery }), { index, ...options });
  const onFailed = (error: Error) => {
    throw error;
  };
  const notes = await openQuestionNotes(catalog);
  const familiar = await familiarQuestions({ ...options, cache, notes, onFailed, restMs: 1 });
  return { familiar, rank: cache.rank, counts: cache.counts };
}

/** Shares of the first minute's and the first ten minutes' questions that used a ranking again. */
async function firstMinutes(
  next: readonly (Asker & { readonly query: RankedQuery })[],
  isAhead: boolean,
  { familiar, rank, counts }: Awaited<ReturnType<typeof startCaching>>,
): Promise<Figure[]> {
  const shares: number[] = [];
  for (const [at, { query, access }] of next.entries()) {
    await (isAhead ? familiar.rank : rank)(query, access, signal);
    await familiar.settled();
    shares.push((100 * counts().hits) / (at + 1));
  }
  const id = `cache.restart.${isAhead ? 'ahead' : 'cold'}`;
  return [
    figure(`${id}.firstMinute`, shares[Math.round(next.length / 10) - 1] ?? 0, '%', 'higher'),
    figure(`${id}.tenMinutes`, shares.at(-1) ?? 0, '%', 'higher'),
    figure(`${id}.ranked`, counts().ahead, 'rankings', 'lower'),
  ];
}

/** 0 to `count` - 1, with probability proportional to 1 / (rank + 1) ** exponent. */
function zipf(count: number, power: number): number {
  const sums = (known[`${count} ${power}`] ??= sumsOf(count, power));
  const wanted = random() * (sums.at(-1) ?? 1);
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

function sumsOf(count: number, power: number): number[] {
  let sum = 0;
  return Array.from({ length: count }, (_, at) => (sum += 1 / (at + 1) ** power));
}
