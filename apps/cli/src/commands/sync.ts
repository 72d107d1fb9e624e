import { connectorsFor, openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import { AppError, toAppError } from '@fumikura/errors';
import type { Connector, Pass, RunRecord } from '@fumikura/ports';
import { noteRun } from '@fumikura/worker';
import { askRunning } from '../ask-running.ts';
import type { Asked } from '../ask-running.ts';
import type { Context } from '../context.ts';
import { embedBacklog } from '../embedding.ts';
import { EXIT_CODES, exitCodeOf } from '../exit-codes.ts';
import { count, duration, safe } from '../output.ts';
import { rebuildOptions, showProgress } from '../progress.ts';
import type { SyncOptions } from '../options.ts';
import { follow } from '../follow.ts';
import { unknownSource } from './source.ts';

/** Failed items named after a sync; the rest is in "fumi sources <id>". */
const NAMED_FAILURES = 5;

export async function syncCommand(
  context: Context,
  id: string | undefined,
  options: SyncOptions,
): Promise<void> {
  const config = await context.config();
  const chosen = id === undefined ? config.sources : config.sources.filter((source) => source.id === id);
  if (id !== undefined && chosen.length === 0) throw unknownSource(id, config.sources);
  if (chosen.length === 0) context.output.line('No sources yet. Add one: fumi source add files <folder>');
  const connectors = connectorsFor(chosen, config, context);
  const installation = await openInstallation(config, {
    logger: context.logger,
    mode: 'service',
    variables: context.variables,
    rebuild: rebuildOptions(context),
  });
  try {
    const results = await syncAll(context, installation, connectors, options);
    if (!options.dryRun) await fold(context, installation);
    const vectors =
      options.dryRun || options.embed === false ? undefined : await embed(context, installation);
    context.output.json({ runs: results, ...(vectors && { vectors }) });
    if (options.watch) await follow(context, installation, connectors);
  } finally {
    await installation.close();
    // Whoever follows changes has no other way to end than Ctrl-C.
    if (context.signal.aborted && !options.watch) process.exitCode = EXIT_CODES.interrupted;
  }
}

/** What was written lies in a part of the index that is slower to search, until upkeep merges it. */
async function fold({ logger, signal }: Context, { store }: Installation): Promise<void> {
  logger.debug('index.folding');
  await store.index.maintain(signal);
  logger.debug('index.folded');
}

/** After the words, so that everything is found by them meanwhile. */
async function embed(context: Context, installation: Installation) {
  if (!installation.embedder || context.signal.aborted) return undefined;
  try {
    const { outcome, ...progress } = await embedBacklog(context, await installation.embedder.stage());
    return { outcome: outcome.kind, ...progress };
  } catch (cause) {
    // An embedder that cannot be opened leaves the sync what it is.
    const error = toAppError(cause);
    context.output.note(`vectors: ${error.publicMessage}`);
    process.exitCode = exitCodeOf(error);
    return { outcome: 'failed', error: { code: error.code, message: error.publicMessage } };
  }
}

type Result =
  | RunRecord
  | Asked
  | { readonly source: string; readonly error: { readonly code: string; readonly message: string } };

/** One source's trouble does not keep the others from being read. */
async function syncAll(
  context: Context,
  installation: Installation,
  connectors: readonly Connector[],
  options: SyncOptions,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const connector of connectors) {
    if (context.signal.aborted) break;
    try {
      results.push(await syncOrAsk(context, installation, connector, options));
    } catch (cause) {
      const error = toAppError(cause);
      if (connectors.length === 1) throw error;
      context.output.note(`${connector.id}: ${error.publicMessage}`);
      process.exitCode = exitCodeOf(error);
      results.push({ source: connector.id, error: { code: error.code, message: error.publicMessage } });
    }
  }
  return results;
}

