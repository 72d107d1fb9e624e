import type { DirectoryPart, Principal, SourceAccount, SourceId } from '@fumikura/model';
import type { DirectoryRecord } from '@fumikura/ports';
import type { Database } from '../database.ts';
import type { AccessHistoryStore } from './access-history.ts';

/**
 * Rows of a run are nobody's until `directory_run` names it, so a reading that breaks off changes nothing. A member is an
 * account or a group; groups may hold each other.
 */
export const DIRECTORY_SCHEMA = `
CREATE TABLE directory_run(source TEXT PRIMARY KEY, run TEXT NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE directory_account(source TEXT NOT NULL, run TEXT NOT NULL, principal TEXT NOT NULL, email TEXT,
  account TEXT NOT NULL, PRIMARY KEY(source, run, principal)) WITHOUT ROWID;
CREATE INDEX directory_account_principal ON directory_account(principal);
CREATE INDEX directory_account_email ON directory_account(email) WHERE email IS NOT NULL;
CREATE TABLE directory_member(member TEXT NOT NULL, held_by TEXT NOT NULL, source TEXT NOT NULL, run TEXT NOT NULL,
  PRIMARY KEY(member, held_by, run)) WITHOUT ROWID;
CREATE INDEX directory_member_run ON directory_member(source, run);
CREATE TABLE directory_group(source TEXT NOT NULL, run TEXT NOT NULL, principal TEXT NOT NULL, reason TEXT,
  PRIMARY KEY(source, run, principal)) WITHOUT ROWID;
`;

const CURRENT = 'JOIN directory_run AS r ON r.source = d.source AND r.run = d.run';

/** Accounts and groups of sources, as they were last read whole. */
export class DirectoryStore {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #history: AccessHistoryStore;

  constructor(db: Database, now: () => number, history: AccessHistoryStore) {
    this.#db = db;
    this.#now = now;
    this.#history = history;
  }

  /** Inside a transaction. */
  stage(source: SourceId, run: string, { accounts = [], groups = [], unreadable = [] }: DirectoryPart): void {
    if (!this.#hasBegun(source, run)) this.#dropAbandoned(source, run);
    for (const account of accounts) this.#addAccount(source, run, account);
    for (const { principal, members } of groups) {
      // Unreadable stays unreadable within a run, in whatever order its parts come.
      if (!this.#addGroup(source, run, principal, null)) continue;
      for (const member of members)
        this.#db.run(
          'INSERT OR IGNORE INTO directory_member(member, held_by, source, run) VALUES(?, ?, ?, ?)',
          ...[member, principal, source, run],
        );
    }
    for (const { principal, reason } of unreadable) {
      this.#addGroup(source, run, principal, reason);
      // Part of it may have come before it was found unreadable: closed means without members.
      this.#db.run(
        'DELETE FROM directory_member WHERE source = ? AND run = ? AND held_by = ?',
        source,
        run,
        principal,
      );
    }
  }

