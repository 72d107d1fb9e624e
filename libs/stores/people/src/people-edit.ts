import { AppError } from '@fumikura/errors';
import type {
  GroupDraft,
  PeopleEdit,
  PersonDraft,
  ProvisionedGroup,
  ProvisionedPerson,
} from '@fumikura/ports';
import { idFrom, keyOf } from './entries.ts';
import type { Entries, Kind } from './entries.ts';
import type { KnownPeople } from './known-people.ts';

export type Changes = ReadonlyMap<string, Entries[Kind] | undefined>;

/** Changes that are made on what is known and taken back at once: they count when they are durable. */
export function editPeople(
  known: KnownPeople,
  now: () => number,
): { readonly people: PeopleEdit; takeBack(): Changes } {
  const before = new Map<string, Entries[Kind] | undefined>();
  const set = (key: string, value: Entries[Kind] | undefined) => {
    if (!before.has(key)) before.set(key, known.entry(key));
    known.set(key, value);
  };
  const at = () => new Date(now()).toISOString();
  const people: PeopleEdit = {
    ...readsOf(known),
    ...personEdits(known, set, at),
    ...groupEdits(known, set, at),
    decideLink: (decision) => set(keyOf('link', decision.account), { at: at(), ...decision }),
    dropLink: (account) => set(keyOf('link', account), undefined),
    decideRole: (decision) => set(keyOf('role', decision.person, decision.role), { at: at(), ...decision }),
    dropRole: (person, role) => set(keyOf('role', person, role), undefined),
  };
  return {
    people,
    takeBack: () => {
      const changes = new Map([...before.keys()].map((key) => [key, known.entry(key)]));
      for (const [key, value] of before) known.set(key, value);
      return changes;
    },
  };
}

type Put = (key: string, value: Entries[Kind] | undefined) => void;

function readsOf(known: KnownPeople) {
  return {
    persons: known.persons.bind(known),
    person: known.person.bind(known),
    personsBy: known.personsBy.bind(known),
    groups: known.groups.bind(known),
    group: known.group.bind(known),
    groupsBy: known.groupsBy.bind(known),
    members: known.members.bind(known),
    memberships: known.memberships.bind(known),
    groupsOf: known.groupsOf.bind(known),
    links: known.links.bind(known),
    roles: known.roles.bind(known),
  };
}

function personEdits(
  known: KnownPeople,
  set: Put,
  at: () => string,
): Pick<PeopleEdit, 'putPerson' | 'deletePerson' | 'forget'> {
  const change = (origin: string, id: string, facts: Partial<ProvisionedPerson>) => {
    const person = known.person(origin, id);
    if (!person) return;
    const { version } = person;
    set(keyOf('person', origin, id), { ...person, ...facts, changedAt: at(), version: version + 1 });
  };
  return {
    putPerson: (draft) => {
      const [holder] = known.personsBy(draft.origin, 'userName', draft.userName);
      if (holder && holder.id !== draft.id) throw taken(draft);
      const before = known.person(draft.origin, draft.id);
      const person = {
        ...draft,
        person: before?.person ?? free(idFrom(draft.userName), (id) => known.isPersonId(id)),
        isDeleted: false,
        createdAt: before?.createdAt ?? at(),
        changedAt: at(),
        version: (before?.version ?? 0) + 1,
      };
      set(keyOf('person', draft.origin, draft.id), person);
      return person;
    },
    deletePerson: (origin, id) => {
      change(origin, id, { isActive: false, isDeleted: true });
      set(keyOf('member', origin, id), undefined);
    },
    forget: (origin, id) => {
      const person = known.person(origin, id);
      if (!person?.isDeleted) return;
      const { name: _name, email: _email, ...ids } = person;
      const changed = { userName: ` ${id}`, record: {}, changedAt: at(), version: person.version + 1 };
      set(keyOf('person', origin, id), { ...ids, ...changed });
    },
  };
}

function groupEdits(
  known: KnownPeople,
  set: Put,
  at: () => string,
): Pick<PeopleEdit, 'putGroup' | 'deleteGroup' | 'addMembers' | 'removeMembers' | 'setMembers'> {
  const regroup = (origin: string, member: string, groups: readonly string[]) =>
    set(keyOf('member', origin, member), groups.length === 0 ? undefined : { origin, member, groups });
  const add = (origin: string, group: string, members: readonly string[]) => {
    for (const member of new Set(members)) {
      const groups = known.groupsOf(origin, member);
      if (!groups.includes(group)) regroup(origin, member, [...groups, group]);
    }
  };
  const remove = (origin: string, group: string, members: readonly string[]) => {
    for (const member of new Set(members)) {
      const groups = known.groupsOf(origin, member);
      if (groups.includes(group))
        regroup(
          origin,
          member,
          groups.filter((each) => each !== group),
        );
    }
  };
  return {
    putGroup: (draft: GroupDraft): ProvisionedGroup => {
      const before = known.group(draft.origin, draft.id);
      const isTaken = (id: string) => known.groups().some(({ group }) => group === id);
      const group = {
        ...draft,
        group: before?.group ?? free(`${draft.origin}.${idFrom(draft.name)}`, isTaken),
        createdAt: before?.createdAt ?? at(),
        changedAt: at(),
        version: (before?.version ?? 0) + 1,
      };
      set(keyOf('group', draft.origin, draft.id), group);
      return group;
    },
    deleteGroup: (origin, id) => {
      remove(origin, id, known.members(origin, id));
      set(keyOf('member', origin, id), undefined);
      set(keyOf('group', origin, id), undefined);
    },
    addMembers: add,
    removeMembers: remove,
    setMembers: (origin, group, members) => {
      const next = new Set(members);
      remove(
        origin,
        group,
        known.members(origin, group).filter((member) => !next.has(member)),
      );
      add(origin, group, members);
    },
  };
}

/** `name`, `name-2`, …: the first that nobody has. */
function free(wanted: string, isTaken: (id: string) => boolean): string {
  for (let number = 1; ; number++) {
    const id = number === 1 ? wanted : `${wanted}-${number}`;
    if (!isTaken(id)) return id;
  }
}

function taken({ origin, userName }: PersonDraft): AppError {
  return new AppError('STORE_CONFLICT', 'conflict', `a user name of ${origin} is taken`, {
    publicMessage: `Somebody else of "${origin}" has the user name "${userName}".`,
  });
}
