import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { grantAccess } from '@fumikura/ports/grant';
import type { SqliteStore } from '@fumikura/store-sqlite';
import { analyseQuery } from '@fumikura/text';
import { loadedStore, toBeChanged } from './bench-store.ts';
import type { LoadedStore, StoreOptions } from './bench-store.ts';
import { FINGERPRINT } from './corpus.ts';
import type { BenchCorpus } from './corpus.ts';
import type { FtsBaseline } from './fts-baseline.ts';
import { percentiles, sizeName, times } from './measure.ts';
import { secondProcessBench } from './second-process-bench.ts';

const SELECTIVITIES = [
  [0.001, 'sel0_1pct'],
  [0.01, 'sel1pct'],
  [0.1, 'sel10pct'],
  [1, 'sel100pct'],
] as const;
/** p95 of hybrid search on one thread, ms. */
const HYBRID_TARGETS: Readonly<Record<string, number>> = { '100k': 6, '500k': 24, '1m': 48 };
const BULK_TARGET = 5_000;
/** A smaller load ends before the engine has compiled what it runs. Chunks. */
const SETTLED = 100_000;
const DEADLINE_MS = 60_000;

export interface SearchBenchOptions extends StoreOptions {
  readonly queries: number;
  /** Loads and measures loading alone. */
  readonly buildOnly: boolean;
}

/** Loads `chunks` into a store and measures loading, searching, changing; nothing when there was no time to load all. */
export async function searchBench({ queries, buildOnly, ...options }: SearchBenchOptions): Promise<Figure[]> {
  const { chunks, corpus, note } = options;
  const size = sizeName(chunks);
  note(`${size}: loading`);
  const loaded = await loadedStore(options);
  if (!loaded) note(`${size}: not loaded to the end; run it again with the same --keep`);
  if (!loaded) return [];
  const { fts, file, loadMs } = loaded;
  note(`${size}: ${Math.round((chunks / loadMs) * 1_000)} chunks/s`);
  const figures = [
    figure(
      `index.bulk.${size}.chunksPerSecond`,
      (chunks / loadMs) * 1_000,
      'chunks/s',
      'higher',
      chunks < SETTLED ? undefined : BULK_TARGET,
    ),
    figure(`index.${size}.bytesPerChunk`, statSync(file).size / chunks, 'B', 'lower'),
  ];
  if (buildOnly) await loaded.store.close();
  else
    figures.push(
      ...(await searched(loaded, corpus, size, queries)),
      ...(await changed(loaded, corpus, size)),
    );
  fts.close();
  return figures;
}

async function searched(
  { store, fts, file }: LoadedStore,
  corpus: BenchCorpus,
  size: string,
  queries: number,
): Promise<Figure[]> {
  return [
    ...(await searches(store, corpus, size, queries)),
    ...(await baseline(store, fts, corpus, size, Math.min(queries, 20))),
    figure(
      `index.${size}.anonymousRss`,
      searchingRss(file) / 1e6,
      'MB',
      'lower',
      size === '1m' ? 220 : undefined,
    ),
  ];
}

async function changed(loaded: LoadedStore, corpus: BenchCorpus, size: string): Promise<Figure[]> {
  const store = await toBeChanged(loaded);
  const figures = [
    ...(await changes(store, corpus, size)),
    ...(await secondProcessBench(store, corpus, loaded.changeable, size)),
  ];
  await store.close();
  return figures;
}

