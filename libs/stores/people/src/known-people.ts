import type { LinkDecision, RoleDecision } from '@fumikura/model';
import type { People, ProvisionedGroup, ProvisionedPerson } from '@fumikura/ports';
import { keyOf, KINDS, kindOf } from './entries.ts';
import type { Entries, Kind, Membership } from './entries.ts';

type Kept = { readonly [K in Kind]: Map<string, Entries[K]> };

/** People as this process knows them: entries by key, and the ways by which they are looked up. */
export class KnownPeople implements People {
  readonly #kept: Kept = {
    person: new Map(),
    group: new Map(),
    member: new Map(),
    link: new Map(),
    role: new Map(),
  };
  readonly #userNames = new Map<string, string>();
  readonly #personIds = new Set<string>();
  readonly #members = new Map<string, Set<string>>();
  #sorted: readonly ProvisionedPerson[] | undefined;

  /** As written; undefined where nothing is. */
  entry(key: string): Entries[Kind] | undefined {
    const kind = kindOf(key);
    return kind && this.#kept[kind].get(key);
  }

  /** In the place of what was there. */
  set(key: string, value: Entries[Kind] | undefined): void {
    const kind = kindOf(key);
    if (!kind) return;
    const kept: Map<string, Entries[Kind]> = this.#kept[kind];
    const before = kept.get(key);
    if (before) this.#forget(kind, key, before);
    if (value === undefined) kept.delete(key);
    else {
      kept.set(key, value);
      this.#note(kind, key, value);
    }
  }

  clear(): void {
    for (const kind of KINDS) this.#kept[kind].clear();
    for (const index of [this.#userNames, this.#personIds, this.#members]) index.clear();
    this.#sorted = undefined;
  }

  isPersonId(id: string): boolean {
    return this.#personIds.has(id);
  }

  persons(origin?: string): readonly ProvisionedPerson[] {
    this.#sorted ??= [...this.#kept.person.values()].sort(byTime);
    return origin === undefined ? this.#sorted : this.#sorted.filter((each) => each.origin === origin);
  }

  person(origin: string, id: string): ProvisionedPerson | undefined {
    return this.#kept.person.get(keyOf('person', origin, id));
  }

  personsBy(origin: string, key: 'userName' | 'externalId', value: string): readonly ProvisionedPerson[] {
    if (key === 'externalId')
      return this.persons(origin).filter((each) => !each.isDeleted && each.externalId === value);
    const found = this.#kept.person.get(this.#userNames.get(nameKey(origin, value)) ?? '');
    return found ? [found] : [];
  }

  groups(origin?: string): readonly ProvisionedGroup[] {
    const all = [...this.#kept.group.values()];
    return all.filter((each) => origin === undefined || each.origin === origin).sort(byTime);
  }

  group(origin: string, id: string): ProvisionedGroup | undefined {
    return this.#kept.group.get(keyOf('group', origin, id));
  }

  groupsBy(origin: string, key: 'name' | 'externalId', value: string): readonly ProvisionedGroup[] {
    return this.groups(origin).filter((each) =>
      key === 'name' ? each.name.toLowerCase() === value.toLowerCase() : each.externalId === value,
    );
  }

  members(origin: string, group: string): readonly string[] {
    return [...(this.#members.get(keyOf('group', origin, group)) ?? [])].sort();
  }

  memberships(origin: string): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const membership of this.#kept.member.values()) {
      if (membership.origin !== origin) continue;
      for (const group of membership.groups) {
        const members = found.get(group);
        if (members) members.push(membership.member);
        else found.set(group, [membership.member]);
      }
    }
    return found;
  }

  groupsOf(origin: string, member: string): readonly string[] {
    return this.#kept.member.get(keyOf('member', origin, member))?.groups ?? [];
  }

  links(): readonly LinkDecision[] {
    return [...this.#kept.link.values()].sort(byDecision);
  }

  roles(): readonly RoleDecision[] {
    return [...this.#kept.role.values()].sort(byDecision);
  }

  #note(kind: Kind, key: string, value: Entries[Kind]): void {
    if (kind === 'person') {
      const { origin, userName, isDeleted, person } = value as ProvisionedPerson;
      this.#sorted = undefined;
      this.#personIds.add(person);
      if (!isDeleted) this.#userNames.set(nameKey(origin, userName), key);
    } else if (kind === 'member') {
      const { origin, member, groups } = value as Membership;
      for (const group of groups) {
        const of = keyOf('group', origin, group);
        const members = this.#members.get(of) ?? new Set();
        this.#members.set(of, members.add(member));
      }
    }
  }

  #forget(kind: Kind, key: string, value: Entries[Kind]): void {
    if (kind === 'person') {
      const { origin, userName, person } = value as ProvisionedPerson;
      this.#sorted = undefined;
      this.#personIds.delete(person);
      if (this.#userNames.get(nameKey(origin, userName)) === key)
        this.#userNames.delete(nameKey(origin, userName));
    } else if (kind === 'member') {
      const { origin, member, groups } = value as Membership;
      for (const group of groups) this.#members.get(keyOf('group', origin, group))?.delete(member);
    }
  }
}

function nameKey(origin: string, userName: string): string {
  return JSON.stringify([origin, userName.toLowerCase()]);
}

function byTime(
  a: { readonly createdAt: string; readonly id: string },
  b: { readonly createdAt: string; readonly id: string },
): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function byDecision(a: { readonly at: string }, b: { readonly at: string }): number {
  return a.at < b.at ? -1 : 1;
}
