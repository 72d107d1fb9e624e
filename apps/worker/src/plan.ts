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

/** What is due of a source, with the time since when (milliseconds since 1970). */
export interface DueWork {
  readonly work: Work;
  readonly since: number;
}

/** Who lost access comes before what can be found. */
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
  return next !== undefined && quiet && CAN_WAIT.has(pass) ? quiet.after(next) : next;
}

/** What is to be done now: what was asked for first, then the passes by `ORDER`. */
export function dueNow(
  source: ScheduledSource,
  jobs: ReadonlyMap<Work, JobRecord>,
  requests: readonly ReadingRequest[],
  now: number,
): DueWork[] {
  const found: DueWork[] = [];
  const [item] = requests.filter((request) => 'item' in request);
  if (item && !isWaiting(jobs.get('refresh'), now))
    found.push({ work: 'refresh', since: Date.parse(item.at) });
  for (const pass of passesOf(source.connector)) {
    if (isWaiting(jobs.get(pass), now)) continue;
    const asked = requests.find((request) => 'pass' in request && request.pass === pass);
    const due = dueAt(source, pass, jobs);
    if (asked) found.push({ work: pass, since: Date.parse(asked.at) });
    else if (due !== undefined && due <= now) found.push({ work: pass, since: due });
  }
  return found;
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
