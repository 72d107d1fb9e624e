import { rm } from 'node:fs/promises';
import { fingerprintOf } from '@fumikura/embedding';
import type { EmbeddingStage, StageResult } from '@fumikura/embedding';
import { AppError } from '@fumikura/errors';
import { DEPTH, evaluate } from '@fumikura/evaluation';
import type { Collection, Evaluated } from '@fumikura/evaluation';
import { ownFolder } from '@fumikura/http';
import type { Embedder, EmbeddingStore, SearchIndex } from '@fumikura/ports';
import type { OtherModel } from '@fumikura/store-paired';
import type { ChunkerOptions } from './chunking.ts';
import { isOfModel, isSameModel } from './embedding.ts';
import type { EmbedderName } from './configured-models.ts';
import type { InstalledEmbedder } from './embedding.ts';
import { createAsking } from './evaluation.ts';
import type { Installation } from './installation.ts';
import { knownBacklog } from './known-backlog.ts';
import { migrateStore } from './migration.ts';
import { openStore } from './store.ts';

export interface OtherIndexOptions {
  readonly signal: AbortSignal;
  /** Runs a stage, and tells of it. */
  readonly run: (stage: EmbeddingStage) => Promise<StageResult>;
}

export interface Prepared {
  /** Documents that were written beside; 0 over one file, where vectors are made ahead and nothing is written. */
  readonly written: number;
}

/**
 * Makes an index for the model of `nextEmbedder` beside the one that is asked, or the vectors for it where one file holds
 * both; goes on where an attempt broke off.
 * @throws AppError CONFIG_INVALID (config) when none is configured, and when the backlog could not be finished
 */
export async function prepareOtherModel(
  installation: Installation,
  { signal, run }: OtherIndexOptions,
): Promise<Prepared> {
  const { store } = installation;
  const { installed, embedder } = await requireNamed(installation, 'nextEmbedder');
  if (!store.paired) {
    const chunking = await installation.chunking.forVectors();
    const backlog = knownBacklog(store, embedder, chunking);
    requireDone(await run(installed.stageFor(embedder, backlog, chunking)));
    return { written: 0 };
  }
  const other = otherModel(installed, embedder, await installation.chunking.forVectors(), run);
  const { missing } = await store.paired.beside.rebuild(signal, other);
  return { written: missing };
}

/** @returns documents that were taken along, and versions that were removed */
export async function switchIndex(
  installation: Installation,
  way: 'switch' | 'rollback',
  { signal, run }: OtherIndexOptions,
): Promise<{ readonly takenAlong: number; readonly removed: number }> {
  const { paired } = installation.store;
  if (!paired) {
    const { done } = await bindOther(installation, way === 'switch' ? 'nextEmbedder' : 'embedder', run);
    return { takenAlong: done, removed: 0 };
  }
  const other = way === 'switch' ? await modelBeside(installation, run) : undefined;
  const { missing, orphans } = await (way === 'switch'
    ? paired.beside.switch(signal, other)
    : paired.beside.rollback(signal));
  return { takenAlong: missing, removed: orphans };
}

/** The installation's own judged questions, asked of the index that is asked and of the one beside. */
export async function judgeOtherIndex(
  installation: Installation,
  collection: Collection,
  options: OtherIndexOptions,
): Promise<{ readonly living: Evaluated; readonly beside: Evaluated }> {
  const living = await judgeLiving(installation, collection, options.signal);
  const { paired } = installation.store;
  if (!paired)
    return withCopy(installation, options, async (index, embedder) => ({
      living,
      beside: await judge(installation, { index, embedder }, collection, options.signal),
    }));
  const index = await paired.indexAt('next');
  if (!index) throw nothingBeside();
  const { fingerprint } = await index.stats();
  const embedder = fingerprint && (await embedderFor(installation, fingerprint));
  const beside = await judge(
    installation,
    { index, ...(embedder && { embedder }) },
    collection,
    options.signal,
  );
  return { living, beside };
}

/** The index that is asked now, with the embedder that it is bound to. */
export async function judgeLiving(
  installation: Installation,
  collection: Collection,
  signal: AbortSignal,
): Promise<Evaluated> {
  const embedder = await installation.embedder?.open();
  return judge(
    installation,
    { index: installation.store.index, ...(embedder && { embedder }) },
    collection,
    signal,
  );
}

/** As the person at this machine, who sees what they may see. */
async function judge(
  { access, config, chunking, localPerson }: Installation,
  { index, embedder }: { readonly index: SearchIndex; readonly embedder?: Embedder },
  collection: Collection,
  signal: AbortSignal,
): Promise<Evaluated> {
  const filter = await access.filterFor(localPerson());
  const weight = config.embedder?.weight;
  const ask = createAsking({
    index,
    filter,
    signal,
    chunking: await chunking.forVectors(),
    ...(embedder && { embedder }),
    ...(weight !== undefined && { weight }),
  });
  return evaluate(
    collection,
    async (text) => (await ask(text)).slice(0, DEPTH).map(({ candidate }) => candidate.documentId),
    embedder ? 'embedder' : 'none',
  );
}

