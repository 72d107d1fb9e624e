import { AppError, toAppError } from '@fumikura/errors';
import type { Ingest } from '@fumikura/ingest';
import type { Logger } from '@fumikura/logging';
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
    const { ingest, events, now } = this.#parts;
    const { id } = connector;
    const failures = seen?.failures ?? 0;
    const begun: JobRecord = {
      source: id,
      pass: work,
      outcome: 'running',
      startedAt: new Date(now()).toISOString(),
      failures,
    };
    let wishes: readonly ReadingRequest[] = [];
    let noted: RunRecord | AppError | undefined;
    try {
      return await ingest.sync(connector, {
        signal,
        passes: work === 'refresh' ? [] : [work],
        onHeld: async () => {
          wishes = await this.#take(begun, seen, work);
        },
        onEnded: (outcome) => {
          noted = outcome;
          return this.#note(begun, wishes, outcome, signal);
        },
        onProgress: (progress) => events?.onProgress?.(id, work, progress),
      });
    } catch (cause) {
      const error = toAppError(cause);
      if (error === noted || error.code === 'SYNC_RUNNING') return error;
      if (noted) throw error;
      await this.#note(begun, wishes, error, signal); // it did not come to reading
      return error;
    }
  }

  /**
   * Another process may have done it between the look at what is due and now. The wishes that are there before the work
   * begins are met by it: what is asked for meanwhile is asked for again. Items are struck out by the run.
   */
  async #take(begun: JobRecord, seen: JobRecord | undefined, work: Work): Promise<ReadingRequest[]> {
    const { catalog } = this.#parts;
    const now = jobsOf(await catalog.jobs(), begun.source).get(work);
    if (now?.startedAt !== seen?.startedAt || now?.outcome !== seen?.outcome)
      throw new AppError('SYNC_RUNNING', 'conflict', 'another process was first');
    const requests = await catalog.requested(begun.source, MAX_WISHES);
    await catalog.putJob(begun);
    return requests.filter((request) => 'pass' in request && request.pass === work);
  }

  /** While nobody else can begin; the wishes first, so that whoever sees the record sees none that it has met. */
  async #note(
    begun: JobRecord,
    wishes: readonly ReadingRequest[],
    outcome: RunRecord | AppError,
    signal: AbortSignal,
  ): Promise<void> {
    if (outcome instanceof AppError)
      return this.#put(
        begun,
        signal.aborted ? { outcome: 'cancelled' } : this.#failed(outcome, begun.failures + 1),
      );
    if (outcome.outcome === 'cancelled') return this.#put(begun, { outcome: 'cancelled' });
    await this.#parts.catalog.met(wishes);
    await this.#put(begun, { outcome: 'completed', failures: 0 });
  }

  #failed(error: AppError, failures: number): Partial<JobRecord> {
    const retryAt = retryAfter(error, failures, this.#parts.now());
    return { outcome: 'failed', reason: error.publicMessage, failures, retryAt };
  }

  #put(begun: JobRecord, facts: Partial<JobRecord>): Promise<void> {
    const { catalog, now } = this.#parts;
    return catalog.putJob({ ...begun, endedAt: new Date(now()).toISOString(), ...facts });
  }
}
