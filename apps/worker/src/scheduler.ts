import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { AppError, toAppError } from '@fumikura/errors';
import type { Ingest, SyncProgress } from '@fumikura/ingest';
import type { Logger } from '@fumikura/logging';
import type { SourceId } from '@fumikura/model';
import type { Catalog, JobRecord, RunRecord } from '@fumikura/ports';
import { JobRunner } from './job-runner.ts';
import { dueNow, jobsOf } from './plan.ts';
import type { DueWork, ScheduledSource, Work } from './plan.ts';
import { watchSource } from './watcher.ts';

export interface SchedulerOptions {
  readonly ingest: Ingest;
  readonly catalog: Catalog;
  readonly sources: readonly ScheduledSource[];
  readonly logger: Logger;
  readonly events?: SchedulerEvents;
  /** Sources read at once; default 2. */
  readonly concurrency?: number;
  /** Milliseconds between two looks at what is due; default 1,000. */
  readonly lookEveryMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface SchedulerEvents {
  onProgress?(source: SourceId, work: Work, progress: SyncProgress): void;
  /** After each piece of work. */
  onEnd?(source: SourceId, work: Work, outcome: RunRecord | AppError): void | Promise<void>;
}

export interface Scheduler {
  /** Does what is due, when it is, until the signal fires; then resolves when what was under way has stopped. */
  run(signal: AbortSignal): Promise<void>;
  /** Something was asked for in this process: looks at once. */
  wake(): void;
}

/** More wishes of a source than this wait for their turn unseen. */
const MAX_REQUESTS = 100;
/** Another process reads the source: it is done soon, or its lease ends. */
const BUSY_RETRY_MS = 10_000;
const LOOK_EVERY_MS = 1_000;

/**
 * One piece of work of a source at a time, of so many sources at once; what was asked for first, then the source that
 * had no turn for the longest time. All it knows of them lies in the catalog, so several processes may do this for the same sources: leases keep them apart.
 */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { catalog, sources, logger, concurrency = 2, lookEveryMs = LOOK_EVERY_MS, now = Date.now } = options;
  const runner = new JobRunner({ ...options, now });
  const running = new Map<SourceId, { readonly work: Work; readonly done: Promise<void> }>();
  const turns = new Map<SourceId, number>();
  const busyUntil = new Map<SourceId, number>();
  let turn = 0;
  let wake = () => undefined as void;

  const start = (
    { connector }: ScheduledSource,
    work: Work,
    seen: JobRecord | undefined,
    signal: AbortSignal,
  ) => {
    const done = runner.run(connector, work, seen, signal).then((outcome) => {
      if (outcome instanceof AppError && outcome.code === 'SYNC_RUNNING')
        busyUntil.set(connector.id, now() + BUSY_RETRY_MS);
      running.delete(connector.id);
      wake();
    });
    running.set(connector.id, { work, done });
    turns.set(connector.id, ++turn);
  };

  const look = async (signal: AbortSignal) => {
    const records = await catalog.jobs();
    const due: (DueWork & {
      readonly source: ScheduledSource;
      readonly turn: number;
      readonly seen: JobRecord | undefined;
    })[] = [];
    for (const source of sources) {
      const { id } = source.connector;
      if ((busyUntil.get(id) ?? 0) > now()) continue;
      const requests = await catalog.requested(id, MAX_REQUESTS);
      const jobs = jobsOf(records, id);
      const all = dueNow(source, jobs, requests, now());
      const [first] = all;
      const isReading = running.get(id)?.work === 'content';
      if (isReading) await askBetween(catalog, id, all);
      else if (first && !running.has(id))
        due.push({ ...first, source, turn: turns.get(id) ?? 0, seen: jobs.get(first.work) });
    }
    due.sort((a, b) => Number(b.isAskedFor) - Number(a.isAskedFor) || a.turn - b.turn);
    for (const { source, work, seen } of due) {
      if (running.size >= concurrency || signal.aborted) return;
      start(source, work, seen, signal);
    }
  };

  return {
    wake: () => wake(),
    run: async (signal) => {
      const holder = randomUUID();
      const watched = sources.map(({ connector }) =>
        watchSource(connector, { ...options, lookEveryMs, holder }, signal, () => wake()),
      );
      // What watching begins with and the first reading by the clock are one.
      await Promise.all(watched.map(({ begun }) => begun));
      while (!signal.aborted) {
        await look(signal).catch((cause: unknown) =>
          logger.warn('schedule.look.failed', { message: toAppError(cause).message }),
        );
        // What is always due must not keep the process from everything else.
        await nextTurn();
        await new Promise<void>((resolve) => {
          wake = resolve;
          void delay(lookEveryMs, undefined, { signal }).then(resolve, () => resolve());
        });
      }
      await Promise.allSettled([
        ...[...running.values()].map(({ done }) => done),
        ...watched.map(({ ended }) => ended),
      ]);
    },
  };
}

/** A long reading of content does readers and people between two batches: by the clock, too. */
async function askBetween(catalog: Catalog, source: SourceId, due: readonly DueWork[]): Promise<void> {
  const passes = due.flatMap(({ work, isAskedFor }) =>
    !isAskedFor && (work === 'access' || work === 'directory') ? [work] : [],
  );
  if (passes.length > 0) await catalog.request(source, { items: [], passes });
}
