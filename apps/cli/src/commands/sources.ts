import { connectorsFor, openInstallation, scheduledSource } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import { isSourceId } from '@fumikura/model';
import type { DirectoryRecord, EmbeddingStatus, SourceRecord } from '@fumikura/ports';
import type { Context } from '../context.ts';
import { safe } from '../output.ts';
import { rowsOf } from './jobs.ts';
import type { JobRow } from './jobs.ts';
import { unknownSource } from './source.ts';

/** Dead letters shown of one source. */
const SHOWN = 100;

export async function sourcesCommand(context: Context, id: string | undefined): Promise<void> {
  const config = await context.config();
  if (id !== undefined && !config.sources.some((source) => source.id === id))
    throw unknownSource(id, config.sources);
  const installation = await openInstallation(config, { logger: context.logger, mode: 'one-shot' });
  try {
    const rows = await rowsFor(context, config, installation);
    const vectors = config.embedder && (await installation.store.embeddings.status());
    if (id === undefined) {
      list(context, rows, vectors);
      if (vectors) await tellVectors(context, installation, vectors);
    } else
      await detail(
        context,
        installation,
        rows.find((row) => row.id === id),
      );
  } finally {
    await installation.close();
  }
}

type Row = Pick<
  SourceRecord,
  'documents' | 'chunks' | 'deadLetters' | 'lastRun' | 'lastCompletedAt' | 'check'
> & {
  readonly id: string;
  readonly directory?: DirectoryRecord;
  readonly jobs: readonly JobRow[];
  /** The first of the jobs' next times. */
  readonly nextRun?: string;
};

async function rowsFor(context: Context, config: Config, { store }: Installation): Promise<Row[]> {
  const { catalog } = store;
  const [records, directories, jobs] = await Promise.all([
    catalog.sources(),
    catalog.directories(),
    catalog.jobs(),
  ]);
  const connectors = connectorsFor(config.sources, config, context);
  return connectors.map((connector) => {
    const { id } = connector;
    const known = records.find((record) => record.id === id) ?? { documents: 0, chunks: 0, deadLetters: 0 };
    const directory = directories.find(({ source }) => source === id);
    const own = rowsOf(scheduledSource(config, connector), jobs);
    const [next] = own.flatMap((job) => job.next ?? []).sort(byTime);
    return {
      ...known,
      id,
      jobs: own,
      ...(directory && { directory }),
      ...(next !== undefined && { nextRun: next }),
    };
  });
}

/** `now` before every time. */
function byTime(a: string, b: string): number {
  return (a === 'now' ? '' : a).localeCompare(b === 'now' ? '' : b);
}

function list({ output }: Context, rows: readonly Row[], vectors: EmbeddingStatus | undefined): void {
  const waiting = new Map(
    vectors?.sources.map(({ source, waitingChunks }) => [source as string, waitingChunks]),
  );
  output.json({ sources: rows, ...(vectors && { vectors }) });
  if (rows.length === 0) return output.line('No sources yet. Add one: fumi source add files <folder>');
  output.table(
    [
      'source',
      'documents',
      ...(vectors ? ['no vectors yet'] : []),
      'failed',
      'last good sync',
      'state',
      'next',
      'rights missing',
    ],
    rows.map((row) => [
      row.id,
      row.documents.toLocaleString('en'),
      ...(vectors ? [(waiting.get(row.id) ?? 0).toLocaleString('en')] : []),
      String(row.deadLetters),
      row.lastCompletedAt ?? 'never',
      row.lastRun?.outcome ?? 'never synced',
      row.nextRun ?? '',
      row.check ? String(row.check.missing.length) : '',
    ]),
  );
  for (const { id, lastRun } of rows)
    if (lastRun?.reason !== undefined) output.line(`${id}: ${safe(lastRun.reason)}`);
  const failed = rows.find(({ deadLetters }) => deadLetters > 0);
  if (failed) output.line(`\nWhat failed and why: fumi sources ${failed.id}`);
  const closed = rows.find(({ check }) => check && check.missing.length > 0);
  if (closed) output.line(`Which rights are missing, and what stays closed: fumi sources ${closed.id}`);
}

async function tellVectors(
  { output }: Context,
  { store }: Installation,
  { isPaused, rate, problem }: EmbeddingStatus,
): Promise<void> {
  const { tokens, usd } = await store.embeddings.spent(new Date().toISOString().slice(0, 10));
  const facts = [
    isPaused ? 'paused' : undefined,
    rate && `${rate.chunksPerSecond} chunks/s when last at work`,
    `${tokens.toLocaleString('en')} tokens today`,
    usd > 0 ? `$${usd.toFixed(4)} today` : undefined,
    problem && `stopped: ${safe(problem.message)}`,
  ];
  output.line(`\nVectors: ${facts.filter(Boolean).join(', ')}. More: fumi embed status`);
}

async function detail(context: Context, installation: Installation, row: Row | undefined): Promise<void> {
  if (!row || !isSourceId(row.id)) return;
  const { output } = context;
  const deadLetters = await installation.store.catalog.deadLetters(row.id, SHOWN);
  const runs = await installation.store.catalog.runs(row.id, 5);
  output.json({ ...row, deadLetters, runs });
  output.line(`${row.id}: ${row.documents} documents, ${row.chunks} chunks`);
  tellCheck(context, row);
  output.line();
  output.table(
    ['run', 'of', 'outcome', 'counters', 'reason'],
    runs.map((run) => [
      run.startedAt,
      run.passes.join(' '),
      run.outcome,
      Object.entries(run.counters)
        .map(([name, value]) => `${name} ${value}`)
        .join(' '),
      run.reason ?? '',
    ]),
  );
  if (deadLetters.length === 0) return;
  output.line();
  output.table(
    ['not indexed', 'tried', 'why'],
    deadLetters.map((letter) => [
      safe(letter.documentId),
      `${letter.attempts}x, last ${letter.lastAt}`,
      `${letter.code}: ${letter.reason}`,
    ]),
  );
}

function tellCheck({ output }: Context, { check, directory, jobs }: Row): void {
  if (check?.account !== undefined) output.line(`Read as ${safe(check.account)}.`);
  for (const { right, consequence } of check?.missing ?? [])
    output.line(`  missing: ${safe(right)}: ${safe(consequence)}`);
  if (check?.quota)
    output.line(
      `  quota${check.quota.resource === undefined ? '' : ` (${safe(check.quota.resource)})`}: ${check.quota.remaining.toLocaleString('en')} of ${check.quota.limit.toLocaleString('en')} left${check.quota.resetsAt === undefined ? '' : `, whole again ${check.quota.resetsAt}`}`,
    );
  if (directory)
    output.line(
      `${directory.accounts} accounts, ${directory.groups} groups (${directory.unreadableGroups} closed), read ${directory.readAt}`,
    );
  for (const { job, schedule, next } of jobs)
    output.line(`  ${job}: ${schedule ?? ''}${next === undefined ? '' : `, next ${next}`}`);
}
