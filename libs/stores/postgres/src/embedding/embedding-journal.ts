import { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import type { EmbeddingJournal, EmbeddingProblem, EmbeddingSpend, EmbeddingStatus } from '@fumikura/ports';
import { sql } from 'kysely';
import type { DocumentStore } from '../catalog/documents.ts';
import type { Connection, Executor } from '../connection.ts';
import { KnownVectors } from './known-vectors.ts';
import type { Waiting } from './waiting.ts';

interface State {
  readonly paused: boolean;
  readonly problem: EmbeddingProblem;
  readonly rate: EmbeddingStatus['rate'] & object;
  readonly bound: Fingerprint | null;
}

/**
 * The embedding stage's half that lies in PostgreSQL. Whoever puts vectors holds the row of the bound model for reading,
 * whoever binds another one for writing, so vectors of two models never come into an index together.
 */
export function createEmbeddingJournal(parts: {
  readonly connection: Connection;
  readonly documents: DocumentStore;
  readonly waiting: Waiting;
}): EmbeddingJournal {
  const { connection, documents, waiting } = parts;
  const vectors = new KnownVectors(connection);
  const state = connection.table('embed_state');
  const read = <T>(work: (db: Executor) => Promise<T>) => connection.read(work);
  const write = <T>(work: (db: Executor) => Promise<T>) => connection.write(work);

  const stateOf = async <N extends keyof State>(db: Executor, name: N): Promise<State[N] | undefined> => {
    const { rows } = await sql<{ value: string }>`SELECT value FROM ${state} WHERE name = ${name}`.execute(
      db,
    );
    return rows[0] && (JSON.parse(rows[0].value) as State[N]);
  };
  const setState = async <N extends keyof State>(db: Executor, name: N, value: State[N] | undefined) => {
    if (value === undefined) await sql`DELETE FROM ${state} WHERE name = ${name}`.execute(db);
    else
      await sql`INSERT INTO ${state}(name, value) VALUES(${name}, ${JSON.stringify(value)})
        ON CONFLICT (name) DO UPDATE SET value = excluded.value`.execute(db);
  };
  /** The row is there from the first day, so that it can be held. */
  const holdBound = async (db: Executor, isForWriting: boolean): Promise<Fingerprint | undefined> => {
    const lock = sql.raw(isForWriting ? 'FOR UPDATE' : 'FOR SHARE');
    const { rows } = await sql<{
      value: string;
    }>`SELECT value FROM ${state} WHERE name = 'bound' ${lock}`.execute(db);
    return (JSON.parse(rows[0]?.value ?? 'null') as Fingerprint | null) ?? undefined;
  };

  return {
    bind: (fingerprint, rebind, waits = 'everything') =>
      write(async (db) => {
        const isBound = isSame(await holdBound(db, true), fingerprint);
        await rebind();
        if (isBound) return;
        await setState(db, 'bound', fingerprint);
        await setState(db, 'problem', undefined);
        await waiting.clear(db);
        if (waits === 'everything') await waiting.addAll(db);
      }),
    put: (fingerprint, given, put) =>
      write(async (db) => {
        if (!isSame(await holdBound(db, false), fingerprint)) throw otherModel();
        const before = await documents.confirmed(db, idsOf(given));
        const current = given.filter(({ id, revision }) => before.get(id)?.version === revision);
        if (current.length === 0) return 0;
        const held = await put(
          current.map(({ id, revision, vectors: own }) => ({
            documentId: id,
            version: revision,
            vectors: own,
          })),
        );
        // Locked, so that a version that is confirmed after this look finds that its base was waiting until now.
        await documents.lock(db, idsOf(current));
        const after = await documents.confirmed(db, idsOf(current));
        const done = current.filter(
          ({ id, revision }) => held.has(id) && after.get(id)?.version === revision,
        );
        await waiting.done(db, done);
        return done.length;
      }),
    waitAgain: (ids) => write((db) => waiting.add(db, ids)),
    waiting: (chunks) => connection.snapshot((db) => waiting.first(db, chunks)),
    known: (fingerprint, hashes) => read((db) => vectors.get(db, fingerprint, hashes)),
    keep: (fingerprint, known, day, spend) =>
      write(async (db) => {
        await vectors.add(db, fingerprint, known);
        await spendOn(db, connection, day, spend);
      }),
    spent: (day) => read((db) => spentOn(db, connection, day)),
    status: () =>
      connection.snapshot(async (db) => {
        const bound = await stateOf(db, 'bound');
        const [rate, problem] = [await stateOf(db, 'rate'), await stateOf(db, 'problem')];
        return {
          ...(bound && { fingerprint: bound }),
          isPaused: (await stateOf(db, 'paused')) ?? false,
          sources: await waiting.sources(db),
          refusals: await waiting.countRefusals(db),
          ...(rate && { rate }),
          ...(problem && { problem }),
        };
      }),
    refusals: (limit) => read((db) => waiting.refusals(db, limit)),
    retryRefused: () => write((db) => waiting.retryRefused(db)),
    setPaused: (isPaused) => write((db) => setState(db, 'paused', isPaused)),
    setProblem: (problem) => write((db) => setState(db, 'problem', problem)),
    setRate: (rate) => write((db) => setState(db, 'rate', rate)),
    prune: () =>
      write(async (db) => {
        const sources = await waiting.sources(db);
        return vectors.prune(
          db,
          sources.reduce((sum, { chunks }) => sum + chunks, 0),
        );
      }),
  };
}

async function spendOn(
  db: Executor,
  connection: Connection,
  day: string,
  spend: EmbeddingSpend,
): Promise<void> {
  const { texts, tokens, usd } = spend;
  await sql`INSERT INTO ${connection.table('embed_day')} AS d(day, texts, tokens, usd)
    VALUES(${day}, ${texts}, ${tokens}, ${usd}) ON CONFLICT (day) DO UPDATE SET texts = d.texts + excluded.texts,
    tokens = d.tokens + excluded.tokens, usd = d.usd + excluded.usd`.execute(db);
}

async function spentOn(db: Executor, connection: Connection, day: string): Promise<EmbeddingSpend> {
  const { rows } = await sql<EmbeddingSpend>`SELECT texts, tokens, usd FROM ${connection.table('embed_day')}
    WHERE day = ${day}`.execute(db);
  return rows[0] ?? { texts: 0, tokens: 0, usd: 0 };
}

function idsOf<T extends { readonly id: string }>(documents: readonly T[]): string[] {
  return documents.map(({ id }) => id);
}

function isSame(a: Fingerprint | undefined, b: Fingerprint): boolean {
  return (
    a?.model === b.model &&
    a.dimension === b.dimension &&
    a.promptForm === b.promptForm &&
    a.chunkerVersion === b.chunkerVersion
  );
}

function otherModel(): AppError {
  return new AppError('FINGERPRINT_MISMATCH', 'conflict', 'another embedder was bound meanwhile', {
    publicMessage: 'Another embedder was configured meanwhile. Restart this one.',
  });
}
