import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SqliteStore } from '@fumikura/store-sqlite';
import { FINGERPRINT } from './corpus.ts';
import type { BenchCorpus } from './corpus.ts';
import { FtsBaseline } from './fts-baseline.ts';
import { sizeName } from './measure.ts';

/** Chunks of one write while loading. */
const BATCH = 20_000;

export interface StoreOptions {
  readonly chunks: number;
  readonly corpus: BenchCorpus;
  /** For what is changed while it is measured. */
  readonly folder: string;
  /** Where what is loaded stays for the next run; a load that was ended there goes on. */
  readonly keep?: string;
  /** Loading ends then, finished or not, ms of `performance.now()`. */
  readonly until?: number;
  readonly note: (text: string) => void;
}

export interface LoadedStore {
  readonly store: SqliteStore;
  readonly fts: FtsBaseline;
  readonly file: string;
  /** To be changed: another file when this one is kept. */
  readonly changeable: string;
  /** What writing took, of all runs together. */
  readonly loadMs: number;
}

interface Progress {
  readonly loaded: number;
  readonly spentMs: number;
  readonly position: readonly number[];
}

/** A store of so many chunks, and the same texts for FTS5. Undefined when there was no time to load all. */
export async function loadedStore(options: StoreOptions): Promise<LoadedStore | undefined> {
  const { chunks, folder, keep } = options;
  const built = keep ?? folder;
  mkdirSync(built, { recursive: true });
  const name = (suffix: string) => `bench-${sizeName(chunks)}${suffix}`;
  const file = join(built, name('.db'));
  const fts = new FtsBaseline(join(built, name('.fts.db')));
  const progress = await load(options, file, fts, join(built, name('.json')));
  if (progress.loaded < chunks) {
    fts.close();
    return undefined;
  }
  options.corpus.goTo(progress.position);
  const store = await createSqliteStore({ file, inline: true });
  return { store, fts, file, changeable: join(folder, name('.db')), loadMs: progress.spentMs };
}

/** Closes what was searched. @returns the store to be changed; what is kept stays as it was loaded */
export async function toBeChanged({ store, file, changeable }: LoadedStore): Promise<SqliteStore> {
  await store.close();
  // Not before: writing the copy to the disk would be measured with the searches.
  if (changeable !== file) copyFileSync(file, changeable);
  return createSqliteStore({ file: changeable, inline: true });
}

async function load(
  { chunks, corpus, until = Infinity, note }: StoreOptions,
  file: string,
  fts: FtsBaseline,
  progressFile: string,
): Promise<Progress> {
  let progress = readProgress(progressFile, corpus);
  if (progress.loaded >= chunks) return progress;
  const store = await createSqliteStore({ file, inline: true });
  try {
    await store.index.useFingerprint(FINGERPRINT);
    if ((await store.index.stats()).chunks !== progress.loaded)
      throw new Error(`${file} was left in the middle of a write: remove it`);
    corpus.goTo(progress.position);
    while (progress.loaded < chunks && performance.now() < until) {
      progress = await loadBatch(store, fts, corpus, progress, chunks);
      writeFileSync(progressFile, JSON.stringify(progress));
      note(`${progress.loaded} chunks loaded`);
    }
    return progress;
  } finally {
    await store.close();
  }
}

async function loadBatch(
  store: SqliteStore,
  fts: FtsBaseline,
  corpus: BenchCorpus,
  { loaded, spentMs }: Progress,
  chunks: number,
): Promise<Progress> {
  const upserts = corpus.batch(Math.min(BATCH, chunks - loaded));
  const started = performance.now();
  await store.index.write({ upserts });
  const tookMs = performance.now() - started;
  fts.add(upserts);
  const added = upserts.reduce((sum, document) => sum + document.chunks.length, 0);
  return { loaded: loaded + added, spentMs: spentMs + tookMs, position: corpus.position() };
}

function readProgress(file: string, corpus: BenchCorpus): Progress {
  if (!existsSync(file)) return { loaded: 0, spentMs: 0, position: corpus.position() };
  return JSON.parse(readFileSync(file, 'utf8')) as Progress;
}
