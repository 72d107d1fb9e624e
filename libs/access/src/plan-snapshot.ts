import { AppError } from '@fumikura/errors';
import type { DirectorySnapshot, People, PeopleEdit, PersonDraft, ProvisionedPerson } from '@fumikura/ports';

/** More leavers than this share at once look like a directory that is not whole. */
const MAX_LEAVERS_SHARE = 0.2;
/** In a small company a few are a large share. */
const LEAVERS_ALWAYS_TAKEN = 5;

export interface SnapshotPlan {
  /** persons, groups; joined, changed, left, regrouped: zero all four when there is nothing to do. */
  readonly counts: Readonly<
    Record<'persons' | 'groups' | 'joined' | 'changed' | 'left' | 'regrouped', number>
  >;
  /** To the people it was planned for. */
  apply(people: PeopleEdit): void;
}

/**
 * What has to be done so that a directory that was read whole is what is known of it: who is not in it any more leaves.
 * @throws AppError REMOVAL_GUARD (permission) for suspiciously many leavers
 */
export function planSnapshot(
  people: People,
  origin: string,
  snapshot: DirectorySnapshot,
  allowLeavers = false,
): SnapshotPlan {
  const there = new Set(snapshot.persons.map(({ id }) => id));
  const known = people.persons(origin);
  const present = known.filter(({ isDeleted }) => !isDeleted);
  const leavers = present.filter(({ id }) => !there.has(id));
  const isMany = leavers.length > LEAVERS_ALWAYS_TAKEN && leavers.length > present.length * MAX_LEAVERS_SHARE;
  if (isMany && !allowLeavers) throw tooMany(origin, leavers.length, present.length);
  const before = new Map(known.map((person) => [person.id, person]));
  const news = snapshot.persons.filter((person) => !isKnown(person, before.get(person.id)));
  const joined = news.filter(({ id }) => before.get(id)?.isDeleted ?? true).length;
  const groupWork = planGroups(people, origin, snapshot);
  const counts = {
    persons: there.size,
    groups: snapshot.groups.length,
    joined,
    changed: news.length - joined,
    left: leavers.length,
    regrouped: groupWork.length,
  };
  const renamed = news.filter(({ id, userName }) => before.has(id) && before.get(id)?.userName !== userName);
  const work = [
    ...leavers.map(
      ({ id }): Work =>
        (edit) =>
          edit.deletePerson(origin, id),
    ),
    // A name may have gone from one to another.
    ...renamed.map(
      (person): Work =>
        (edit) =>
          void edit.putPerson({ origin, ...person, userName: ` ${person.id}` }),
    ),
    ...news.map(
      (person): Work =>
        (edit) =>
          void edit.putPerson({ origin, ...person }),
    ),
    ...groupWork,
  ];
  return { counts, apply: (edit) => work.forEach((each) => each(edit)) };
}

type Work = (edit: PeopleEdit) => void;

function planGroups(people: People, origin: string, { groups, memberships }: DirectorySnapshot): Work[] {
  const before = new Map(people.groups(origin).map((group) => [group.id, group]));
  const members = people.memberships(origin);
  const there = new Set(groups.map(({ id }) => id));
  return [
    ...[...before.keys()]
      .filter((id) => !there.has(id))
      .map(
        (id): Work =>
          (edit) =>
            edit.deleteGroup(origin, id),
      ),
    ...groups
      .filter(({ id, name }) => before.get(id)?.name !== name)
      .map(
        (group): Work =>
          (edit) =>
            void edit.putGroup({ origin, ...group }),
      ),
    ...[...there]
      .filter((id) => !sameMembers(members.get(id) ?? [], memberships.get(id) ?? []))
      .map(
        (id): Work =>
          (edit) =>
            edit.setMembers(origin, id, memberships.get(id) ?? []),
      ),
  ];
}

function isKnown(now: Omit<PersonDraft, 'origin'>, before: ProvisionedPerson | undefined): boolean {
  if (!before || before.isDeleted) return false;
  const facts = ({ userName, externalId, name, email, isActive }: Omit<PersonDraft, 'origin'>) =>
    JSON.stringify([userName, externalId, name, email, isActive]);
  return facts(now) === facts(before);
}

function sameMembers(before: readonly string[], now: readonly string[]): boolean {
  const known = new Set(before);
  return before.length === now.length && now.every((each) => known.has(each));
}

function tooMany(origin: string, leavers: number, persons: number): AppError {
  const message = `${leavers} of ${persons} people of "${origin}" would leave at once. Nothing was changed. If it is true: fumi people sync --allow-leavers.`;
  return new AppError('REMOVAL_GUARD', 'permission', message, { publicMessage: message });
}
