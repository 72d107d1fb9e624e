import type { LinkedPerson, LocalGroup } from '@fumikura/access';
import type { Acl, AllowList, Principal, SourceGroup, SourceId } from '@fumikura/model';
import type { Store } from '@fumikura/ports';
import { documentWrite, seeded } from '@fumikura/testkit';

export const SOURCES: readonly SourceId[] = ['wiki:a', 'wiki:b', 'files:c'];
export const DOCUMENTS = 250;
const PERSONS = 30;
const GROUPS = 14;
const LISTS = 60;
const READ_AT = '2026-01-15T09:00:00.000Z';

interface DocumentFacts {
  readonly id: string;
  readonly acl: Acl;
  readonly isThere: boolean;
}

/**
 * Persons, groups that hold each other, lists and documents, made and changed by chance, and who may read what worked
 * out anew for every question in the plainest way there is: nothing here is shared with the code under test.
 */
export class World {
  readonly random: () => number;
  readonly persons: readonly LinkedPerson[];
  readonly localGroups: readonly LocalGroup[];
  readonly documents: DocumentFacts[] = [];
  readonly #store: Store;
  readonly #lists = new Map<string, readonly Principal[]>();
  readonly #groups = new Map<SourceId, Map<Principal, readonly Principal[]>>();
  readonly #inactive = new Set<Principal>();
  #runs = 0;

