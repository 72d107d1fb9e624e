import { setFlagsFromString } from 'node:v8';
import { chunkingOf, compareStores, migrateStore, openStore } from '@fumikura/composition';
import type { ChunkerOptions, InstalledStore } from '@fumikura/composition';
import { loadConfig } from '@fumikura/config';
import type { Config } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { duration } from '../output.ts';
import { documentsDone } from '../progress.ts';

/**
 * `fumi` starts with flags that keep a sync small; a migration would spend a third of its time tidying up. The first holds
 * from now on, the second for the heaps of threads that start later.
 */
const ROOM = ['--heap-growing-percent=35', '--max-semi-space-size=4'];

/** Moves this installation's documents, readers and checkpoints into the stores that another configuration names. */
export async function migrateCommand(
  context: Context,
  options: { to: string; check?: boolean },
): Promise<void> {
  const { output, signal, variables } = context;
  for (const flag of ROOM) setFlagsFromString(flag);
  const [config, target] = [await context.config(), await loadConfig(options.to)];
  if (placeOf(config) === placeOf(target)) throw samePlace(target);
  // Nobody else is served here: threads that read would cost memory for each of the two stores and gain nothing.
  const from = await openStore(config, { inline: true, isReadOnce: true, variables });
  try {
    const to = await openStore(target, { inline: true, isFilled: !options.check, variables });
    try {
      const moved = options.check ? undefined : await move(context, from, to, chunkingOf(target));
      const check = await compareStores(from, to, config, signal);
      output.json({ ...check, ...(moved && { moved }) });
      output.line(`Documents: ${check.documents.from} here, ${check.documents.to} there.`);
      output.line(`Checksums: ${check.checksum.from} here, ${check.checksum.to} there.`);
      const { asked, same, overlap } = check.searches;
      output.line(
        `Searches: ${same} of ${asked} answered alike, ${(100 * overlap).toFixed(1)} % of the first ten found in both.`,
      );
      if (check.isRecut)
        output.line('They have chunks of other sizes: answers may differ. fumi index compare judges both.');
      output.line(check.isSound ? `Next: use ${options.to}.` : 'The two differ. Run the command again.');
      if (!check.isSound) process.exitCode = EXIT_CODES.findings;
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function move(
  { output, signal }: Context,
  from: InstalledStore,
  to: InstalledStore,
  chunking: ChunkerOptions,
) {
  const started = performance.now();
  const moved = await migrateStore(from, to, { signal, chunking, onProgress: documentsDone(output) });
  const tookMs = performance.now() - started;
  const { written, unchanged, removed } = moved;
  output.line(
    `Written: ${written} documents; there already: ${unchanged}; removed: ${removed}; in ${duration(tookMs)}.`,
  );
  return { ...moved, tookMs };
}

function placeOf({ stores, dataFolder }: Config): string {
  return stores
    ? JSON.stringify([stores.catalog.url, stores.catalog.schema, stores.index.url, stores.index.name])
    : dataFolder;
}

function samePlace({ file }: Config): AppError {
  return new AppError('INVALID_ARGUMENT', 'invalid-input', 'the same store', {
    publicMessage: `${file} names the stores that are used already.`,
  });
}
