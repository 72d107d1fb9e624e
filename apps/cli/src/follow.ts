import { scheduledSource } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import { AppError } from '@fumikura/errors';
import type { SourceId } from '@fumikura/model';
import type { Connector, RunRecord } from '@fumikura/ports';
import { createScheduler } from '@fumikura/worker';
import type { Scheduler, Work } from '@fumikura/worker';
import { reportRun } from './commands/sync.ts';
import type { Context } from './context.ts';
import { count } from './output.ts';
import { showProgress } from './progress.ts';
import type { ProgressView } from './progress.ts';

/** What is told of a run that read no content: what changed, and nothing when nothing did. */
const TOLD: Readonly<Record<Exclude<Work, 'content'>, (run: RunRecord) => string | undefined>> = {
  refresh: ({ counters: { written = 0, aclChanged = 0, removed = 0 } }) =>
    `${count(written + aclChanged + removed, 'item')} read again`,
  census: ({ counters: { removed = 0 } }) =>
    removed === 0 ? undefined : `${count(removed, 'item')} gone, and removed`,
  access: ({ counters: { lists = 0, aclChanged = 0, failed = 0 } }) =>
    `permissions read again: ${count(lists, 'list')}, ${count(aclChanged, 'item')} changed, ${failed} failed`,
  directory: () => undefined,
};

/** Keeps sources fresh by their schedules and their webhooks. */
export function createFollower(
  context: Context,
  installation: Installation,
  connectors: readonly Connector[],
): Scheduler {
  const { output, logger } = context;
  const { config, store, ingest } = installation;
  const views = new Map<SourceId, { readonly view: ProgressView; readonly since: number }>();
  const viewOf = (source: SourceId) => {
    const known = views.get(source);
    if (known) return known;
    // Several sources may be read at once: lines, not bars.
    const made = {
      view: showProgress({ ...output, isInteractive: false }, source),
      since: performance.now(),
    };
    views.set(source, made);
    return made;
  };
  return createScheduler({
    ingest,
    catalog: store.catalog,
    sources: connectors.map((connector) => scheduledSource(config, connector)),
    logger,
    events: {
      onProgress: (source, _work, progress) => viewOf(source).view.update(progress),
      onEnd: async (source, work, outcome) => {
        const { view, since } = viewOf(source);
        views.delete(source);
        view.stop();
        if (outcome instanceof AppError) return tell(context, source, work, outcome);
        if (work === 'content')
          return reportRun(context, installation, outcome, performance.now() - since, false);
        const told = TOLD[work](outcome);
        if (told !== undefined) output.note(`${source}: ${told}`);
      },
    },
  });
}

/** As a command that does nothing else. */
export async function follow(
  context: Context,
  installation: Installation,
  connectors: readonly Connector[],
): Promise<void> {
  context.output.note('Following changes. Ctrl-C ends.');
  await createFollower(context, installation, connectors).run(context.signal);
}

function tell({ output, logger, signal }: Context, source: SourceId, work: Work, error: AppError): void {
  if (signal.aborted || error.code === 'SYNC_RUNNING') return;
  logger.warn('sync.failed', { sourceId: source, pass: work, code: error.code });
  output.note(`${source}: ${error.publicMessage}`);
}