  private constructor(store: Store, seed: number) {
    this.#store = store;
    this.random = seeded(seed);
    this.persons = Array.from({ length: PERSONS }, (_, at) => ({
      id: `p${at}`,
      accounts: SOURCES.filter((_source, index) => (at + index) % 4 !== 0).map((source) =>
        userOf(source, at),
      ),
    }));
    this.localGroups = Array.from({ length: 6 }, (_, at) => ({
      id: `team${at}`,
      members: [this.#pick(this.persons).id, this.#pick(this.persons).id, `group:team${this.#int(6)}`],
    }));
  }

  static async make(store: Store, seed: number): Promise<World> {
    const world = new World(store, seed);
    for (const source of SOURCES) {
      await store.catalog.ensureSource(source);
      await world.#changeDirectory(source);
    }
    for (let at = 0; at < LISTS; at++) await world.#changeList(`list${at}`);
    for (let at = 0; at < DOCUMENTS; at++) {
      world.documents.push({ id: `${world.sourceOf(at)}/doc${at}z`, acl: world.#acl(), isThere: false });
      await world.#put(at);
    }
    return world;
  }

  sourceOf(at: number): SourceId {
    return SOURCES[at % SOURCES.length] ?? 'wiki:a';
  }

  #int(below: number): number {
    return Math.floor(this.random() * below);
  }

  pickDocument(): number {
    return this.#int(DOCUMENTS);
  }

  pickPerson(): LinkedPerson {
    return this.#pick(this.persons);
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#int(values.length)] as T;
  }

  mayRead(person: LinkedPerson, at: number): boolean {
    return this.#may(this.#principals(person), at);
  }

  readable(person: LinkedPerson): ReadonlySet<number> {
    const principals = this.#principals(person);
    return new Set([...this.documents.keys()].filter((at) => this.#may(principals, at)));
  }

  #may(principals: ReadonlySet<Principal>, at: number): boolean {
    const { acl, isThere } = this.documents[at] as DocumentFacts;
    if (!isThere || acl.allow.length === 0) return false;
    if ((acl.deny ?? []).some((denied) => principals.has(denied))) return false;
    return acl.allow.every((list) => (this.#lists.get(list) ?? []).some((member) => principals.has(member)));
  }

  #principals({ id, accounts = [] }: LinkedPerson): ReadonlySet<Principal> {
    const found = new Set<Principal>(['anyone', 'authenticated:local', `user:local:${id}`]);
    const local = new Set([id, 'everyone', 'anyone']);
    for (let before = -1; before !== local.size;) {
      before = local.size;
      for (const group of this.localGroups)
        if (group.members.some((member) => local.has(member))) local.add(`group:${group.id}`);
    }
    for (const name of local) if (name.startsWith('group:')) found.add(`group:local:${name.slice(6)}`);
    for (const account of accounts) {
      if (this.#inactive.has(account)) continue;
      found.add(account);
      found.add(`authenticated:${account.split(':').slice(1, 3).join(':')}`);
    }
    for (let before = -1; before !== found.size;) {
      before = found.size;
      for (const groups of this.#groups.values())
        for (const [group, members] of groups)
          if (members.some((member) => found.has(member))) found.add(group);
    }
    return found;
  }

  /** Changes something about rights or documents, in the store and here. */
  async change(): Promise<void> {
    const kind = this.random();
    const at = this.pickDocument();
    if (kind < 0.35) return this.#changeList(`list${this.#int(LISTS)}`);
    if (kind < 0.6) {
      const acl = this.#acl();
      this.documents[at] = { ...(this.documents[at] as DocumentFacts), acl };
      return this.#store.commit({ source: this.sourceOf(at), acls: [{ id: this.#id(at), acl }] });
    }
    if (kind < 0.75) return this.#changeDirectory(this.#pick(SOURCES));
    if (this.documents[at]?.isThere) {
      this.documents[at] = { ...(this.documents[at] as DocumentFacts), isThere: false };
      return this.#store.commit({ source: this.sourceOf(at), removals: [this.#id(at)] });
    }
    return this.#put(at);
  }

  #id(at: number): string {
    return this.documents[at]?.id ?? '';
  }

  async #put(at: number): Promise<void> {
    const facts = { ...(this.documents[at] as DocumentFacts), isThere: true };
    this.documents[at] = facts;
    const write = documentWrite(facts.id, facts.acl, {
      title: `Report secret${at}z`,
      parts: [
        `common words and probe${at}z with secret${at}z inside, ${wordOf(at)}`,
        `more common words of secret${at}z`,
      ],
      url: `https://example.test/secret${at}z`,
      labels: [`label${at}z`],
      authors: [`author${at}z`],
      breadcrumbs: [`secret${at}z`],
    });
    // Every fourth has the text of its neighbour: near-duplicates are named beside each other.
    const similarity = (at % 4 === 0 ? at + 1 : at).toString(16).padStart(4, '0').repeat(4);
    await this.#store.commit({ source: this.sourceOf(at), upserts: [{ ...write, similarity }] });
  }

  #acl(): Acl {
    const count = this.#pick([0, 1, 1, 1, 2, 2, 3]);
    const allow = Array.from({ length: count }, () => `list${this.#int(LISTS + 1)}`);
    return { allow, ...(this.random() < 0.15 && { deny: [this.#principal()] }) };
  }

  async #changeList(id: string): Promise<void> {
    const count = this.#pick([0, 1, 2, 3, 6]);
    const members = Array.from({ length: count }, () => this.#principal());
    this.#lists.set(id, members);
    const list: AllowList = { id, members: [...new Set(members)], readAt: READ_AT };
    await this.#store.catalog.putLists([list]);
  }

  #principal(): Principal {
    const source = this.#pick(SOURCES);
    const kind = this.random();
    if (kind < 0.02) return 'anyone';
    if (kind < 0.06) return `authenticated:${source}`;
    if (kind < 0.12) return `group:local:team${this.#int(6)}`;
    if (kind < 0.2) return `user:local:${this.#pick(this.persons).id}`;
    return kind < 0.65 ? groupOf(source, this.#int(GROUPS)) : userOf(source, this.#int(PERSONS));
  }

  /** A whole new directory: memberships by chance, some groups in a circle, some accounts switched off. */
  async #changeDirectory(source: SourceId): Promise<void> {
    const groups = new Map<Principal, readonly Principal[]>();
    for (let at = 0; at < GROUPS; at++) {
      const members = [0, 1, 2].map(() =>
        this.random() < 0.35 ? groupOf(source, this.#int(GROUPS)) : userOf(source, this.#int(PERSONS)),
      );
      groups.set(groupOf(source, at), [...new Set(members)]);
    }
    this.#groups.set(source, groups);
    const run = `run${++this.#runs}`;
    const accounts = Array.from({ length: PERSONS }, (_, at) => {
      const principal = userOf(source, at);
      const isActive = this.random() > 0.1;
      if (isActive) this.#inactive.delete(principal);
      else this.#inactive.add(principal);
      return { principal, isActive, isPerson: true };
    });
    const written = [...groups].map(([principal, members]): SourceGroup => ({ principal, members }));
    // A reading that breaks off before it is whole: everybody in one group.
    const everybody = accounts.map(({ principal }) => principal);
    const broken = { groups: [{ principal: groupOf(source, 0), members: everybody }] };
    await this.#store.catalog.stageDirectory(source, run, { accounts, groups: written });
    await this.#store.catalog.completeDirectory(source, run);
    await this.#store.catalog.stageDirectory(source, `${run} broken`, broken);
  }
}

function userOf(source: SourceId, at: number): `user:${string}:${string}` {
  return `user:${source}:p${at}`;
}

function groupOf(source: SourceId, at: number): Principal {
  return `group:${source}:g${at}`;
}

/** A name without digits, as only such words are completed by form and corrected: `zyxabcq` for 12. */
export function wordOf(at: number): string {
  const letters = [...String(at).padStart(3, '0')].map((digit) => LETTERS[Number(digit)]);
  return `zyx${letters.join('')}q`;
}

const LETTERS = 'abcdefghij';
const NAME = /(?:secret|doc|probe|label|author)(\d+)z/gu;
const WORD = /zyx([a-j]{3})q/gu;

/** Documents that an answer tells of by any of their names, apart from names that stood in the question. */
export function toldOf(answer: string, question: string): Set<number> {
  const asked = new Set([...(question.match(NAME) ?? []), ...(question.match(WORD) ?? [])]);
  const told = new Set<number>();
  for (const [name, at] of answer.matchAll(NAME)) if (!asked.has(name)) told.add(Number(at));
  for (const [name, letters = ''] of answer.matchAll(WORD))
    if (!asked.has(name)) told.add(Number([...letters].map((letter) => LETTERS.indexOf(letter)).join('')));
  return told;
}
