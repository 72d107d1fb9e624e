import type { Acl, AllowList, AllowListId, Principal } from '@fumikura/model';
import { aclKey } from '@fumikura/model';
import type { Database } from '../database.ts';

/** Lists, their members, and the distinct ACLs made of them. */
export class AclStore {
  readonly #db: Database;
  readonly #ids = new Map<string, number>();
  #structure: Structure | undefined;

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

  /** Ids seen inside a transaction that was rolled back do not exist. */
  forget(): void {
    this.#ids.clear();
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
      const isSame =
        current.length === wanted.size && current.every(({ principal }) => wanted.has(principal));
      this.#db.run(
        'UPDATE list SET read_at = ?, source = coalesce(?, source) WHERE list = ?',
        readAt,
        source,
        list,
      );
      if (isSame) continue;
      this.#db.run('DELETE FROM list_member WHERE list = ?', list);
      for (const principal of wanted)
        this.#db.run('INSERT INTO list_member(principal, list) VALUES(?, ?)', principal, list);
      this.#touch();
    }
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

  version(): string {
    return (
      this.#db.get<{ value: string }>(`SELECT value FROM setting WHERE name = 'access-version'`)?.value ?? '0'
    );
  }

  /** Every acl_id whose lists all hold one of the principals and that denies none of them; ascending. */
  readable(principals: readonly Principal[]): { aclIds: Uint32Array; version: string } {
    return this.#db.read(() => {
      const version = this.version();
      const { offsets, members, needed } = this.#structureAt(version);
      const matched = new Uint16Array(needed.length);
      for (const list of this.#listsOf(principals)) {
        for (let at = offsets[list] ?? 0; at < (offsets[list + 1] ?? 0); at++) {
          const acl = members[at] ?? 0;
          matched[acl] = (matched[acl] ?? 0) + 1;
        }
      }
      const denied = this.#deniedBy(principals);
      const found: number[] = [];
      for (let acl = 0; acl < needed.length; acl++) {
        const wanted = needed[acl] ?? 0;
        if (wanted > 0 && matched[acl] === wanted && !denied.has(acl)) found.push(acl);
      }
      return { aclIds: Uint32Array.from(found), version };
    });
  }

  /** Today's answer for single ACLs, from the tables and nothing else: the second check. */
  admits(aclIds: Iterable<number>, principals: readonly Principal[]): Set<number> {
    const lists = new Set(this.#listsOf(principals));
    const denied = this.#deniedBy(principals);
    const admitted = new Set<number>();
    for (const aclId of new Set(aclIds)) {
      const { allow } = this.aclOf(aclId);
      const all = [...new Set(allow)].map(
        (id) => this.#db.get<{ list: number }>('SELECT list FROM list WHERE id = ?', id)?.list,
      );
      if (
        allow.length > 0 &&
        !denied.has(aclId) &&
        all.every((list) => list !== undefined && lists.has(list))
      )
        admitted.add(aclId);
    }
    return admitted;
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
      this.#db.run('INSERT INTO acl_list(list, acl_id) VALUES(?, ?)', this.#listId(list), id);
    for (const principal of new Set(acl.deny))
      this.#db.run('INSERT INTO acl_deny(principal, acl_id) VALUES(?, ?)', principal, id);
    this.#touch();
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

  #touch(): void {
    this.#db.run(
      `INSERT INTO setting(name, value) VALUES('access-version', '1')
       ON CONFLICT(name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)`,
    );
  }

  /** Asked in chunks of parameters, because a person of a large company is thousands of principals. */
  #listsOf(principals: readonly Principal[]): number[] {
    const lists = inParts(principals, (part) =>
      this.#db
        .all<{ list: number }>(`SELECT list FROM list_member WHERE principal IN (${marks(part)})`, ...part)
        .map(({ list }) => list),
    );
    return [...new Set(lists)];
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

  /** Which ACLs each list takes part in, as flat arrays; made anew when anything changed. */
  #structureAt(version: string): Structure {
    if (this.#structure?.version === version) return this.#structure;
    const lastAcl = this.#db.get<{ n: number | null }>('SELECT max(acl_id) AS n FROM acl')?.n ?? 0;
    const lastList = this.#db.get<{ n: number | null }>('SELECT max(list) AS n FROM list')?.n ?? 0;
    const needed = new Uint16Array(lastAcl + 1);
    for (const { acl_id: id, lists } of this.#db.iterate<{ acl_id: number; lists: number }>(
      'SELECT acl_id, lists FROM acl',
    ))
      needed[id] = lists;
    const pairs = this.#db.all<{ list: number; acl_id: number }>(
      'SELECT list, acl_id FROM acl_list ORDER BY list',
    );
    const offsets = new Uint32Array(lastList + 2);
    const members = new Uint32Array(pairs.length);
    for (const [index, { list, acl_id: id }] of pairs.entries()) {
      members[index] = id;
      offsets[list + 1] = index + 1;
    }
    for (let list = 1; list < offsets.length; list++)
      offsets[list] = Math.max(offsets[list] ?? 0, offsets[list - 1] ?? 0);
    this.#structure = { version, offsets, members, needed };
    return this.#structure;
  }
}

interface Structure {
  readonly version: string;
  /** ACLs of list l: members[offsets[l]] to members[offsets[l + 1]]. */
  readonly offsets: Uint32Array;
  readonly members: Uint32Array;
  /** Lists an ACL has; 0 admits nobody. */
  readonly needed: Uint16Array;
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
