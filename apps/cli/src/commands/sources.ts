import { openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import { isSourceId } from '@fumikura/model';
import type { EmbeddingStatus, SourceRecord } from '@fumikura/ports';
import type { Context } from '../context.ts';
import { safe } from '../output.ts';
import { unknownSource } from './source.ts';

/** Dead letters shown of one source. */
const SHOWN = 100;

export async function sourcesCommand(context: Context, id: string | undefined): Promise<void> {
  const config = await context.config();
  if (id !== undefined && !config.sources.some((source) => source.id === id))
    throw unknownSource(id, config.sources);
  const installation = await openInstallation(config, { logger: context.logger, mode: 'one-shot' });
  try {
    const records = await installation.store.catalog.sources();
    const rows = config.sources.map(
      (source) => records.find((record) => record.id === source.id) ?? neverSynced(source.id),
    );
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

type Row = Pick<SourceRecord, 'documents' | 'chunks' | 'deadLetters' | 'lastRun' | 'lastCompletedAt'> & {
  readonly id: string;
};

function neverSynced(id: string): Row {
  return { id, documents: 0, chunks: 0, deadLetters: 0 };
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
      'chunks',
      ...(vectors ? ['no vectors yet'] : []),
      'failed',
      'last good sync',
      'state',
    ],
    rows.map((row) => [
      row.id,
      row.documents.toLocaleString('en'),
      row.chunks.toLocaleString('en'),
      ...(vectors ? [(waiting.get(row.id) ?? 0).toLocaleString('en')] : []),
      String(row.deadLetters),
      row.lastCompletedAt ?? 'never',
      row.lastRun?.outcome ?? 'never synced',
    ]),
  );
  const failed = rows.filter(({ deadLetters }) => deadLetters > 0).map((row) => row.id);
  if (failed[0] !== undefined) output.line(`\nWhat failed and why: fumi sources ${failed[0]}`);
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

async function detail({ output }: Context, installation: Installation, row: Row | undefined): Promise<void> {
  if (!row || !isSourceId(row.id)) return;
  const deadLetters = await installation.store.catalog.deadLetters(row.id, SHOWN);
  const runs = await installation.store.catalog.runs(row.id, 5);
  output.json({ ...row, deadLetters, runs });
  output.line(`${row.id}: ${row.documents} documents, ${row.chunks} chunks`);
  output.line();
  output.table(
    ['run', 'outcome', 'counters', 'reason'],
    runs.map((run) => [
      run.startedAt,
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
    ['not indexed', 'why', 'tried'],
    deadLetters.map((letter) => [
      safe(letter.documentId),
      `${letter.code}: ${letter.reason}`,
      `${letter.attempts}x, last ${letter.lastAt}`,
    ]),
  );
}
