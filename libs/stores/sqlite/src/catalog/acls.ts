import type { Acl, AllowList, AllowListId, Principal } from '@fumikura/model';
import { aclKey } from '@fumikura/model';
import type { Database } from '../database.ts';
import { AclStructure } from './acl-structure.ts';

/** Callers whose lists are kept; a page asks several times for one caller. */
const KEPT_CALLERS = 16;

/** What today's lists say of a caller. */
interface Standing {
  readonly version: string;
  readonly lists: ReadonlySet<number>;
  /** acl_ids that deny one of the principals. */
  readonly denied: ReadonlySet<number>;
  /** Computed when first asked for, at the cost of a pass over the caller's lists. */
  aclIds?: Uint32Array;
}

/** Lists, their members, and the distinct ACLs made of them. */
export class AclStore {
  readonly #db: Database;
  readonly #ids = new Map<string, number>();
  readonly #structure = new AclStructure();
  readonly #standings = new Map<string, Standing>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** The row of an ACL, made when it is new. Inside a transaction. */
  idOf(acl: Acl): number {
    const key = aclKey(acl);
    const cached = this.#ids.get(key);
    if (cached !== undefined) return cached;
    const known = this.#db.get<{ acl_id: number }>('SELECT acl_id FROM acl WHERE key = ?', key);
    const id = known?.acl_id ?? this.#make(acl, key);
    this.#ids.set(key, id);
    return id;
  }

  /** Ids and versions seen inside a transaction that was rolled back do not exist. */
  forget(): void {
    this.#ids.clear();
    this.#standings.clear();
  }

  aclOf(id: number): Acl {
    const row = this.#db.get<{ key: string }>('SELECT key FROM acl WHERE acl_id = ?', id);
    const [allow, deny] = row ? (JSON.parse(row.key) as [AllowListId[], Principal[]]) : [[], []];
    return { allow, ...(deny.length > 0 && { deny }) };
  }

