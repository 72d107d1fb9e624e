import { createHash } from 'node:crypto';
import type { AllowListId, DocumentId, Principal, SourceAccount, SourceId } from '@fumikura/model';
import { ACCESS_HISTORY_DAYS, MAX_ACCESS_CHANGE, renamedIn } from '@fumikura/ports';
import type { AccessChange, AccessHistory } from '@fumikura/ports';
import { sql } from 'kysely';
import type { Connection, Executor } from '../connection.ts';
import { keyOf } from '../keys.ts';
import { parseAcl } from './acls.ts';

/** Changes kept, whatever their age. */
const MAX_ROWS = 200_000;
const NOW = sql`to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const OLDEST = sql`to_char((clock_timestamp() - make_interval(days => ${ACCESS_HISTORY_DAYS})) AT TIME ZONE 'UTC',
  'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

type Kept =
  | { kind: 'list'; list: AllowListId; added: readonly Principal[]; dropped: readonly Principal[] }
  | { kind: 'document'; document: DocumentId; aclId: number }
  | Omit<Extract<AccessChange, { kind: 'directory' }>, 'at'>
  | { kind: 'unknown' };

/** What was there before each change of who may read. */
export class AccessHistoryStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Inside a transaction, like the others. */
  async listChanged(
    db: Executor,
    list: AllowListId,
    added: readonly Principal[],
    dropped: readonly Principal[],
  ): Promise<void> {
    const isFew = added.length + dropped.length <= MAX_ACCESS_CHANGE;
    await this.#add(db, [{ kept: isFew ? { kind: 'list', list, added, dropped } : { kind: 'unknown' } }]);
  }

  async documentsMoved(
    db: Executor,
    moved: readonly { readonly document: DocumentId; readonly aclId: number }[],
  ): Promise<void> {
    await this.#add(
      db,
      moved.map((each) => ({ kept: { kind: 'document', ...each }, subject: each.document })),
    );
  }

  /** Before the rows of the run before are dropped. @param before empty for the first reading */
  async directoryRead(db: Executor, source: SourceId, run: string, before: string): Promise<void> {
    const [added, dropped] = [
      await this.#edges(db, source, run, before),
      await this.#edges(db, source, before, run),
    ];
    const old = new Map(
      (await this.#accounts(db, source, before, run)).map((each) => [each.principal, each.account]),
    );
    const now = await this.#accounts(db, source, run, before);
    const changed = new Set([...old.keys(), ...now.map(({ principal }) => principal)]);
    const all = added.length + dropped.length + changed.size;
    if (all === 0) return;
    const accounts = [...changed].map((principal) => {
      const account = old.get(principal);
      return {
        principal,
        ...(account !== undefined && { before: withoutName(JSON.parse(account) as SourceAccount) }),
      };
    });
    const kept: Kept =
      all > MAX_ACCESS_CHANGE ? { kind: 'unknown' } : { kind: 'directory', source, added, dropped, accounts };
    await this.#add(db, [{ kept }]);
  }

  /** @param document changes of the ACLs of other documents are left out */
  async since(db: Executor, since: string, document?: DocumentId): Promise<AccessHistory> {
    const subject = document === undefined ? null : keyOf(document);
    const { rows } = await sql<{ at: string; record: string; acl: string | null }>`
      SELECT h.at, h.record, a.value AS acl FROM ${this.#table()} AS h
      LEFT JOIN ${this.#connection.table('acl')} AS a ON a.acl_id = h.acl_id
      WHERE h.at >= ${since} AND (${subject}::bytea IS NULL OR h.subject IS NULL OR h.subject = ${subject})
      ORDER BY h.seq DESC`.execute(db);
    const begun = await sql<{ at: string; oldest: string }>`SELECT at, ${OLDEST} AS oldest
      FROM ${this.#connection.table('access_history_start')}`.execute(db);
    const known = begun.rows.flatMap(({ at, oldest }) => [at, oldest]);
    const changes: AccessChange[] = [];
    for (const { at, record, acl } of rows) {
      const kept = JSON.parse(record) as Kept;
      if (kept.kind === 'unknown') known.push(at);
      else if (kept.kind === 'document')
        changes.push({
          at,
          kind: 'document',
          document: kept.document,
          before: acl === null ? { allow: [] } : parseAcl(acl),
        });
      else changes.push({ at, ...kept });
    }
    return { knownSince: known.sort().at(-1) ?? '', changes };
  }

  /** Inside a transaction. @returns changes that named one of them */
  async rename(db: Executor, renamed: readonly (readonly [Principal, Principal])[]): Promise<number> {
    const names = new Map(renamed);
    let changed = 0;
    for (const [principal] of renamed) {
      const { rows } = await sql<{ seq: string; record: string }>`SELECT seq, record FROM ${this.#table()}
        WHERE position(${JSON.stringify(principal)} in record) > 0 FOR UPDATE`.execute(db);
      for (const { seq, record } of rows) {
        const kept = JSON.parse(record) as Kept;
        if (kept.kind === 'unknown' || kept.kind === 'document') continue;
        const left = renamedIn(kept, names);
        if (left === kept) continue;
        await sql`UPDATE ${this.#table()} SET record = ${JSON.stringify(left)} WHERE seq = ${seq}`.execute(
          db,
        );
        changed++;
      }
    }
    return changed;
  }

  async #add(
    db: Executor,
    changes: readonly { readonly kept: Kept; readonly subject?: string }[],
  ): Promise<void> {
    if (changes.length === 0) return;
    const subjects = changes.map(({ subject }) => (subject === undefined ? null : keyOf(subject)));
    const acls = changes.map(({ kept }) => (kept.kind === 'document' ? kept.aclId : null));
    const records = changes.map(({ kept }) => JSON.stringify(kept));
    const { rows } = await sql<{ last: number }>`WITH made AS (
      INSERT INTO ${this.#table()}(at, subject, acl_id, record)
      SELECT ${NOW}, n.subject, n.acl_id, n.record
      FROM unnest(${subjects}::bytea[], ${acls}::int[], ${records}::text[]) AS n(subject, acl_id, record) RETURNING seq)
      SELECT max(seq) AS last FROM made`.execute(db);
    await sql`DELETE FROM ${this.#table()} WHERE at < ${OLDEST}`.execute(db);
    const dropped =
      await sql`DELETE FROM ${this.#table()} WHERE seq <= ${(rows[0]?.last ?? 0) - MAX_ROWS}`.execute(db);
    if ((dropped.numAffectedRows ?? 0n) > 0n)
      await sql`UPDATE ${this.#connection.table('access_history_start')}
        SET at = (SELECT at FROM ${this.#table()} ORDER BY seq LIMIT 1)`.execute(db);
  }

  async #edges(
    db: Executor,
    source: SourceId,
    of: string,
    butNotOf: string,
  ): Promise<(readonly [Principal, Principal])[]> {
    const members = this.#connection.table('directory_member');
    const { rows } = await sql<{ member: Principal; held_by: Principal }>`
      SELECT member, held_by FROM ${members} WHERE source = ${source} AND run = ${of}
      EXCEPT SELECT member, held_by FROM ${members} WHERE source = ${source} AND run = ${butNotOf}
      LIMIT ${MAX_ACCESS_CHANGE + 1}`.execute(db);
    return rows.map(({ member, held_by: group }) => [member, group]);
  }

  async #accounts(
    db: Executor,
    source: SourceId,
    of: string,
    butNotOf: string,
  ): Promise<readonly { readonly principal: Principal; readonly account: string }[]> {
    const accounts = this.#connection.table('directory_account');
    const { rows } = await sql<{ principal: Principal; account: string }>`
      SELECT principal, account FROM ${accounts} WHERE source = ${source} AND run = ${of}
      EXCEPT SELECT principal, account FROM ${accounts} WHERE source = ${source} AND run = ${butNotOf}
      LIMIT ${MAX_ACCESS_CHANGE + 1}`.execute(db);
    return rows;
  }

  #table() {
    return this.#connection.table('access_history');
  }
}

/** What decides whose it is, and no more. */
function withoutName({ principal, isActive, isPerson, email }: SourceAccount): SourceAccount {
  const facts = { principal, isActive, isPerson };
  if (email?.isVerified !== true) return facts;
  const digest = createHash('sha256').update(email.address.trim().toLowerCase()).digest('hex');
  return { ...facts, email: { address: `sha256:${digest}`, isVerified: true } };
}
