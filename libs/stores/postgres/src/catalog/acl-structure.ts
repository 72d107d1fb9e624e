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

  /** @param text all ACLs with an id above `last`, each as its id and its distinct lists: `12{3,4}13{}` */
  add(text: string): void {
    const [acls, counts]: [number[], number[]] = [[], []];
    readAcls(text, (acl, lists) => {
      acls.push(acl);
      counts.push(lists.length);
      for (const list of lists) this.#added.push(list, acl);
      this.#last = Math.max(this.#last, acl);
    });
    const needed = new Uint16Array(this.#last + 1);
    needed.set(this.#needed);
    for (const [at, acl] of acls.entries()) needed[acl] = counts[at] as number;
    this.#needed = needed;
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

  /** Counting sort by list. */
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

const [ZERO, NINE, OPEN, CLOSE] = [0x30, 0x39, 0x7b, 0x7d];

/** Lists are numbered from 1. */
function readAcls(text: string, each: (acl: number, lists: readonly number[]) => void): void {
  let [acl, value] = [0, 0];
  let lists: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) value = value * 10 + code - ZERO;
    else if (code === OPEN) [acl, lists, value] = [value, [], 0];
    else {
      if (value > 0) lists.push(value);
      if (code === CLOSE) each(acl, lists);
      value = 0;
    }
  }
}
