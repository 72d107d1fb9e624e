import { AppError, toAppError } from '@fumikura/errors';
import type { Ingest } from '@fumikura/ingest';
import type { Logger } from '@fumikura/logging';
import type { SourceId } from '@fumikura/model';
import type { Catalog, Connector, JobRecord, ReadingRequest, RunRecord } from '@fumikura/ports';
import { jobsOf, passesOf, retryAfter } from './plan.ts';
import type { Work } from './plan.ts';
import type { SchedulerEvents } from './scheduler.ts';

export interface JobRunnerParts {
  readonly ingest: Ingest;
  readonly catalog: Catalog;
  readonly logger: Logger;
  readonly events?: SchedulerEvents;
  readonly now: () => number;
}

/** Wishes for passes of one source: there are not more kinds of them. */
const MAX_WISHES = 1_000;

/** A run that somebody asked for at the terminal counts for the schedules too. */
export async function noteRun(catalog: Catalog, connector: Connector, run: RunRecord): Promise<void> {
  if (run.outcome !== 'completed') return;
  const { source, startedAt, endedAt = startedAt } = run;
  for (const pass of passesOf(connector).filter((each) => run.passes.includes(each)))
    await catalog.putJob({ source, pass, outcome: 'completed', startedAt, endedAt, failures: 0 });
}

/** Does one piece of work and writes down how it went, unless another process does it; never rejects. */
export class JobRunner {
  readonly #parts: JobRunnerParts;

  constructor(parts: JobRunnerParts) {
    this.#parts = parts;
  }

  /** @param seen the record by which the work is due. @returns undefined when the catalog cannot be asked */
  async run(
    connector: Connector,
    work: Work,
    seen: JobRecord | undefined,
    signal: AbortSignal,
  ): Promise<RunRecord | AppError | undefined> {
    const { id } = connector;
    try {
      const outcome = await this.#tried(connector, work, seen, signal);
      await this.#parts.events?.onEnd?.(id, work, outcome);
      return outcome;
    } catch (cause) {
      // The catalog itself: nothing can be written down, and the next look fails too, and says so.
      this.#parts.logger.error('schedule.job.lost', {
        sourceId: id,
        work,
        message: toAppError(cause).message,
      });
      return undefined;
    }
  }

  async #tried(
    connector: Connector,
    work: Work,
    seen: JobRecord | undefined,
    signal: AbortSignal,
  ): Promise<RunRecord | AppError> {
    const { catalog, ingest, events, now } = this.#parts;
    const { id } = connector;
    const failures = seen?.failures ?? 0;
    const wishes = await this.#wishesFor(id, work);
    const begun: JobRecord = {
      source: id,
      pass: work,
      outcome: 'running',
      startedAt: new Date(now()).toISOString(),
      failures,
    };
    try {
      const run = await ingest.sync(connector, {
        signal,
        passes: work === 'refresh' ? [] : [work],
        onHeld: () => this.#take(begun, seen),
        onProgress: (progress) => events?.onProgress?.(id, work, progress),
      });
      const isCancelled = run.outcome === 'cancelled';
      await this.#put(begun, isCancelled ? { outcome: 'cancelled' } : { outcome: 'completed', failures: 0 });
      if (!isCancelled) await catalog.met(wishes);
      return run;
    } catch (cause) {
      const error = toAppError(cause);
      if (signal.aborted) await this.#put(begun, { outcome: 'cancelled' });
      else if (error.code !== 'SYNC_RUNNING') await this.#put(begun, this.#failed(error, failures + 1));
      return error;
    }
  }

  /** Another process may have done it between the look at what is due and now. */
  async #take(begun: JobRecord, seen: JobRecord | undefined): Promise<void> {
    const { catalog } = this.#parts;
    const now = jobsOf(await catalog.jobs(), begun.source).get(begun.pass as Work);
    if (now?.startedAt !== seen?.startedAt || now?.outcome !== seen?.outcome)
      throw new AppError('SYNC_RUNNING', 'conflict', 'another process was first');
    await catalog.putJob(begun);
  }

  #failed(error: AppError, failures: number): Partial<JobRecord> {
    const retryAt = retryAfter(error, failures, this.#parts.now());
    return { outcome: 'failed', reason: error.publicMessage, failures, retryAt };
  }

  #put(begun: JobRecord, facts: Partial<JobRecord>): Promise<void> {
    const { catalog, now } = this.#parts;
    return catalog.putJob({ ...begun, endedAt: new Date(now()).toISOString(), ...facts });
  }

  /** Taken before the work begins: what is asked for meanwhile is asked for again. Items are struck out by the run. */
  async #wishesFor(source: SourceId, work: Work): Promise<ReadingRequest[]> {
    const requests = await this.#parts.catalog.requested(source, MAX_WISHES);
    return requests.filter((request) => 'pass' in request && request.pass === work);
  }
}
