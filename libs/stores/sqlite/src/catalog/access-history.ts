import { createHash } from 'node:crypto';
import type { Acl, AllowListId, DocumentId, Principal, SourceAccount, SourceId } from '@fumikura/model';
import { ACCESS_HISTORY_DAYS, MAX_ACCESS_CHANGE, renamedIn } from '@fumikura/ports';
import type { AccessChange, AccessHistory } from '@fumikura/ports';
import type { Database } from '../database.ts';

/** What was there before each change of who may read; subject: the document of a change of its ACL. */
export const ACCESS_HISTORY_SCHEMA = `
CREATE TABLE access_history(seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, subject TEXT, record TEXT NOT NULL);
CREATE INDEX access_history_at ON access_history(at);
INSERT INTO setting(name, value) VALUES('access-history-since', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
`;

const DAY_MS = 86_400_000;
/** Changes kept, whatever their age. */
const MAX_ROWS = 200_000;

/** Rows of memberships and accounts of one reading of a directory. */
type Kept =
  | { kind: 'list'; list: AllowListId; added: readonly Principal[]; dropped: readonly Principal[] }
  | { kind: 'document'; document: DocumentId; aclId: number }
  | Omit<Extract<AccessChange, { kind: 'directory' }>, 'at'>
  | { kind: 'unknown' };

export class AccessHistoryStore {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Inside a transaction, like the others. */
  listChanged(list: AllowListId, added: readonly Principal[], dropped: readonly Principal[]): void {
    const isFew = added.length + dropped.length <= MAX_ACCESS_CHANGE;
    this.#add(isFew ? { kind: 'list', list, added, dropped } : { kind: 'unknown' });
  }

  documentMoved(document: DocumentId, aclId: number): void {
    this.#add({ kind: 'document', document, aclId }, document);
  }

  /** Before the rows of the run before are dropped. @param before absent for the first reading */
  directoryRead(source: SourceId, run: string, before: string | undefined): void {
    const edges = (of: string, butNotOf: string) =>
      this.#db
        .all<{ member: Principal; held_by: Principal }>(
          `SELECT member, held_by FROM directory_member WHERE source = ?1 AND run = ?2
           EXCEPT SELECT member, held_by FROM directory_member WHERE source = ?1 AND run = ?3 LIMIT ?4`,
          ...[source, of, butNotOf, MAX_ACCESS_CHANGE + 1],
        )
        .map(({ member, held_by: group }) => [member, group] as const);
    const accounts = (of: string, butNotOf: string) =>
      this.#db.all<{ principal: Principal; account: string }>(
        `SELECT principal, account FROM directory_account WHERE source = ?1 AND run = ?2
         EXCEPT SELECT principal, account FROM directory_account WHERE source = ?1 AND run = ?3 LIMIT ?4`,
        ...[source, of, butNotOf, MAX_ACCESS_CHANGE + 1],
      );
    const none = before ?? '';
    const [added, dropped] = [edges(run, none), edges(none, run)];
    const old = new Map(accounts(none, run).map((each) => [each.principal, each.account]));
    const changed = new Set([...old.keys(), ...accounts(run, none).map(({ principal }) => principal)]);
    const all = added.length + dropped.length + changed.size;
    if (all === 0) return;
    if (all > MAX_ACCESS_CHANGE) return this.#add({ kind: 'unknown' });
    this.#add({
      kind: 'directory',
      source,
      added,
      dropped,
      accounts: [...changed].map((principal) => {
        const account = old.get(principal);
        return {
          principal,
          ...(account !== undefined && { before: withoutName(JSON.parse(account) as SourceAccount) }),
        };
      }),
    });
  }

  /** @param document changes of the ACLs of other documents are left out */
  since(since: string, aclOf: (aclId: number) => Acl, document?: DocumentId): AccessHistory {
    const rows = this.#db.all<{ at: string; record: string }>(
      `SELECT at, record FROM access_history
       WHERE at >= ?1 AND (?2 IS NULL OR subject IS NULL OR subject = ?2) ORDER BY seq DESC`,
      ...[since, document ?? null],
    );
    const begun = this.#db.get<{ value: string }>(
      `SELECT value FROM setting WHERE name = 'access-history-since'`,
    )?.value;
    const known = [begun ?? '', new Date(this.#now() - ACCESS_HISTORY_DAYS * DAY_MS).toISOString()];
    const changes: AccessChange[] = [];
    for (const { at, record } of rows) {
      const kept = JSON.parse(record) as Kept;
      if (kept.kind === 'unknown') known.push(at);
      else if (kept.kind === 'document')
        changes.push({ at, kind: 'document', document: kept.document, before: aclOf(kept.aclId) });
      else changes.push({ at, ...kept });
    }
    return { knownSince: known.sort().at(-1) ?? '', changes };
  }

  /** Inside a transaction. @returns changes that named one of them */
  rename(renamed: readonly (readonly [Principal, Principal])[]): number {
    const names = new Map(renamed);
    let changed = 0;
    for (const [principal] of renamed) {
      const rows = this.#db.all<{ seq: number; record: string }>(
        'SELECT seq, record FROM access_history WHERE instr(record, ?) > 0',
        JSON.stringify(principal),
      );
      for (const { seq, record } of rows) {
        const kept = JSON.parse(record) as Kept;
        if (kept.kind === 'unknown' || kept.kind === 'document') continue;
        const left = renamedIn(kept, names);
        if (left === kept) continue;
        this.#db.run('UPDATE access_history SET record = ? WHERE seq = ?', JSON.stringify(left), seq);
        changed++;
      }
    }
    return changed;
  }

  #add(kept: Kept, subject?: string): void {
    const now = this.#now();
    this.#db.run(
      'INSERT INTO access_history(at, subject, record) VALUES(?, ?, ?)',
      ...[new Date(now).toISOString(), subject ?? null, JSON.stringify(kept)],
    );
    this.#db.run(
      'DELETE FROM access_history WHERE at < ?',
      new Date(now - ACCESS_HISTORY_DAYS * DAY_MS).toISOString(),
    );
    const dropped = this.#db.change(
      'DELETE FROM access_history WHERE seq <= (SELECT max(seq) FROM access_history) - ?',
      MAX_ROWS,
    );
    if (dropped > 0)
      this.#db.run(
        `UPDATE setting SET value = (SELECT at FROM access_history ORDER BY seq LIMIT 1)
         WHERE name = 'access-history-since'`,
      );
  }
}

/** What decides whose it is, and no more. */
function withoutName({ principal, isActive, isPerson, email }: SourceAccount): SourceAccount {
  const facts = { principal, isActive, isPerson };
  if (email?.isVerified !== true) return facts;
  const digest = createHash('sha256').update(email.address.trim().toLowerCase()).digest('hex');
  return { ...facts, email: { address: `sha256:${digest}`, isVerified: true } };
}
