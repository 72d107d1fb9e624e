import type { JsonValue, LinkDecision, Principal, RoleDecision } from '@fumikura/model';

/** Somebody as a directory of the company tells of them. */
export interface ProvisionedPerson {
  /** Which directory: `scim`, or the id of another one. */
  readonly origin: string;
  /** Never changes there. */
  readonly id: string;
  /** Id as a person here, given once and to nobody else, also after they left. */
  readonly person: string;
  /** Unique within the origin among those who are not deleted; case does not count. */
  readonly userName: string;
  readonly externalId?: string;
  readonly name?: string;
  /** The one address that is theirs for work. */
  readonly email?: string;
  readonly isActive: boolean;
  /** Kept so that whoever left stays closed. */
  readonly isDeleted: boolean;
  /** Everything else the directory said, in its own form. */
  readonly record: JsonValue;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly changedAt: string;
  readonly version: number;
}

export interface ProvisionedGroup {
  readonly origin: string;
  readonly id: string;
  /** Id as a group here, without `group:`; given once, whatever it is called later. Free again when the group is deleted. */
  readonly group: string;
  readonly name: string;
  readonly externalId?: string;
  readonly record: JsonValue;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly version: number;
}

export type PersonDraft = Pick<
  ProvisionedPerson,
  'origin' | 'id' | 'userName' | 'externalId' | 'name' | 'email' | 'isActive' | 'record'
>;
export type GroupDraft = Pick<ProvisionedGroup, 'origin' | 'id' | 'name' | 'externalId' | 'record'>;

/** Who people are, beside what the configuration says of them. */
export interface People {
  /** By time of creation, deleted ones too. */
  persons(origin?: string): readonly ProvisionedPerson[];
  person(origin: string, id: string): ProvisionedPerson | undefined;
  /** Not deleted ones; case of a user name does not count. */
  personsBy(origin: string, key: 'userName' | 'externalId', value: string): readonly ProvisionedPerson[];
  groups(origin?: string): readonly ProvisionedGroup[];
  group(origin: string, id: string): ProvisionedGroup | undefined;
  groupsBy(origin: string, key: 'name' | 'externalId', value: string): readonly ProvisionedGroup[];
  /** Ids of persons and groups of the same origin. */
  members(origin: string, group: string): readonly string[];
  /** Everything of an origin at once. */
  memberships(origin: string): ReadonlyMap<string, readonly string[]>;
  groupsOf(origin: string, member: string): readonly string[];
  /** The newest of each account. */
  links(): readonly LinkDecision[];
  /** The newest of each person and role. */
  roles(): readonly RoleDecision[];
}

export interface PeopleEdit extends People {
  /** @throws AppError STORE_CONFLICT (conflict) for a user name that somebody else of the origin has */
  putPerson(draft: PersonDraft): ProvisionedPerson;
  /** What is left is who it was, for good. */
  deletePerson(origin: string, id: string): void;
  /** Of somebody who is deleted: everything but the ids that keep them closed and their place taken. */
  forget(origin: string, id: string): void;
  putGroup(draft: GroupDraft): ProvisionedGroup;
  deleteGroup(origin: string, id: string): void;
  addMembers(origin: string, group: string, members: readonly string[]): void;
  removeMembers(origin: string, group: string, members: readonly string[]): void;
  setMembers(origin: string, group: string, members: readonly string[]): void;
  /** At this moment, unless it says when. */
  decideLink(decision: Omit<LinkDecision, 'at'> & Partial<LinkDecision>): void;
  /** As if it had never been decided. */
  dropLink(account: Principal): void;
  decideRole(decision: Omit<RoleDecision, 'at'> & Partial<RoleDecision>): void;
  dropRole(person: string, role: string): void;
}

/** Persons, groups, links and roles that an installation was told. Shared by every process of it. */
export interface PeopleStore {
  /** Another one after every change, by whichever process. */
  version(): Promise<number>;
  /** At least as new as the call; what is asked of it is of the moment in which it is asked. */
  read(): Promise<People>;
  /**
   * All or nothing. `work` is done again, on newer people, when another process was first; it takes its facts from what it is
   * given, and does nothing else.
   */
  change<T>(work: (people: PeopleEdit) => T): Promise<T>;
  /** Whether it is this caller's turn to read a directory: once in so long, whichever process asks. */
  claim(origin: string, everyMs: number): Promise<boolean>;
  putReading(reading: DirectoryReading): Promise<void>;
  readings(): Promise<readonly DirectoryReading[]>;
}

/** A directory that was read whole at one moment. */
export interface DirectorySnapshot {
  readonly persons: readonly Omit<PersonDraft, 'origin'>[];
  readonly groups: readonly Omit<GroupDraft, 'origin'>[];
  /** Group id → ids of persons and groups. */
  readonly memberships: ReadonlyMap<string, readonly string[]>;
  /** Entries that could not be used, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** How the last attempt to read a directory ended. */
export interface DirectoryReading {
  readonly origin: string;
  /** ISO 8601 UTC. */
  readonly attemptedAt: string;
  readonly completedAt?: string;
  /** What an operator has to know. */
  readonly failure?: string;
  readonly counts: Readonly<Record<string, number>>;
}