/** Readers and people do not wait for the end of a long reading by another process. */
async function syncOrAsk(
  context: Context,
  installation: Installation,
  connector: Connector,
  options: SyncOptions,
): Promise<RunRecord | Asked> {
  try {
    return await syncOne(context, installation, connector, options);
  } catch (cause) {
    const passes = passesOf(options);
    if (!passes || options.dryRun || toAppError(cause).code !== 'SYNC_RUNNING') throw cause;
    const { output, signal } = context;
    output.note(`${connector.id} is being read by another process: asked of it, between two batches.`);
    const asked = await askRunning(installation.store, connector.id, passes, signal);
    if (!asked) return syncOne(context, installation, connector, options);
    output.line(
      `${connector.id}: ${passes.map((pass) => PASS_NAMES[pass]).join(', ')} read again by that process`,
    );
    return asked;
  }
}

const PASS_NAMES: Readonly<Record<Pass, string>> = {
  content: 'content',
  census: 'ids',
  access: 'readers',
  directory: 'people and groups',
};

export async function syncOne(
  context: Context,
  installation: Installation,
  connector: Connector,
  options: SyncOptions,
): Promise<RunRecord> {
  const { output, signal } = context;
  const view = showProgress(output, connector.id);
  const started = performance.now();
  try {
    const passes = passesOf(options);
    const run = await installation.ingest.sync(connector, {
      signal,
      ...passOn(options),
      ...(passes && { passes }),
      onProgress: view.update,
      onEnded: async (outcome) => {
        if (!options.dryRun && !(outcome instanceof AppError))
          await noteRun(installation.store.catalog, connector, outcome);
      },
    });
    view.stop();
    await reportRun(context, installation, run, performance.now() - started, options.dryRun ?? false);
    if (run.outcome === 'cancelled') process.exitCode = EXIT_CODES.interrupted;
    return run;
  } finally {
    view.stop();
  }
}

/** What of the options is the engine's. */
function passOn({ embed: _, ...options }: SyncOptions) {
  return options;
}

function passesOf({ permissions, directory }: SyncOptions): readonly Pass[] | undefined {
  if (permissions) return ['access', 'directory'];
  return directory ? ['directory'] : undefined;
}

function itemsOf({ counters }: RunRecord, elapsedMs: number, isDry: boolean): string {
  const { read = 0, written = 0, unchanged = 0, removed = 0, failed = 0 } = counters;
  const rate = Math.round(read / (elapsedMs / 1_000));
  const verb = isDry ? 'would be ' : '';
  return `${count(read, 'item')} read, ${written} ${verb}written, ${unchanged} unchanged, ${removed} ${verb}removed, ${failed} failed, in ${duration(elapsedMs)} (${rate}/s)`;
}

/** Of a run that read no content. */
async function rightsOf({ store }: Installation, { source, passes, counters }: RunRecord): Promise<string> {
  const { lists = 0, aclChanged = 0, failed = 0 } = counters;
  const directory = (await store.catalog.directories()).find((each) => each.source === source);
  const parts = [
    passes.includes('access')
      ? `readers read again, ${count(lists, 'list')}, ${aclChanged} changed, ${failed} failed`
      : undefined,
    directory
      ? `${count(directory.accounts, 'account')} and ${count(directory.groups, 'group')} (${directory.unreadableGroups} closed)`
      : 'people and groups: the source has none',
  ];
  return parts.filter(Boolean).join('; ');
}

/** What a run did, in a line, and the first items that failed. */
export async function reportRun(
  { output }: Context,
  installation: Installation,
  run: RunRecord,
  elapsedMs: number,
  isDry: boolean,
): Promise<void> {
  const { failed = 0 } = run.counters;
  const told = run.passes.includes('content')
    ? itemsOf(run, elapsedMs, isDry)
    : `${await rightsOf(installation, run)}, in ${duration(elapsedMs)}`;
  output.line(`${run.source}: ${told}`);
  if (run.outcome === 'cancelled') output.line('Stopped. The next sync goes on from here.');
  if (failed === 0 || isDry) return;
  const letters = await installation.store.catalog.deadLetters(run.source, NAMED_FAILURES);
  for (const { documentId, reason } of letters)
    output.line(`  not indexed: ${safe(documentId)}: ${safe(reason)}`);
  if (failed > letters.length) output.line(`  and more: fumi sources ${run.source}`);
}
