import type { Database } from '../database.ts';

/**
 * Which ACLs each list takes part in, in memory. ACLs are only ever added, so a change of members leaves this as it is
 * and new ACLs extend it. Cost of a first use: one pass over `acl_list`, about 60 ms for 100,000 ACLs of two lists.
 */
export class AclStructure {
  #lastAcl = 0;
  /** ACLs of list l: `members` from `offsets[l]` to `offsets[l + 1]`, for ACLs up to `#grouped`. */
  #offsets = new Uint32Array(1);
  #members = new Uint32Array(0);
  #grouped = 0;
  /** ACLs added since: pairs list, acl. Grouped anew when they are many. */
  #pairs: number[] = [];
  /** Lists an ACL has; 0 admits nobody. */
  #needed = new Uint16Array(1);

  /** Takes in what was added since the last call. Inside a transaction. */
  refresh(db: Database): void {
    const last = db.get<{ n: number | null }>('SELECT max(acl_id) AS n FROM acl')?.n ?? 0;
    if (last === this.#lastAcl) return;
    this.#readNeeded(db, last);
    const isMuch = last - this.#grouped > 1_000 && last - this.#grouped > this.#grouped / 4;
    if (isMuch) this.#group(db, last);
    else this.#append(db);
    this.#lastAcl = last;
  }

  /** ACLs all of whose lists are among `lists` (distinct), ascending. */
  admitted(lists: Iterable<number>): number[] {
    const matched = new Uint16Array(this.#needed.length);
    const wanted = new Set(lists);
    for (const list of wanted) {
      const end = this.#offsets[list + 1] ?? 0;
      for (let at = this.#offsets[list] ?? end; at < end; at++) {
        const acl = this.#members[at] as number;
        matched[acl] = (matched[acl] as number) + 1;
      }
    }
    for (let at = 0; at < this.#pairs.length; at += 2) {
      const acl = this.#pairs[at + 1] as number;
      if (wanted.has(this.#pairs[at] as number)) matched[acl] = (matched[acl] as number) + 1;
    }
    const found: number[] = [];
    for (let acl = 1; acl < matched.length; acl++)
      if (matched[acl] === this.#needed[acl] && this.#needed[acl] !== 0) found.push(acl);
    return found;
  }

  #readNeeded(db: Database, last: number): void {
    const needed = new Uint16Array(last + 1);
    needed.set(this.#needed);
    const rows = db.iterate<{ acl_id: number; lists: number }>(
      'SELECT acl_id, lists FROM acl WHERE acl_id > ?',
      this.#lastAcl,
    );
    for (const { acl_id: id, lists } of rows) needed[id] = lists;
    this.#needed = needed;
  }

  #append(db: Database): void {
    const rows = db.iterate<{ acl_id: number; list: number }>(
      'SELECT acl_id, list FROM acl_list WHERE acl_id > ?',
      this.#lastAcl,
    );
    for (const { acl_id: id, list } of rows) this.#pairs.push(list, id);
  }

  /** Counting sort by list; rows come by ACL, so each list's ACLs ascend. */
  #group(db: Database, last: number): void {
    const count = db.get<{ pairs: number; lists: number | null }>(
      'SELECT count(*) AS pairs, max(list) AS lists FROM acl_list',
    );
    const rows = () => db.iterate<{ list: number; acl_id: number }>('SELECT acl_id, list FROM acl_list');
    const offsets = new Uint32Array((count?.lists ?? 0) + 2);
    const members = new Uint32Array(count?.pairs ?? 0);
    for (const { list } of rows()) offsets[list + 1] = (offsets[list + 1] as number) + 1;
    for (let list = 1; list < offsets.length; list++)
      offsets[list] = (offsets[list] as number) + (offsets[list - 1] as number);
    const next = offsets.slice();
    for (const { list, acl_id: id } of rows()) {
      const at = next[list] as number;
      members[at] = id;
      next[list] = at + 1;
    }
    this.#offsets = offsets;
    this.#members = members;
    this.#grouped = last;
    this.#pairs = [];
  }
}
