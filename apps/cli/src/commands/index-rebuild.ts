import { openInstallation } from '@fumikura/composition';
import { AppError } from '@fumikura/errors';
import type { Context } from '../context.ts';
import { rebuildOptions } from '../progress.ts';

/** Makes the index anew from the stored texts, while the one that is there goes on answering. */
export async function indexRebuildCommand(context: Context): Promise<void> {
  const { output, logger, signal, variables } = context;
  const config = await context.config();
  const installation = await openInstallation(config, { logger, mode: 'service', variables });
  try {
    const { store } = installation;
    if (!store.paired) {
      await store.rebuild(rebuildOptions(context));
      output.json({ switched: true });
      output.line('The index was made anew and is asked from now on.');
      return;
    }
    const { missing } = await store.paired.beside.rebuild(signal);
    output.json({ written: missing, switched: false });
    output.line(`Written beside: ${missing} documents. Next: fumi index switch`);
  } finally {
    await installation.close();
  }
}

/** Leads everybody to the index beside, or back. */
export async function indexSwitchCommand(context: Context, way: 'switch' | 'rollback'): Promise<void> {
  const { output, logger, signal, variables } = context;
  const config = await context.config();
  const installation = await openInstallation(config, { logger, mode: 'service', variables });
  try {
    const { paired } = installation.store;
    if (!paired) throw ofOneFile();
    const { missing, orphans } = await paired.beside[way](signal);
    output.json({ way, takenAlong: missing, removed: orphans });
    output.line(
      `Switched${way === 'rollback' ? ' back' : ''}; ${missing} documents were taken along, ${orphans} versions removed.`,
    );
    if (way === 'switch') output.line('The one before is kept until the next switch: fumi index rollback');
  } finally {
    await installation.close();
  }
}

function ofOneFile(): AppError {
  const message =
    'The index of one file is switched by "fumi index rebuild" itself, and the one before is not kept.';
  return new AppError('INVALID_ARGUMENT', 'invalid-input', message, { publicMessage: message });
}
