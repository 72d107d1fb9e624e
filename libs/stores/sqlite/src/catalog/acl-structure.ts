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

  /**
   * How many of `lists` (distinct) each ACL holds, by acl_id: `matched`, and beside it the ACLs that are newer. The same
   * array when there are none.
   */
  matchedAlso(matched: Uint16Array, lists: ReadonlySet<number>): Uint16Array {
    const from = matched.length;
    if (from === this.#needed.length) return matched;
    const longer = new Uint16Array(this.#needed.length);
    longer.set(matched);
    if (from <= this.#grouped) for (const list of lists) this.#countGrouped(longer, list, 1, from);
    for (let at = 0; at < this.#pairs.length; at += 2) {
      const acl = this.#pairs[at + 1] as number;
      if (acl >= from && lists.has(this.#pairs[at] as number)) longer[acl] = (longer[acl] as number) + 1;
    }
    return longer;
  }

  /** One list more, or less, in `matched`. */
  count(matched: Uint16Array, list: number, by: 1 | -1): void {
    this.#countGrouped(matched, list, by, 0);
    for (let at = 0; at < this.#pairs.length; at += 2) {
      const acl = this.#pairs[at + 1] as number;
      if (this.#pairs[at] === list) matched[acl] = (matched[acl] as number) + by;
    }
  }

  /** ACLs whose lists are all matched and that are not denied, ascending. */
  fulfilled(matched: Uint16Array, denied: ReadonlySet<number>): Uint32Array {
    const found = new Uint32Array(matched.length);
    const needed = this.#needed;
    let count = 0;
    for (let acl = 1; acl < matched.length; acl++)
      if (matched[acl] === needed[acl] && needed[acl] !== 0) found[count++] = acl;
    const admitted = found.subarray(0, count);
    return denied.size === 0 ? admitted.slice() : admitted.filter((acl) => !denied.has(acl));
  }

  #countGrouped(matched: Uint16Array, list: number, by: 1 | -1, from: number): void {
    const end = this.#offsets[list + 1] ?? 0;
    for (let at = this.#offsets[list] ?? end; at < end; at++) {
      const acl = this.#members[at] as number;
      if (acl >= from) matched[acl] = (matched[acl] as number) + by;
    }
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

  /** Counting sort by list; pairs come by ACL, so each list's ACLs ascend. Rows are read once: that is most of the cost. */
  #group(db: Database, last: number): void {
    const count = db.get<{ pairs: number; lists: number | null }>(
      'SELECT count(*) AS pairs, max(list) AS lists FROM acl_list',
    );
    const pairs = new Uint32Array(2 * (count?.pairs ?? 0));
    const offsets = new Uint32Array((count?.lists ?? 0) + 2);
    let filled = 0;
    for (const { list, acl_id: id } of db.iterate<Pair>('SELECT acl_id, list FROM acl_list')) {
      pairs[filled++] = list;
      pairs[filled++] = id;
      offsets[list + 1] = (offsets[list + 1] as number) + 1;
    }
    for (let list = 1; list < offsets.length; list++)
      offsets[list] = (offsets[list] as number) + (offsets[list - 1] as number);
    const next = offsets.slice();
    const members = new Uint32Array(pairs.length / 2);
    for (let at = 0; at < pairs.length; at += 2) {
      const place = next[pairs[at] as number] as number;
      members[place] = pairs[at + 1] as number;
      next[pairs[at] as number] = place + 1;
    }
    this.#offsets = offsets;
    this.#members = members;
    this.#grouped = last;
    this.#pairs = [];
  }
}

interface Pair {
  readonly acl_id: number;
  readonly list: number;
}
