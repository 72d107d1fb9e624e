import type { AppError } from '@fumikura/errors';
import type { SourceId } from '@fumikura/model';
import type { Connector, JobRecord, Pass, ReadingRequest } from '@fumikura/ports';
import type { QuietHours, Schedule } from '@fumikura/scheduling';

/** A source with the clock of each of its passes. */
export interface ScheduledSource {
  readonly connector: Connector;
  readonly schedules: Readonly<Record<Pass, Schedule>>;
  /** In which no content is read and nothing is listed by the clock. */
  readonly quiet?: QuietHours;
}

export type Work = Pass | 'refresh';

/** Who lost access comes before what can be found, where both wait since the same time. */
const ORDER: readonly Pass[] = ['directory', 'access', 'content', 'census'];
const CAN_WAIT: ReadonlySet<Pass> = new Set(['content', 'census']);

const FIRST_RETRY_MS = 30_000;
const LAST_RETRY_MS = 3_600_000;

/** Passes that the connector has, in the order in which they are done when several are due. */
export function passesOf(connector: Connector): Pass[] {
  const has: Readonly<Record<Pass, boolean>> = {
    content: true,
    census: connector.removals === 'by-listing' && connector.listIds !== undefined,
    access: connector.pullAccess !== undefined,
    directory: connector.directory !== undefined,
  };
  return ORDER.filter((pass) => has[pass]);
}

/** When a pass is due by its schedule: milliseconds since 1970, 0 at once, undefined never. */
export function dueAt(
  { schedules, quiet }: ScheduledSource,
  pass: Pass,
  jobs: ReadonlyMap<Work, JobRecord>,
  now: number,
): number | undefined {
  const schedule = schedules[pass];
  const content = jobs.get('content');
  // Readers and the list of ids come with a content pass: before its first one there is nothing to ask about.
  const isFirst = !jobs.has(pass) && pass !== 'content' && pass !== 'directory';
  if (isFirst && content?.outcome !== 'completed') return undefined;
  const last = jobs.get(pass) ?? (isFirst ? content : undefined);
  if (!last) return schedule.text === 'never' ? undefined : 0;
  if (last.retryAt !== undefined) return Date.parse(last.retryAt);
  // Whoever began it is gone, or was ended: it is done anew.
  if (last.outcome === 'running' || last.outcome === 'cancelled') return 0;
  const startedAt = Date.parse(last.startedAt);
  const next = schedule.next({ startedAt, endedAt: Date.parse(last.endedAt ?? last.startedAt) });
  return next !== undefined && quiet && CAN_WAIT.has(pass) ? quiet.after(Math.max(next, now)) : next;
}

/** What is to be done now, what is to be done first before the rest. */
export interface DueWork {
  readonly work: Work;
  readonly isAskedFor: boolean;
}

/**
 * What was asked for comes first; then what was not begun for the longest time, so that no pass that is always due keeps
 * the others from their turn.
 */
export function dueNow(
  source: ScheduledSource,
  jobs: ReadonlyMap<Work, JobRecord>,
  requests: readonly ReadingRequest[],
  now: number,
): DueWork[] {
  const hasItems = requests.some((request) => 'item' in request);
  const asked = new Set(requests.flatMap((request) => ('pass' in request ? [request.pass] : [])));
  const isDue = (pass: Pass) => asked.has(pass) || (dueAt(source, pass, jobs, now) ?? Infinity) <= now;
  const begunAt = (pass: Pass) => jobs.get(pass)?.startedAt ?? '';
  const passes = passesOf(source.connector)
    .filter((pass) => !isWaiting(jobs.get(pass), now) && isDue(pass))
    .map((pass) => ({ work: pass, isAskedFor: asked.has(pass) }))
    .sort(
      (a, b) => Number(b.isAskedFor) - Number(a.isAskedFor) || begunAt(a.work).localeCompare(begunAt(b.work)),
    );
  const isRefreshDue = hasItems && !isWaiting(jobs.get('refresh'), now);
  return [...(isRefreshDue ? [{ work: 'refresh', isAskedFor: true } as const] : []), ...passes];
}

/** When to try again after a failure, ISO 8601 UTC. What a person has to mend does not mend itself soon. */
export function retryAfter({ kind, retryAfterMs = 0 }: AppError, failures: number, now: number): string {
  const isPassing = kind === 'transient' || kind === 'rate-limited';
  const backOff = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
  return new Date(now + Math.max(retryAfterMs, isPassing ? backOff : LAST_RETRY_MS)).toISOString();
}

export function jobsOf(records: readonly JobRecord[], source: SourceId): ReadonlyMap<Work, JobRecord> {
  return new Map(
    records
      .filter((record) => record.source === source)
      .flatMap((record) => (record.pass === 'webhook' ? [] : [[record.pass, record] as const])),
  );
}

function isWaiting(job: JobRecord | undefined, now: number): boolean {
  return job?.retryAt !== undefined && Date.parse(job.retryAt) > now;
}
