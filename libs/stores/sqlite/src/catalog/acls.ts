import type { Acl, AllowList, AllowListId, Principal } from '@fumikura/model';
import { aclKey } from '@fumikura/model';
import type { Database } from '../database.ts';
import { AccessChanges } from './access-changes.ts';
import type { AccessHistoryStore } from './access-history.ts';
import { AclStructure } from './acl-structure.ts';
import { Standing } from './standing.ts';

/** Callers whose lists are kept; a page asks several times for one caller. */
const KEPT_CALLERS = 16;
/** ACLs whose lists are kept for second checks. */
const KEPT_ACLS = 20_000;

/** Lists, their members, and the distinct ACLs made of them. */
export class AclStore {
  readonly #db: Database;
  readonly #ids = new Map<string, number>();
  readonly #structure = new AclStructure();
  readonly #listsOfAcl = new Map<number, readonly number[]>();
  readonly #standings = new Map<string, Standing>();
  readonly #keys = new WeakMap<readonly Principal[], string>();
  readonly #changes: AccessChanges;
  readonly #history: AccessHistoryStore;

  constructor(db: Database, history: AccessHistoryStore) {
    this.#db = db;
    this.#history = history;
    this.#changes = new AccessChanges(db);
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
    this.#listsOfAcl.clear();
    this.#standings.clear();
  }

  aclOf(id: number): Acl {
    const row = this.#db.get<{ key: string }>('SELECT key FROM acl WHERE acl_id = ?', id);
    const [allow, deny] = row ? (JSON.parse(row.key) as [AllowListId[], Principal[]]) : [[], []];
    return { allow, ...(deny.length > 0 && { deny }) };
  }

  /** Replaces members; documents stay as they are. Inside a transaction. */
  putLists(lists: readonly AllowList[], source: string | null): void {
    const moved = new Set<number>();
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
      if (added.length === 0 && dropped.length === 0) continue;
      moved.add(list);
      this.#history.listChanged(id, added as Principal[], dropped as Principal[]);
    }
    if (moved.size > 0) this.#changes.next([...moved]);
  }

  /** The lists a source gave admit nobody from now on. Inside a transaction. */
  forgetSource(source: string): void {
    const lists = this.#db.all<{ list: number; id: AllowListId }>(
      'SELECT list, id FROM list WHERE source = ?',
      source,
    );
    for (const { id, members } of this.lists(lists.map(({ id }) => id)))
      if (members.length > 0) this.#history.listChanged(id, [], members);
    this.#db.run('DELETE FROM list_member WHERE list IN (SELECT list FROM list WHERE source = ?)', source);
    this.#db.run('UPDATE list SET read_at = NULL WHERE source = ?', source);
    if (lists.length > 0) this.#changes.next(lists.map(({ list }) => list));
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
    return this.#changes.version();
  }

  /** Every acl_id whose lists all hold one of the principals and that denies none of them; ascending. */
  readable(principals: readonly Principal[]): { aclIds: Uint32Array; version: string } {
    return this.#db.read(() => {
      const standing = this.#standing(principals);
      return { aclIds: standing.aclIds(this.#structure), version: standing.version };
    });
  }

  /** Today's answer for single ACLs, from their own rows: the second check. */
  admits(aclIds: Iterable<number>, principals: readonly Principal[]): Set<number> {
    const standing = this.#standing(principals);
    const admitted = [...new Set(aclIds)].filter((aclId) => {
      const allow = this.#listsOf(aclId);
      return allow.length > 0 && !standing.denies(aclId) && allow.every((list) => standing.holds(list));
    });
    return new Set(admitted);
  }

  /** Lists as an ACL's own row names them, 0 for one that does not exist; neither ever changes. */
  #listsOf(aclId: number): readonly number[] {
    const known = this.#listsOfAcl.get(aclId);
    if (known) return known;
    const lists = this.aclOf(aclId).allow.map(
      (id) => this.#db.get<{ list: number }>('SELECT list FROM list WHERE id = ?', id)?.list ?? 0,
    );
    if (this.#listsOfAcl.size >= KEPT_ACLS) this.#listsOfAcl.clear();
    if (!lists.includes(0)) this.#listsOfAcl.set(aclId, lists);
    return lists;
  }

  /** Of the version that stands now; the one before is corrected where its changes are known. */
  #standing(principals: readonly Principal[]): Standing {
    const key = this.#keyOf(principals);
    const version = this.version();
    const known = this.#standings.get(key);
    this.#standings.delete(key);
    const standing = (known && this.#upToDate(known, version)) ?? new Standing(this.#db, principals, version);
    this.#standings.set(key, standing);
    for (const oldest of this.#standings.keys()) {
      if (this.#standings.size <= KEPT_CALLERS) break;
      this.#standings.delete(oldest);
    }
    return standing;
  }

  #upToDate(standing: Standing, version: string): Standing | undefined {
    if (standing.version === version) return standing;
    const changed = this.#changes.between(standing.version, version);
    if (!changed) return undefined;
    standing.moveTo(version, changed, this.#structure);
    return standing;
  }

  /** The same array comes again and again; joining thousands of names takes as long as the rest of a second check. */
  #keyOf(principals: readonly Principal[]): string {
    const key = this.#keys.get(principals) ?? principals.join('\n');
    this.#keys.set(principals, key);
    return key;
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

  /** New ACLs and memberships of groups: what was computed of lists still holds for the principals it was computed for. */
  changed(): void {
    this.#changes.next();
  }
}
