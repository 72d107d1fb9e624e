/** One ACL as it is stored: its lists by number, distinct. */
export interface AclRow {
  readonly acl_id: number;
  readonly lists: readonly number[];
}

/** After so many ACLs that were added one by one, all are grouped anew. */
const MIN_ADDED = 1_000;

/**
 * Which ACLs each list takes part in, in memory. ACLs are only ever added, in the order of their ids, so a change of
 * members leaves this as it is and new ACLs extend it.
 */
export class AclStructure {
  #last = 0;
  /** ACLs of list l: `#members` from `#offsets[l]` to `#offsets[l + 1]`. */
  #offsets = new Uint32Array(1);
  #members = new Uint32Array(0);
  /** ACLs added since they were grouped: pairs list, acl. */
  #added: number[] = [];
  /** Lists an ACL has; 0 admits nobody. */
  #needed = new Uint16Array(1);

  /** Highest id taken in. */
  get last(): number {
    return this.#last;
  }

  /** @param rows all ACLs with an id above `last`, ascending */
  add(rows: readonly AclRow[]): void {
    const highest = rows.at(-1)?.acl_id;
    if (highest === undefined) return;
    const needed = new Uint16Array(highest + 1);
    needed.set(this.#needed);
    for (const { acl_id: id, lists } of rows) {
      needed[id] = lists.length;
      for (const list of lists) this.#added.push(list, id);
    }
    this.#needed = needed;
    this.#last = highest;
    if (this.#added.length > 2 * Math.max(MIN_ADDED, this.#members.length / 4)) this.#group();
  }

  /** ACLs all of whose lists are among `lists`, ascending. */
  admitted(lists: ReadonlySet<number>, denied: ReadonlySet<number>): Uint32Array {
    const matched = new Uint16Array(this.#needed.length);
    for (const list of lists) {
      const end = this.#offsets[list + 1] ?? 0;
      for (let at = this.#offsets[list] ?? end; at < end; at++) {
        const acl = this.#members[at] as number;
        matched[acl] = (matched[acl] as number) + 1;
      }
    }
    for (let at = 0; at < this.#added.length; at += 2) {
      const acl = this.#added[at + 1] as number;
      if (lists.has(this.#added[at] as number)) matched[acl] = (matched[acl] as number) + 1;
    }
    const found: number[] = [];
    for (let acl = 1; acl < matched.length; acl++)
      if (matched[acl] === this.#needed[acl] && this.#needed[acl] !== 0 && !denied.has(acl)) found.push(acl);
    return Uint32Array.from(found);
  }

  /** Counting sort by list; within a list the ACLs ascend, because what is added later has higher ids. */
  #group(): void {
    const pairs = this.#added;
    let lists = this.#offsets.length - 1;
    for (let at = 0; at < pairs.length; at += 2) lists = Math.max(lists, (pairs[at] as number) + 1);
    const offsets = new Uint32Array(lists + 1);
    for (let list = 0; list + 1 < this.#offsets.length; list++)
      offsets[list + 1] = (this.#offsets[list + 1] as number) - (this.#offsets[list] as number);
    for (let at = 0; at < pairs.length; at += 2)
      offsets[(pairs[at] as number) + 1] = (offsets[(pairs[at] as number) + 1] as number) + 1;
    for (let list = 1; list <= lists; list++)
      offsets[list] = (offsets[list] as number) + (offsets[list - 1] as number);
    const members = new Uint32Array(this.#members.length + pairs.length / 2);
    const next = offsets.slice();
    for (let list = 0; list + 1 < this.#offsets.length; list++) {
      const old = this.#members.subarray(this.#offsets[list], this.#offsets[list + 1]);
      members.set(old, next[list]);
      next[list] = (next[list] as number) + old.length;
    }
    for (let at = 0; at < pairs.length; at += 2) {
      const list = pairs[at] as number;
      members[next[list] as number] = pairs[at + 1] as number;
      next[list] = (next[list] as number) + 1;
    }
    [this.#offsets, this.#members, this.#added] = [offsets, members, []];
  }
}