  /** Inside a transaction. The run takes the place of the one before. */
  complete(source: SourceId, run: string): DirectoryRecord {
    const count = (table: string, where = '') =>
      this.#db.get<{ n: number }>(
        `SELECT count(*) AS n FROM ${table} WHERE source = ? AND run = ? ${where}`,
        source,
        run,
      )?.n ?? 0;
    const record: DirectoryRecord = {
      source,
      readAt: new Date(this.#now()).toISOString(),
      accounts: count('directory_account'),
      groups: count('directory_group'),
      memberships: count('directory_member'),
      unreadableGroups: count('directory_group', 'AND reason IS NOT NULL'),
    };
    this.#history.directoryRead(source, run, this.#runOf(source));
    this.#db.run(
      'INSERT OR REPLACE INTO directory_run(source, run, record) VALUES(?, ?, ?)',
      ...[source, run, JSON.stringify(record)],
    );
    for (const table of ['directory_account', 'directory_member', 'directory_group'])
      this.#db.run(`DELETE FROM ${table} WHERE source = ? AND run <> ?`, source, run);
    return record;
  }

  /** Inside a transaction. */
  forget(source: SourceId): void {
    const run = this.#runOf(source);
    if (run !== undefined) this.#history.directoryRead(source, '', run);
    for (const table of ['directory_run', 'directory_account', 'directory_member', 'directory_group'])
      this.#db.run(`DELETE FROM ${table} WHERE source = ?`, source);
  }

  /** All of it, as it was read. */
  part(source: SourceId): DirectoryPart | undefined {
    const run = this.#runOf(source);
    if (run === undefined) return undefined;
    const members = new Map<string, Principal[]>();
    for (const { member, held_by: group } of this.#db.iterate<{ member: Principal; held_by: string }>(
      'SELECT member, held_by FROM directory_member WHERE source = ? AND run = ? ORDER BY held_by, member',
      source,
      run,
    )) {
      const known = members.get(group);
      if (known) known.push(member);
      else members.set(group, [member]);
    }
    const groups = this.#db.all<{ principal: Principal; reason: string | null }>(
      'SELECT principal, reason FROM directory_group WHERE source = ? AND run = ? ORDER BY principal',
      ...[source, run],
    );
    const accounts = this.#db.all<{ account: string }>(
      'SELECT account FROM directory_account WHERE source = ? AND run = ? ORDER BY principal',
      ...[source, run],
    );
    return {
      accounts: accounts.map(({ account }) => JSON.parse(account) as SourceAccount),
      groups: groups
        .filter(({ reason }) => reason === null)
        .map(({ principal }) => ({ principal, members: members.get(principal) ?? [] })),
      unreadable: groups.flatMap(({ principal, reason }) => (reason === null ? [] : [{ principal, reason }])),
    };
  }

  records(): DirectoryRecord[] {
    return this.#db
      .all<{ record: string }>('SELECT record FROM directory_run ORDER BY source')
      .map(({ record }) => JSON.parse(record) as DirectoryRecord);
  }

  version(): string {
    const rows = this.#db.all<{ source: string; run: string; record: string }>(
      'SELECT source, run, record FROM directory_run ORDER BY source',
    );
    return JSON.stringify(rows.map(({ source, run, record }) => [source, run, record]));
  }

  accounts(principals: readonly Principal[], emails: readonly string[]): SourceAccount[] {
    const rows = this.#db.all<{ account: string }>(
      `SELECT d.account FROM directory_account AS d ${CURRENT}
       WHERE d.principal IN (SELECT value FROM json_each(?)) OR d.email IN (SELECT value FROM json_each(?))
       ORDER BY d.principal`,
      ...[JSON.stringify(principals), JSON.stringify(emails.map(folded))],
    );
    return rows.map(({ account }) => JSON.parse(account) as SourceAccount);
  }

  /** Cost: the memberships on the way, by index; groups that nobody here is in are never looked at. */
  withGroups(principals: readonly Principal[]): Principal[] {
    return this.#db
      .all<{ principal: Principal }>(
        `WITH RECURSIVE reached(principal) AS (
           SELECT value FROM json_each(?)
           UNION
           SELECT d.held_by FROM reached JOIN directory_member AS d ON d.member = reached.principal ${CURRENT})
         SELECT principal FROM reached ORDER BY principal`,
        JSON.stringify(principals),
      )
      .map(({ principal }) => principal);
  }

  #runOf(source: SourceId): string | undefined {
    return this.#db.get<{ run: string }>('SELECT run FROM directory_run WHERE source = ?', source)?.run;
  }

  #hasBegun(source: SourceId, run: string): boolean {
    return ['directory_account', 'directory_group'].some((table) =>
      this.#db.get(`SELECT 1 FROM ${table} WHERE source = ? AND run = ? LIMIT 1`, source, run),
    );
  }

  /** Readings that broke off are nobody's and stay nobody's. */
  #dropAbandoned(source: SourceId, run: string): void {
    for (const table of ['directory_account', 'directory_member', 'directory_group'])
      this.#db.run(
        `DELETE FROM ${table} WHERE source = ?1 AND run <> ?2
         AND run NOT IN (SELECT run FROM directory_run WHERE source = ?1)`,
        ...[source, run],
      );
  }

  #addAccount(source: SourceId, run: string, account: SourceAccount): void {
    const email = account.email?.isVerified ? folded(account.email.address) : null;
    this.#db.run(
      'INSERT OR REPLACE INTO directory_account(source, run, principal, email, account) VALUES(?, ?, ?, ?, ?)',
      ...[source, run, account.principal, email, JSON.stringify(account)],
    );
  }

  /** @returns whether its members count */
  #addGroup(source: SourceId, run: string, principal: Principal, reason: string | null): boolean {
    const row = this.#db.get<{ reason: string | null }>(
      `INSERT INTO directory_group(source, run, principal, reason) VALUES(?, ?, ?, ?)
       ON CONFLICT(source, run, principal) DO UPDATE SET reason = coalesce(reason, excluded.reason) RETURNING reason`,
      ...[source, run, principal, reason],
    );
    return row?.reason === null;
  }
}

function folded(address: string): string {
  return address.trim().toLowerCase();
}
