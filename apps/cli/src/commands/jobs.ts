import { connectorsFor, openInstallation, scheduledSource } from '@fumikura/composition';
import type { SourceId } from '@fumikura/model';
import type { JobRecord, Pass, ReadingRequest } from '@fumikura/ports';
import { dueAt, jobsOf, passesOf } from '@fumikura/worker';
import type { ScheduledSource } from '@fumikura/worker';
import type { Context } from '../context.ts';
import { count, safe } from '../output.ts';
import { unknownSource } from './source.ts';

/** Wishes counted of one source. */
const COUNTED = 10_000;

/** A pass as it is called in the configuration and at the terminal. */
export const PASS_NAMES: Readonly<Record<JobRecord['pass'], string>> = {
  content: 'content',
  access: 'permissions',
  directory: 'directory',
  census: 'census',
  refresh: 'single items',
  webhook: 'webhook',
};

export interface JobRow {
  readonly source: SourceId;
  readonly job: string;
  readonly schedule?: string;
  readonly last?: JobRecord;
  /** ISO 8601 UTC, or `now`; absent when never. */
  readonly next?: string;
}

export async function jobsCommand(context: Context, id: string | undefined): Promise<void> {
  const config = await context.config();
  const chosen = id === undefined ? config.sources : config.sources.filter((source) => source.id === id);
  if (id !== undefined && chosen.length === 0) throw unknownSource(id, config.sources);
  const connectors = connectorsFor(chosen, config, context);
  const installation = await openInstallation(config, { logger: context.logger, mode: 'one-shot' });
  try {
    const { catalog } = installation.store;
    const records = await catalog.jobs();
    const rows = connectors.flatMap((connector) => rowsOf(scheduledSource(config, connector), records));
    const waiting = new Map<string, readonly ReadingRequest[]>();
    for (const connector of connectors)
      waiting.set(connector.id, await catalog.requested(connector.id, COUNTED));
    show(context, rows, waiting);
  } finally {
    await installation.close();
  }
}

/** What is done about a source, and when next. */
export function rowsOf(source: ScheduledSource, records: readonly JobRecord[]): JobRow[] {
  const { id } = source.connector;
  const jobs = jobsOf(records, id);
  const scheduled = passesOf(source.connector).map((pass: Pass): JobRow => {
    const last = jobs.get(pass);
    const due = dueAt(source, pass, jobs, Date.now());
    return {
      source: id,
      job: PASS_NAMES[pass],
      schedule: source.schedules[pass].text,
      ...(last && { last }),
      ...(due !== undefined && { next: due <= Date.now() ? 'now' : new Date(due).toISOString() }),
    };
  });
  const asked = records
    .filter((record) => record.source === id && (record.pass === 'refresh' || record.pass === 'webhook'))
    .map((last): JobRow => ({ source: id, job: PASS_NAMES[last.pass], schedule: 'when told', last }));
  return [...scheduled, ...asked];
}

function show(
  { output }: Context,
  rows: readonly JobRow[],
  waiting: ReadonlyMap<string, readonly ReadingRequest[]>,
): void {
  output.json({
    jobs: rows,
    waiting: Object.fromEntries([...waiting].map(([source, requests]) => [source, requests.length])),
  });
  if (rows.length === 0) return output.line('No sources yet. Add one: fumi source add files <folder>');
  output.table(
    ['source', 'what', 'schedule', 'last', 'ended', 'failures', 'next'],
    rows.map(({ source, job, schedule = '', last, next = '' }) => [
      source,
      job,
      schedule,
      last?.outcome ?? 'never',
      last?.endedAt ?? '',
      String(last?.failures ?? 0),
      next,
    ]),
  );
  for (const { source, job, last } of rows)
    if (last?.reason !== undefined) output.line(`${source} ${job}: ${safe(last.reason)}`);
  for (const [source, requests] of waiting)
    if (requests.length > 0)
      output.line(`${source}: ${count(requests.length, 'thing')} asked for and waiting`);
  output.line('\nSchedules are kept while "fumi up" runs.');
}
