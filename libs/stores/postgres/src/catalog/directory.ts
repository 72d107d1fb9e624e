import type { DirectoryPart, Principal, SourceAccount, SourceId } from '@fumikura/model';
import type { DirectoryRecord } from '@fumikura/ports';
import { sql } from 'kysely';
import type { Connection, Executor } from '../connection.ts';
import type { AccessHistoryStore } from './access-history.ts';

const TABLES = ['directory_account', 'directory_member', 'directory_group'];

/** Accounts and groups of sources, as they were last read whole; rows of a run count once `directory_run` names it. */
export class DirectoryStore {
  readonly #connection: Connection;
  readonly #history: AccessHistoryStore;

  constructor(connection: Connection, history: AccessHistoryStore) {
    this.#connection = connection;
    this.#history = history;
  }

  /** Inside a transaction. Unreadable stays unreadable within a run, in whatever order its parts come. */
  async stage(
    db: Executor,
    source: SourceId,
    run: string,
    { accounts = [], groups = [], unreadable = [] }: DirectoryPart,
  ): Promise<void> {
    await this.#addAccounts(db, source, run, accounts);
    await this.#addGroups(
      db,
      source,
      run,
      groups.map(({ principal }) => ({ principal, reason: null })),
    );
    await this.#addGroups(db, source, run, unreadable);
    const pairs = groups.flatMap(({ principal, members }) =>
      members.map((member) => [member, principal] as const),
    );
    await sql`INSERT INTO ${this.#table('directory_member')}(member, held_by, source, run)
      SELECT n.member, n.held_by, ${source}, ${run}
      FROM unnest(${pairs.map(([member]) => member)}::text[], ${pairs.map(([, group]) => group)}::text[]) AS n(member, held_by)
      JOIN ${this.#table('directory_group')} AS g ON g.source = ${source} AND g.run = ${run} AND g.principal = n.held_by
      WHERE g.reason IS NULL ON CONFLICT DO NOTHING`.execute(db);
    // Part of a group may have come before it was found unreadable: closed means without members.
    await sql`DELETE FROM ${this.#table('directory_member')} WHERE source = ${source} AND run = ${run}
      AND held_by = ANY(${unreadable.map(({ principal }) => principal)}::text[])`.execute(db);
  }

  /** Inside a transaction. */
  async complete(db: Executor, source: SourceId, run: string): Promise<DirectoryRecord> {
    const { rows } = await sql<Omit<DirectoryRecord, 'source' | 'readAt'>>`SELECT
      (SELECT count(*) FROM ${this.#table('directory_account')} WHERE source = ${source} AND run = ${run}) AS accounts,
      (SELECT count(*) FROM ${this.#table('directory_group')} WHERE source = ${source} AND run = ${run}) AS groups,
      (SELECT count(*) FROM ${this.#table('directory_member')} WHERE source = ${source} AND run = ${run}) AS memberships,
      (SELECT count(*) FROM ${this.#table('directory_group')} WHERE source = ${source} AND run = ${run}
        AND reason IS NOT NULL) AS "unreadableGroups"`.execute(db);
    const counts = rows[0] ?? { accounts: 0, groups: 0, memberships: 0, unreadableGroups: 0 };
    const record: DirectoryRecord = { source, readAt: new Date().toISOString(), ...counts };
    await this.#history.directoryRead(db, source, run, await this.#runOf(db, source));
    await sql`INSERT INTO ${this.#table('directory_run')}(source, run, record)
      VALUES(${source}, ${run}, ${JSON.stringify(record)})
      ON CONFLICT (source) DO UPDATE SET run = excluded.run, record = excluded.record`.execute(db);
    for (const table of TABLES)
      await sql`DELETE FROM ${this.#table(table)} WHERE source = ${source} AND run <> ${run}`.execute(db);
    return record;
  }

  /** Inside a transaction. */
  async forget(db: Executor, source: SourceId): Promise<void> {
    await this.#history.directoryRead(db, source, '', await this.#runOf(db, source));
    for (const table of ['directory_run', ...TABLES])
      await sql`DELETE FROM ${this.#table(table)} WHERE source = ${source}`.execute(db);
  }

  /** All of it, as it was read. */
  async part(db: Executor, source: SourceId): Promise<DirectoryPart | undefined> {
    const current = sql`FROM ${this.#table('directory_run')} AS r JOIN`;
    const runs = await sql`SELECT 1 FROM ${this.#table('directory_run')} WHERE source = ${source}`.execute(
      db,
    );
    if (runs.rows.length === 0) return undefined;
    const accounts = await sql<{
      account: string;
    }>`SELECT d.account ${current} ${this.#table('directory_account')} AS d
      ON d.source = r.source AND d.run = r.run WHERE r.source = ${source} ORDER BY d.principal`.execute(db);
    const groups = await sql<{ principal: Principal; reason: string | null; members: Principal[] }>`
      SELECT d.principal, d.reason, ARRAY(SELECT m.member FROM ${this.#table('directory_member')} AS m
        WHERE m.source = d.source AND m.run = d.run AND m.held_by = d.principal ORDER BY m.member) AS members
      ${current} ${this.#table('directory_group')} AS d ON d.source = r.source AND d.run = r.run
      WHERE r.source = ${source} ORDER BY d.principal`.execute(db);
    return {
      accounts: accounts.rows.map(({ account }) => JSON.parse(account) as SourceAccount),
      groups: groups.rows
        .filter(({ reason }) => reason === null)
        .map(({ principal, members }) => ({ principal, members })),
      unreadable: groups.rows.flatMap(({ principal, reason }) =>
        reason === null ? [] : [{ principal, reason }],
      ),
    };
  }

  async records(db: Executor): Promise<DirectoryRecord[]> {
    const { rows } = await sql<{ record: string }>`SELECT record FROM ${this.#table('directory_run')}
      ORDER BY source`.execute(db);
    return rows.map(({ record }) => JSON.parse(record) as DirectoryRecord);
  }

  async version(db: Executor): Promise<string> {
    const { rows } = await sql<{ source: string; run: string; record: string }>`SELECT source, run, record
      FROM ${this.#table('directory_run')} ORDER BY source`.execute(db);
    return JSON.stringify(rows.map(({ source, run, record }) => [source, run, record]));
  }

  async accounts(
    db: Executor,
    principals: readonly Principal[],
    emails: readonly string[],
  ): Promise<SourceAccount[]> {
    const { rows } = await sql<{
      account: string;
    }>`SELECT d.account FROM ${this.#table('directory_account')} AS d
      JOIN ${this.#table('directory_run')} AS r ON r.source = d.source AND r.run = d.run
      WHERE d.principal = ANY(${principals}::text[]) OR d.email = ANY(${emails.map(folded)}::text[])
      ORDER BY d.principal`.execute(db);
    return rows.map(({ account }) => JSON.parse(account) as SourceAccount);
  }

  /** Cost: the memberships on the way, by index; groups that nobody here is in are never looked at. */
  async withGroups(db: Executor, principals: readonly Principal[]): Promise<Principal[]> {
    const { rows } = await sql<{ principal: Principal }>`WITH RECURSIVE reached(principal) AS (
        SELECT principal COLLATE "C" FROM unnest(${principals}::text[]) AS principal
        UNION
        SELECT d.held_by FROM reached JOIN ${this.#table('directory_member')} AS d ON d.member = reached.principal
        JOIN ${this.#table('directory_run')} AS r ON r.source = d.source AND r.run = d.run)
      SELECT principal FROM reached ORDER BY principal`.execute(db);
    return rows.map(({ principal }) => principal);
  }

  /** Empty where none was read. */
  async #runOf(db: Executor, source: SourceId): Promise<string> {
    const { rows } = await sql<{ run: string }>`SELECT run FROM ${this.#table('directory_run')}
      WHERE source = ${source}`.execute(db);
    return rows[0]?.run ?? '';
  }

  async #addAccounts(
    db: Executor,
    source: SourceId,
    run: string,
    accounts: readonly SourceAccount[],
  ): Promise<void> {
    const distinct = [...new Map(accounts.map((account) => [account.principal, account])).values()];
    await sql`INSERT INTO ${this.#table('directory_account')}(source, run, principal, email, account)
      SELECT ${source}, ${run}, n.principal, n.email, n.account
      FROM unnest(${distinct.map(({ principal }) => principal)}::text[], ${distinct.map(emailOf)}::text[],
        ${distinct.map((account) => JSON.stringify(account))}::text[]) AS n(principal, email, account)
      ON CONFLICT (source, run, principal) DO UPDATE SET email = excluded.email, account = excluded.account`.execute(
      db,
    );
  }

  async #addGroups(
    db: Executor,
    source: SourceId,
    run: string,
    groups: readonly { readonly principal: Principal; readonly reason: string | null }[],
  ): Promise<void> {
    const distinct = [...new Map(groups.map((group) => [group.principal, group])).values()];
    await sql`INSERT INTO ${this.#table('directory_group')} AS g(source, run, principal, reason)
      SELECT ${source}, ${run}, n.principal, n.reason
      FROM unnest(${distinct.map(({ principal }) => principal)}::text[], ${distinct.map(({ reason }) => reason)}::text[])
        AS n(principal, reason)
      ON CONFLICT (source, run, principal) DO UPDATE SET reason = coalesce(g.reason, excluded.reason)`.execute(
      db,
    );
  }

  #table(name: string) {
    return this.#connection.table(name);
  }
}

function emailOf({ email }: SourceAccount): string | null {
  return email?.isVerified ? folded(email.address) : null;
}

function folded(address: string): string {
  return address.trim().toLowerCase();
}