  /** Replaces members; documents stay as they are. Inside a transaction. */
  putLists(lists: readonly AllowList[], source: string | null): void {
    for (const { id, members, readAt } of lists) {
      const list = this.#listId(id);
      const wanted = new Set<string>(members);
      const current = this.#db.all<{ principal: string }>(
        'SELECT principal FROM list_member WHERE list = ?',
        list,
      );
      this.#db.run(
        'UPDATE list SET read_at = ?, source = coalesce(?, source) WHERE list = ?',
        readAt,
        source,
        list,
      );
      const kept = new Set(current.map(({ principal }) => principal));
      const added = [...wanted].filter((principal) => !kept.has(principal));
      const dropped = [...kept].filter((principal) => !wanted.has(principal));
      for (const principal of dropped)
        this.#db.run('DELETE FROM list_member WHERE principal = ? AND list = ?', principal, list);
      for (const principal of added)
        this.#db.run('INSERT INTO list_member(principal, list) VALUES(?, ?)', principal, list);
      if (added.length > 0 || dropped.length > 0) this.changed();
    }
  }

  /** The lists a source gave admit nobody from now on. Inside a transaction. */
  forgetSource(source: string): void {
    this.#db.run('DELETE FROM list_member WHERE list IN (SELECT list FROM list WHERE source = ?)', source);
    if (this.#db.change('UPDATE list SET read_at = NULL WHERE source = ?', source) > 0) this.changed();
  }

  lists(ids: readonly AllowListId[]): AllowList[] {
    return ids.flatMap((id) => {
      const row = this.#db.get<{ list: number; read_at: string | null }>(
        'SELECT list, read_at FROM list WHERE id = ?',
        id,
      );
      if (!row || row.read_at === null) return [];
      const members = this.#db.all<{ principal: Principal }>(
        'SELECT principal FROM list_member WHERE list = ? ORDER BY principal',
        row.list,
      );
      return [{ id, members: members.map(({ principal }) => principal), readAt: row.read_at }];
    });
  }

  /** Names of the lists that were read, by the source that gave them. */
  listsBySource(): { source: string | null; id: AllowListId }[] {
    return this.#db.all('SELECT source, id FROM list WHERE read_at IS NOT NULL ORDER BY source, id');
  }

  version(): string {
    return (
      this.#db.get<{ value: string }>(`SELECT value FROM setting WHERE name = 'access-version'`)?.value ?? '0'
    );
  }

  /** Every acl_id whose lists all hold one of the principals and that denies none of them; ascending. */
  readable(principals: readonly Principal[]): { aclIds: Uint32Array; version: string } {
    return this.#db.read(() => {
      const standing = this.#standing(principals);
      standing.aclIds ??= this.#admittedBy(standing);
      return { aclIds: standing.aclIds, version: standing.version };
    });
  }

  /** Today's answer for single ACLs, from their own rows: the second check. */
  admits(aclIds: Iterable<number>, principals: readonly Principal[]): Set<number> {
    const { lists, denied } = this.#standing(principals);
    const isMine = (id: AllowListId) => {
      const list = this.#db.get<{ list: number }>('SELECT list FROM list WHERE id = ?', id)?.list;
      return list !== undefined && lists.has(list);
    };
    const admitted = [...new Set(aclIds)].filter((aclId) => {
      const { allow } = this.aclOf(aclId);
      return allow.length > 0 && !denied.has(aclId) && allow.every(isMine);
    });
    return new Set(admitted);
  }

  #admittedBy({ lists, denied }: Standing): Uint32Array {
    this.#structure.refresh(this.#db);
    return Uint32Array.from(this.#structure.admitted(lists).filter((acl) => !denied.has(acl)));
  }

  /** Kept for as long as the version of the lists stands. */
  #standing(principals: readonly Principal[]): Standing {
    const key = principals.join('\n');
    const version = this.version();
    const known = this.#standings.get(key);
    this.#standings.delete(key);
    const standing =
      known?.version === version
        ? known
        : { version, lists: this.#listsOf(principals), denied: this.#deniedBy(principals) };
    this.#standings.set(key, standing);
    for (const oldest of this.#standings.keys()) {
      if (this.#standings.size <= KEPT_CALLERS) break;
      this.#standings.delete(oldest);
    }
    return standing;
  }

  #make(acl: Acl, key: string): number {
    const lists = [...new Set(acl.allow)];
    const id =
      this.#db.get<{ acl_id: number }>(
        'INSERT INTO acl(key, lists) VALUES(?, ?) RETURNING acl_id',
        key,
        lists.length,
      )?.acl_id ?? 0;
    for (const list of lists)
      this.#db.run('INSERT INTO acl_list(acl_id, list) VALUES(?, ?)', id, this.#listId(list));
    for (const principal of new Set(acl.deny))
      this.#db.run('INSERT INTO acl_deny(principal, acl_id) VALUES(?, ?)', principal, id);
    this.changed();
    return id;
  }

  /** A list that is named before it was ever read exists, with nobody in it. */
  #listId(id: AllowListId): number {
    const known = this.#db.get<{ list: number }>('SELECT list FROM list WHERE id = ?', id);
    return (
      known?.list ??
      this.#db.get<{ list: number }>('INSERT INTO list(id) VALUES(?) RETURNING list', id)?.list ??
      0
    );
  }

  /** Lists, ACLs or memberships did: what was computed from them is computed anew. */
  changed(): void {
    this.#db.run(
      `INSERT INTO setting(name, value) VALUES('access-version', '1')
       ON CONFLICT(name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)`,
    );
  }

  /** Asked in chunks of parameters, because a person of a large company is thousands of principals. */
  #listsOf(principals: readonly Principal[]): ReadonlySet<number> {
    const lists = inParts(principals, (part) =>
      this.#db
        .all<{ list: number }>(`SELECT list FROM list_member WHERE principal IN (${marks(part)})`, ...part)
        .map(({ list }) => list),
    );
    return new Set(lists);
  }

  #deniedBy(principals: readonly Principal[]): ReadonlySet<number> {
    return new Set(
      inParts(principals, (part) =>
        this.#db
          .all<{ acl_id: number }>(`SELECT acl_id FROM acl_deny WHERE principal IN (${marks(part)})`, ...part)
          .map(({ acl_id: id }) => id),
      ),
    );
  }
}

const PARAMETERS = 500;

function inParts<T, R>(values: readonly T[], ask: (part: readonly T[]) => readonly R[]): R[] {
  const found: R[] = [];
  for (let at = 0; at < values.length; at += PARAMETERS)
    found.push(...ask(values.slice(at, at + PARAMETERS)));
  return found;
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(',');
}