async function searches(
  store: SqliteStore,
  corpus: BenchCorpus,
  size: string,
  count: number,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [share, name] of SELECTIVITIES) {
    const access = grantAccess({
      caller: 'bench',
      principals: [],
      aclIds: corpus.grant(share),
      version: '1',
      hash: name,
    });
    for (const kind of ['hybrid', 'lexical'] as const) {
      const asked = Array.from({ length: count + 5 }, () => corpus.query());
      const cpu: number[] = [];
      const found = await times(count, 5, async (index) => {
        const before = process.cpuUsage();
        const { text, vector } = asked[index] ?? corpus.query();
        const dense = kind === 'hybrid' ? { dense: { vector, fingerprint: FINGERPRINT } } : {};
        const request = { lexical: { query: analyseQuery(text) }, ...dense, candidates: 200 };
        await store.index.search(request, access, AbortSignal.timeout(DEADLINE_MS));
        const { user, system } = process.cpuUsage(before);
        cpu.push((user + system) / 1_000);
      });
      const { p50, p95, p99 } = percentiles(found);
      const target = kind === 'hybrid' ? HYBRID_TARGETS[size] : undefined;
      figures.push(
        figure(`search.${kind}.p50.${size}.${name}`, p50, 'ms', 'lower'),
        figure(`search.${kind}.p95.${size}.${name}`, p95, 'ms', 'lower', target),
        figure(`search.${kind}.p99.${size}.${name}`, p99, 'ms', 'lower'),
        // Of a machine that others work on as well, this is what the search itself took.
        figure(`search.${kind}.cpu95.${size}.${name}`, percentiles(cpu.slice(5)).p95, 'ms', 'lower'),
      );
    }
  }
  return figures;
}

/** The same words asked of SQLite's own full-text search, in the same run: machines differ, the ratio stays. */
async function baseline(
  store: SqliteStore,
  fts: FtsBaseline,
  corpus: BenchCorpus,
  size: string,
  count: number,
): Promise<Figure[]> {
  const access = grantAccess({
    caller: 'bench',
    principals: [],
    aclIds: corpus.grant(1),
    version: '1',
    hash: 'baseline',
  });
  const asked = Array.from({ length: count + 2 }, () => corpus.query().text);
  const theirs = percentiles(await times(count, 2, async (index) => fts.search(asked[index] ?? '')));
  const ours = percentiles(
    await times(count, 2, (index) =>
      store.index.search(
        { lexical: { query: analyseQuery(asked[index] ?? '') }, candidates: 200 },
        access,
        AbortSignal.timeout(DEADLINE_MS),
      ),
    ),
  );
  return [
    figure(`baseline.fts5.p50.${size}`, theirs.p50, 'ms', 'lower'),
    figure(
      `search.lexical.timesFasterThanFts5.${size}`,
      theirs.p50 / ours.p50,
      'x',
      'higher',
      size === '500k' ? 30 : undefined,
    ),
  ];
}

async function changes(store: SqliteStore, corpus: BenchCorpus, size: string): Promise<Figure[]> {
  const access = grantAccess({
    caller: 'bench',
    principals: [],
    aclIds: corpus.grant(1),
    version: '1',
    hash: 'changes',
  });
  const visible: number[] = [];
  const written = await times(60, 5, async (index) => {
    const document = { ...corpus.document(5), title: `marker${size}x${index}` };
    await store.index.write({ upserts: [document] });
  });
  for (let index = 0; index < 30; index++) {
    const title = `visible${size}y${index}`;
    const document = { ...corpus.document(5), title };
    const started = performance.now();
    await store.index.write({ upserts: [document] });
    const { candidates } = await store.index.search(
      { lexical: { query: analyseQuery(title) }, candidates: 1 },
      access,
      AbortSignal.timeout(DEADLINE_MS),
    );
    visible.push(performance.now() - started);
    if (candidates[0]?.documentId !== document.documentId)
      throw new Error(`${title} was written and is not found`);
  }
  return [
    figure(`index.upsert.p50.${size}`, percentiles(written).p50, 'ms', 'lower'),
    figure(`index.upsert.p95.${size}`, percentiles(written).p95, 'ms', 'lower'),
    figure(`index.upsertToFound.p95.${size}`, percentiles(visible).p95, 'ms', 'lower', 50),
  ];
}

/** Private memory of a process of its own that opens the store and searches; loading needs more and ends. */
function searchingRss(file: string): number {
  const child = fileURLToPath(new URL('./rss-child.ts', import.meta.url));
  return Number(execFileSync(process.execPath, ['--expose-gc', child, file], { encoding: 'utf8' }));
}
