import type { Acl, AllowList, AllowListId, Principal } from '@fumikura/model';
import { aclKey } from '@fumikura/model';
import { sql } from 'kysely';
import type { Connection, Executor } from '../connection.ts';
import { announce } from '../news.ts';
import { keyOf } from '../keys.ts';
import type { AccessHistoryStore } from './access-history.ts';
import { AclStructure } from './acl-structure.ts';
import type { AclRow } from './acl-structure.ts';

/** Callers whose standing is kept; a page asks several times for one caller. */
const KEPT_CALLERS = 64;
/** ACLs whose ids are kept; a source has few distinct ones, and writes them again and again. */
const KEPT_ACLS = 20_000;

/** What the lists of one version say of a caller. */
export interface Standing {
  readonly version: number;
  readonly lists: ReadonlySet<number>;
  /** acl_ids that deny one of the principals. */
  readonly denied: ReadonlySet<number>;
  /** Computed when first asked for. */
  aclIds?: Uint32Array;
}

/** Lists, their members, and the distinct ACLs made of them. */
export class AclStore {
  readonly #connection: Connection;
  readonly #history: AccessHistoryStore;
  readonly #structure = new AclStructure();
  readonly #standings = new Map<string, Standing>();
  readonly #ids = new Map<string, number>();
  #refreshing: Promise<unknown> = Promise.resolve();

  constructor(connection: Connection, history: AccessHistoryStore) {
    this.#connection = connection;
    this.#history = history;
  }

  async version(db: Executor): Promise<number> {
    const { rows } = await sql<{ value: number }>`SELECT value FROM ${this.#table('access_version')}`.execute(
      db,
    );
    return rows[0]?.value ?? 0;
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

  /** Every acl_id whose lists all hold one of the principals and that denies none of them; ascending. */
  async readable(principals: readonly Principal[]): Promise<Standing & { readonly aclIds: Uint32Array }> {
    const known = this.#standings.get(principals.join('\n'));
    const version = await this.#connection.read((db) => this.version(db));
    if (known?.version === version && known.aclIds) return { ...known, aclIds: known.aclIds };
    return this.#alone(() =>
      this.#connection.snapshot(async (db) => {
        const standing = await this.#standing(db, principals);
        await this.#refresh(db);
        standing.aclIds ??= this.#structure.admitted(standing.lists, standing.denied);
        return { ...standing, aclIds: standing.aclIds };
      }),
    );
  }

  /** Takes in ACLs made since, before anybody asks. */
  async prepare(): Promise<void> {
    await this.#alone(() => this.#connection.snapshot((db) => this.#refresh(db)));
  }

  /** The caller's standing by the lists of `version`, or of a later one. */
  standingAt(version: number, principals: readonly Principal[]): Promise<Standing> | Standing {
    const known = this.#standings.get(principals.join('\n'));
    return known && known.version >= version
      ? known
      : this.#connection.read((db) => this.#standing(db, principals));
  }

  /**
   * One statement, so that version, lists and denials are of one moment. A look into the index for each principal: asked
   * for thousands of them at once, the planner would read the whole table.
   */
  async #standing(db: Executor, principals: readonly Principal[]): Promise<Standing> {
    const { rows } = await sql<{ version: number; lists: number[]; denied: number[] }>`
      SELECT value AS version,
        ARRAY(SELECT m.list FROM unnest(${principals}::text[]) AS p(principal) CROSS JOIN LATERAL
          (SELECT list FROM ${this.#table('list_member')} WHERE principal = p.principal OFFSET 0) AS m) AS lists,
        ARRAY(SELECT d.acl_id FROM unnest(${principals}::text[]) AS p(principal) CROSS JOIN LATERAL
          (SELECT acl_id FROM ${this.#table('acl_deny')} WHERE principal = p.principal OFFSET 0) AS d) AS denied
      FROM ${this.#table('access_version')}`.execute(db);
    const { version = 0, lists = [], denied = [] } = rows[0] ?? {};
    const known = this.#standings.get(principals.join('\n'));
    if (known?.version === version) return known;
    return this.#keep(principals, { version, lists: new Set(lists), denied: new Set(denied) });
  }

  #keep(principals: readonly Principal[], standing: Standing): Standing {
    const key = principals.join('\n');
    // An answer that was asked for earlier never takes the place of a later one.
    if ((this.#standings.get(key)?.version ?? -1) > standing.version) return standing;
    this.#standings.delete(key);
    this.#standings.set(key, standing);
    for (const oldest of this.#standings.keys()) {
      if (this.#standings.size <= KEPT_CALLERS) break;
      this.#standings.delete(oldest);
    }
    return standing;
  }

  async #refresh(db: Executor): Promise<void> {
    const { rows } = await sql<AclRow>`SELECT acl_id, lists FROM ${this.#table('acl')}
      WHERE acl_id > ${this.#structure.last} ORDER BY acl_id`.execute(db);
    this.#structure.add(rows);
  }

  /** One at a time: two that take in the same rows would count them twice. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#refreshing.then(work, work);
    this.#refreshing = turn.catch(() => undefined);
    return turn;
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

/** Today's answer for one ACL: the second check. */
export function admits({ lists, denied }: Standing, aclId: number, needed: readonly number[]): boolean {
  return needed.length > 0 && !denied.has(aclId) && needed.every((list) => lists.has(list));
}

export function parseAcl(value: string): Acl {
  const [allow, deny] = JSON.parse(value) as [AllowListId[], Principal[]];
  return { allow, ...(deny.length > 0 && { deny }) };
}