/** One file has no second index: its documents are copied into one that is thrown away, with the vectors made ahead. */
async function withCopy<T>(
  installation: Installation,
  { signal, run }: OtherIndexOptions,
  work: (index: SearchIndex, embedder: Embedder) => Promise<T>,
): Promise<T> {
  const { installed, embedder } = await requireNamed(installation, 'nextEmbedder');
  const { stores: _, ...config } = installation.config;
  const folder = await ownFolder('beside');
  const copy = await openStore({ ...config, dataFolder: folder }, { inline: false });
  try {
    await migrateStore(installation.store, copy, { signal });
    const { known, keep, spent } = installation.store.embeddings;
    const backlog: EmbeddingStore = { ...copy.embeddings, known, keep, spent };
    const chunking = await installation.chunking.forVectors();
    await backlog.bind(fingerprintOf(embedder, chunking));
    requireDone(await run(installed.stageFor(embedder, backlog, chunking)));
    return await work(copy.index, embedder);
  } finally {
    await copy.close();
    await rm(folder, { recursive: true });
  }
}

async function bindOther(
  installation: Installation,
  name: EmbedderName,
  run: OtherIndexOptions['run'],
): Promise<StageResult> {
  const { installed, embedder } = await requireNamed(installation, name);
  const { embeddings } = installation.store;
  const { fingerprint } = await embeddings.status();
  const chunking = await installation.chunking.forVectors();
  const other = fingerprintOf(embedder, chunking);
  if (fingerprint && isSameModel(fingerprint, other)) throw isAskedAlready(name);
  await embeddings.bind(other);
  installed.reconsider();
  return run(installed.stageFor(embedder, embeddings, chunking));
}

/** Undefined where the index beside is for the model that is asked, and takes its vectors over. */
async function modelBeside(
  installation: Installation,
  run: OtherIndexOptions['run'],
): Promise<OtherModel | undefined> {
  const next = await installation.store.paired?.indexAt('next');
  const { fingerprint } = (await next?.stats()) ?? {};
  const asked = await installation.store.embeddings.status();
  if (!fingerprint || (asked.fingerprint && isSameModel(fingerprint, asked.fingerprint))) return undefined;
  const { installed, embedder } = await requireNamed(installation, 'nextEmbedder');
  const chunking = await installation.chunking.forVectors();
  if (isSameModel(fingerprint, fingerprintOf(embedder, chunking)))
    return otherModel(installed, embedder, chunking, run);
  throw new AppError('FINGERPRINT_MISMATCH', 'config', 'the index beside is for another model', {
    publicMessage:
      'The index beside was made for another model than "nextEmbedder" names now. Make it anew: fumi index rebuild --embedder.',
  });
}

function otherModel(
  installed: InstalledEmbedder,
  embedder: Embedder,
  chunking: ChunkerOptions,
  run: OtherIndexOptions['run'],
): OtherModel {
  return {
    fingerprint: fingerprintOf(embedder, chunking),
    embed: async (backlog) => requireDone(await run(installed.stageFor(embedder, backlog, chunking))),
  };
}

async function embedderFor(
  { embedder }: Installation,
  fingerprint: ReturnType<typeof fingerprintOf>,
): Promise<Embedder | undefined> {
  for (const name of ['embedder', 'nextEmbedder'] as const) {
    const opened = await embedder?.named(name);
    if (opened && isOfModel(opened, fingerprint)) return opened;
  }
  return undefined;
}

async function requireNamed({ embedder: installed, config }: Installation, name: EmbedderName) {
  const embedder = await installed?.named(name);
  if (installed && embedder) return { installed, embedder };
  throw new AppError('CONFIG_INVALID', 'config', `no ${name}`, {
    publicMessage: `${config.file} names no "${name}". Add one, with the keys of "embedder", and restart what serves.`,
  });
}

/** Half an index is worse than none: whatever stood in the way is told, and the command is run again. */
export function requireDone({ outcome }: StageResult): void {
  if (outcome.kind === 'done') return;
  if (outcome.kind === 'failed') throw outcome.error;
  throw new AppError('CANCELLED', 'transient', `the vectors were not finished: ${outcome.kind}`, {
    publicMessage: 'Not all vectors could be made. Run the command again: it goes on from here.',
  });
}

function nothingBeside(): AppError {
  return new AppError('INVALID_ARGUMENT', 'invalid-input', 'no index beside', {
    publicMessage: 'There is no index beside the one that is asked. Make one first: fumi index rebuild.',
  });
}

function isAskedAlready(name: EmbedderName): AppError {
  return new AppError('INVALID_ARGUMENT', 'invalid-input', `${name} is bound already`, {
    publicMessage: `The model of "${name}" is the one that is asked already.`,
  });
}
