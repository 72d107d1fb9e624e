import { judgeLiving, judgeOtherIndex, openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import { loadConfig } from '@fumikura/config';
import { openCollection, report } from '@fumikura/evaluation';
import type { Collection, Evaluated } from '@fumikura/evaluation';
import type { Context } from '../context.ts';
import { printDifferences } from './differences.ts';
import { workOf } from './index-rebuild.ts';

/** The judged questions of the installation, asked of the index that is asked and of another one. */
export async function indexCompareCommand(
  context: Context,
  folder: string,
  options: { to?: string },
): Promise<void> {
  const { output } = context;
  const collection = await openCollection(folder);
  const { living, beside } = await withInstallation(context, undefined, async (installation) =>
    options.to === undefined
      ? judgeOtherIndex(installation, collection, workOf(context))
      : judgeBoth(context, installation, options.to, collection),
  );
  const [now, then] = [reportOf(collection, living), reportOf(collection, beside)];
  output.json({ living: now, beside: then });
  printDifferences(context, { ...now, commit: 'asked now' }, { ...then, commit: 'the other' });
}

async function judgeBoth(
  context: Context,
  installation: Installation,
  to: string,
  collection: Collection,
): Promise<{ living: Evaluated; beside: Evaluated }> {
  const living = await judgeLiving(installation, collection, context.signal);
  const beside = await withInstallation(context, to, (other) =>
    judgeLiving(other, collection, context.signal),
  );
  return { living, beside };
}

function reportOf({ name }: Collection, { figures, queries }: Evaluated) {
  return { ...report(figures), queries: { [name]: queries } };
}

async function withInstallation<T>(
  context: Context,
  file: string | undefined,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const { logger, variables } = context;
  const config = file === undefined ? await context.config() : await loadConfig(file);
  const installation = await openInstallation(config, { logger, mode: 'service', variables });
  try {
    return await work(installation);
  } finally {
    await installation.close();
  }
}
