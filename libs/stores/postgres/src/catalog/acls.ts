import type { Acl, AllowList, AllowListId, Principal } from '@fumikura/model';
import { aclKey } from '@fumikura/model';
import { sql } from 'kysely';
import type { Connection, Executor } from '../connection.ts';
import { announce } from '../news.ts';
import { keyOf } from '../keys.ts';
import type { AccessHistoryStore } from './access-history.ts';

/** ACLs whose ids are kept; a source has few distinct ones, and writes them again and again. */
const KEPT_ACLS = 20_000;

/** Lists, their members, and the distinct ACLs made of them. */
export class AclStore {
  readonly #connection: Connection;
  readonly #history: AccessHistoryStore;
  readonly #ids = new Map<string, number>();

  constructor(connection: Connection, history: AccessHistoryStore) {
    this.#connection = connection;
    this.#history = history;
  }

  /**
   * Lists, ACLs or memberships did: what was computed from them is computed anew. Held until the transaction ends, so
   * whatever changes access does it one after another, and comes to its other locks before this one.
   */
  async changed(db: Executor): Promise<void> {
    await sql`UPDATE ${this.#table('access_version')} SET value = value + 1`.execute(db);
    await announce(db, this.#connection);
  }

  /** Row numbers of ACLs by `aclKey`, made when they are new; in transactions of their own. */
  async idsOf(acls: readonly Acl[]): Promise<ReadonlyMap<string, number>> {
    const wanted = new Map(acls.map((acl) => [aclKey(acl), acl]));
    const missing = [...wanted].filter(([key]) => !this.#ids.has(key));
    if (missing.length > 0) await this.#find(missing.map(([key]) => key));
    const unknown = missing.filter(([key]) => !this.#ids.has(key)).map(([, acl]) => acl);
    if (unknown.length > 0) await this.#make(unknown);
    const found = new Map([...wanted.keys()].map((key) => [key, this.#ids.get(key) ?? 0]));
    if (this.#ids.size > KEPT_ACLS) this.#ids.clear();
    return found;
  }

  /** A list that is named before it was ever read exists, with nobody in it. Before the transaction that uses it. */
  async ensureLists(ids: readonly AllowListId[]): Promise<void> {
    const wanted = [...new Set(ids)].sort();
    if (wanted.length === 0) return;
    const known = await this.#connection.read((db) => this.#listIds(db, wanted));
    const missing = wanted.filter((id) => !known.has(id));
    if (missing.length === 0) return;
    await this.#connection.write((db) =>
      sql`INSERT INTO ${this.#table('list')}(id) SELECT id FROM unnest(${missing}::text[]) AS id
        ON CONFLICT DO NOTHING`.execute(db),
    );
  }

  /** Replaces members of lists that exist; documents stay as they are. Inside a transaction. */
  async putLists(db: Executor, lists: readonly AllowList[], source: string | null): Promise<void> {
    if (lists.length === 0) return;
    // The last of several writes of one list wins, as it does when they come one after another.
    const distinct = [...new Map(lists.map((list) => [list.id, list])).values()];
    const ids = await this.#listIds(
      db,
      distinct.map(({ id }) => id),
    );
    let isChanged = false;
    for (const { id, members, readAt } of distinct) {
      const list = ids.get(id);
      const wanted = [...new Set(members)];
      await sql`UPDATE ${this.#table('list')} SET read_at = ${readAt}, source = coalesce(${source}, source)
        WHERE list = ${list}`.execute(db);
      const dropped = await sql<{ principal: Principal }>`DELETE FROM ${this.#table('list_member')}
        WHERE list = ${list} AND principal <> ALL(${wanted}::text[]) RETURNING principal`.execute(db);
      const added = await sql<{
        principal: Principal;
      }>`INSERT INTO ${this.#table('list_member')}(principal, list)
        SELECT principal, ${list}::int FROM unnest(${wanted}::text[]) AS principal
        ON CONFLICT DO NOTHING RETURNING principal`.execute(db);
      if (added.rows.length + dropped.rows.length === 0) continue;
      isChanged = true;
      const names = (rows: readonly { readonly principal: Principal }[]) => rows.map((row) => row.principal);
      await this.#history.listChanged(db, id, names(added.rows), names(dropped.rows));
    }
    if (isChanged) await this.changed(db);
  }

  /** The lists a source gave admit nobody from now on. Inside a transaction. */
  async forgetSource(db: Executor, source: string): Promise<void> {
    const { rows } = await sql<{
      id: AllowListId;
      members: Principal[];
    }>`SELECT l.id, array_agg(m.principal) AS members
      FROM ${this.#table('list')} AS l JOIN ${this.#table('list_member')} AS m ON m.list = l.list
      WHERE l.source = ${source} GROUP BY l.id ORDER BY l.id`.execute(db);
    for (const { id, members } of rows) await this.#history.listChanged(db, id, [], members);
    await sql`DELETE FROM ${this.#table('list_member')} WHERE list IN
      (SELECT list FROM ${this.#table('list')} WHERE source = ${source})`.execute(db);
    const { numAffectedRows = 0n } = await sql`UPDATE ${this.#table('list')} SET read_at = NULL
      WHERE source = ${source} AND read_at IS NOT NULL`.execute(db);
    if (numAffectedRows > 0n) await this.changed(db);
  }

  async lists(db: Executor, ids: readonly AllowListId[]): Promise<AllowList[]> {
    const { rows } = await sql<{ id: string; read_at: string; members: Principal[] }>`
      SELECT l.id, l.read_at, ARRAY(SELECT m.principal FROM ${this.#table('list_member')} AS m
        WHERE m.list = l.list ORDER BY m.principal) AS members
      FROM unnest(${ids}::text[]) WITH ORDINALITY AS w(id, place) JOIN ${this.#table('list')} AS l ON l.id = w.id
      WHERE l.read_at IS NOT NULL ORDER BY w.place`.execute(db);
    return rows.map(({ id, read_at: readAt, members }) => ({ id, members, readAt }));
  }

  /** Names of the lists that were read, by the source that gave them. */
  async listsBySource(db: Executor): Promise<{ source: string | null; id: AllowListId }[]> {
    const { rows } = await sql<{
      source: string | null;
      id: string;
    }>`SELECT source, id FROM ${this.#table('list')}
      WHERE read_at IS NOT NULL ORDER BY source, id`.execute(db);
    return rows;
  }

  async #find(keys: readonly string[]): Promise<void> {
    const byHash = new Map(keys.map((key) => [keyOf(key).toString('hex'), key]));
    const { rows } = await this.#connection.read((db) =>
      sql<{ acl_id: number; key: Buffer }>`SELECT acl_id, key FROM ${this.#table('acl')}
        WHERE key = ANY(${keys.map(keyOf)}::bytea[])`.execute(db),
    );
    for (const { acl_id: id, key } of rows) this.#ids.set(byHash.get(key.toString('hex')) ?? '', id);
  }

  /** Remembered only after the commit: an id of a transaction that was taken back does not exist. */
  async #make(acls: readonly Acl[]): Promise<void> {
    await this.ensureLists(acls.flatMap(({ allow }) => allow));
    await this.#connection.write(async (db) => {
      // Taken before ids are given out, so that they become visible in their order.
      await this.changed(db);
      const lists = await this.#listIds(
        db,
        acls.flatMap(({ allow }) => allow),
      );
      for (const acl of acls) {
        const key = aclKey(acl);
        const numbers = [...new Set(acl.allow)].map((id) => lists.get(id) ?? 0);
        const { rows } = await sql<{ acl_id: number }>`INSERT INTO ${this.#table('acl')}(key, value, lists)
          SELECT ${keyOf(key)}::bytea, ${key}, ${numbers}::int[]
          WHERE NOT EXISTS (SELECT 1 FROM ${this.#table('acl')} WHERE key = ${keyOf(key)})
          RETURNING acl_id`.execute(db);
        const id = rows[0]?.acl_id;
        if (id === undefined || !acl.deny?.length) continue;
        await sql`INSERT INTO ${this.#table('acl_deny')}(principal, acl_id)
          SELECT principal, ${id}::int FROM unnest(${[...new Set(acl.deny)]}::text[]) AS principal`.execute(
          db,
        );
      }
    });
    await this.#find(acls.map(aclKey));
  }

  async #listIds(db: Executor, ids: readonly AllowListId[]): Promise<ReadonlyMap<AllowListId, number>> {
    const { rows } = await sql<{ id: string; list: number }>`SELECT id, list FROM ${this.#table('list')}
      WHERE id = ANY(${[...new Set(ids)]}::text[])`.execute(db);
    return new Map(rows.map(({ id, list }) => [id, list]));
  }

  #table(name: string) {
    return this.#connection.table(name);
  }
}

export function parseAcl(value: string): Acl {
  const [allow, deny] = JSON.parse(value) as [AllowListId[], Principal[]];
  return { allow, ...(deny.length > 0 && { deny }) };
}
