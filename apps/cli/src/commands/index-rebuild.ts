import {
  chunkingOf,
  embedderEntry,
  isSameChunking,
  openInstallation,
  prepareOtherModel,
  recutDocuments,
  sizeOf,
  switchIndex,
} from '@fumikura/composition';
import type { ChunkerOptions, Installation } from '@fumikura/composition';
import { loadConfig, setChunking, setEmbedder } from '@fumikura/config';
import type { Config } from '@fumikura/config';
import { AppError, invalidInput } from '@fumikura/errors';
import type { Context } from '../context.ts';
import { embedBacklog } from '../embedding.ts';
import type { IndexRebuildOptions } from '../options.ts';
import { safe } from '../output.ts';
import { documentsDone, rebuildOptions } from '../progress.ts';
import { migrateCommand } from './migrate.ts';

/** Makes the index anew from the stored texts, while the one that is there goes on answering. */
export async function indexRebuildCommand(
  context: Context,
  { embedder, engine, chunks }: IndexRebuildOptions,
): Promise<void> {
  if (engine !== undefined) return rebuildElsewhere(context, engine);
  if (chunks !== undefined) return rebuildWithChunks(context, chunks);
  const config = typeof embedder === 'string' ? await withNext(context, embedder) : await context.config();
  await withInstallation(context, config, async (installation) => {
    if (embedder !== undefined) await rebuildForOther(context, installation);
    else await rebuildAlike(context, installation);
  });
}

/** Processes that serve learn of it by the file, and have the model by the time that its index is asked. */
async function withNext(context: Context, spec: string): Promise<Config> {
  const { variables, signal, output } = context;
  const config = await context.config();
  if (spec === 'none')
    throw invalidInput('INVALID_ARGUMENT', 'Words alone need no other index: fumi embed remove.');
  await setEmbedder(config.file, await embedderEntry(spec, config, variables, signal), 'nextEmbedder');
  output.line(`${config.file} names ${safe(spec)} as "nextEmbedder" now.`);
  const { nextEmbedder } = await loadConfig(config.file);
  return { ...config, ...(nextEmbedder && { nextEmbedder }) };
}

/** Documents and index in the stores of another configuration, filled from here and compared. */
async function rebuildElsewhere(context: Context, to: string): Promise<void> {
  await migrateCommand(context, { to });
  context.output.line(`To judge it: fumi index compare <folder of judged questions> --to ${to}`);
}

/** Every document in its turn; the configuration says it when all are done. */
async function rebuildWithChunks(context: Context, chunks: ChunkerOptions): Promise<void> {
  const { output, logger, variables } = context;
  const config = await context.config();
  const opened = { logger, mode: 'service', variables, isRecutting: true } as const;
  const installation = await openInstallation(config, opened);
  try {
    const { written, unchanged } = await recutDocuments(installation, chunks, {
      ...workOf(context),
      onProgress: documentsDone(output),
    });
    await setChunking(config.file, isSameChunking(chunks, chunkingOf({})) ? undefined : chunks);
    output.json({ written, unchanged, chunking: chunks });
    output.line(
      `Cut anew at ${sizeOf(chunks)} units: ${written} documents; as they were: ${unchanged}. ${config.file} says so now.`,
    );
    const stage = await installation.embedder?.stage();
    if (stage) await embedBacklog(context, stage);
  } finally {
    await installation.close();
  }
}

/** Leads everybody to the index beside, or back. */
export async function indexSwitchCommand(context: Context, way: 'switch' | 'rollback'): Promise<void> {
  const { output } = context;
  await withInstallation(context, await context.config(), async (installation) => {
    if (!installation.store.paired && installation.config.nextEmbedder === undefined) throw ofOneFile();
    const { takenAlong, removed } = await switchIndex(installation, way, workOf(context));
    output.json({ way, takenAlong, removed });
    const what = installation.store.paired ? 'documents were taken along' : 'chunks got their vectors';
    output.line(
      `Switched${way === 'rollback' ? ' back' : ''}; ${takenAlong} ${what}, ${removed} versions removed.`,
    );
    if (way === 'switch') output.line('The one before is kept until the next switch: fumi index rollback');
  });
}

async function rebuildForOther(context: Context, installation: Installation): Promise<void> {
  const { output } = context;
  const { written } = await prepareOtherModel(installation, workOf(context));
  output.json({ written, switched: false });
  output.line(
    installation.store.paired ? `Written beside: ${written} documents.` : 'The vectors are made ahead.',
  );
  output.line('Next: fumi index compare <folder of judged questions>, then fumi index switch');
}

async function rebuildAlike(context: Context, { store }: Installation): Promise<void> {
  const { output, signal } = context;
  if (!store.paired) {
    await store.rebuild(rebuildOptions(context));
    output.json({ switched: true });
    output.line('The index was made anew and is asked from now on.');
    return;
  }
  const { missing } = await store.paired.beside.rebuild(signal);
  output.json({ written: missing, switched: false });
  output.line(`Written beside: ${missing} documents. Next: fumi index switch`);
}

export function workOf(context: Context) {
  return {
    signal: context.signal,
    run: (stage: Parameters<typeof embedBacklog>[1]) => embedBacklog(context, stage),
  };
}

async function withInstallation(
  { logger, variables }: Context,
  config: Config,
  work: (installation: Installation) => Promise<void>,
): Promise<void> {
  const installation = await openInstallation(config, { logger, mode: 'service', variables });
  try {
    await work(installation);
  } finally {
    await installation.close();
  }
}

function ofOneFile(): AppError {
  const message =
    'The index of one file is switched by "fumi index rebuild" itself, and the one before is not kept.';
  return new AppError('INVALID_ARGUMENT', 'invalid-input', message, { publicMessage: message });
}
