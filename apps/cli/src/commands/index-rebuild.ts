import { openInstallation, prepareOtherModel, switchIndex } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import { AppError } from '@fumikura/errors';
import type { Context } from '../context.ts';
import { embedBacklog } from '../embedding.ts';
import { rebuildOptions } from '../progress.ts';

/** Makes the index anew from the stored texts, while the one that is there goes on answering. */
export async function indexRebuildCommand(
  context: Context,
  { embedder }: { embedder?: boolean },
): Promise<void> {
  await withInstallation(context, async (installation) => {
    if (embedder) await rebuildForOther(context, installation);
    else await rebuildAlike(context, installation);
  });
}

/** Leads everybody to the index beside, or back. */
export async function indexSwitchCommand(context: Context, way: 'switch' | 'rollback'): Promise<void> {
  const { output } = context;
  await withInstallation(context, async (installation) => {
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
  context: Context,
  work: (installation: Installation) => Promise<void>,
): Promise<void> {
  const { logger, variables } = context;
  const installation = await openInstallation(await context.config(), { logger, mode: 'service', variables });
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
