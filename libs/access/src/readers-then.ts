import { createHash } from 'node:crypto';
import type {
  AllowList,
  AllowListId,
  DirectoryPart,
  DocumentId,
  Principal,
  SourceAccount,
  SourceId,
} from '@fumikura/model';
import type { AccessChange, Catalog } from '@fumikura/ports';
import type { ReaderFacts } from './explain.ts';
import { sourceOf } from './links.ts';

/** What says who may read, and what persons are linked by. */
export type ReadersThen = ReaderFacts & Pick<Catalog, 'accounts' | 'withGroups' | 'directoryVersion'>;

interface Directory {
  readonly accounts: Map<Principal, SourceAccount>;
  /** Member → groups that hold it. */
  readonly groups: Map<Principal, Set<Principal>>;
}

/**
 * Readers as they were before some changes: today's, with each of them taken back. Holds the directories of all sources in
 * memory once somebody's groups are asked for.
 * @param changes newest first, without gaps
 */
export function readersThen(
  catalog: ReaderFacts,
  changes: readonly AccessChange[],
  directoryOf: (source: SourceId) => Promise<DirectoryPart | undefined>,
): ReadersThen {
  let read: Promise<ReadonlyMap<string, Directory>> | undefined;
  const directories = () => (read ??= directoriesThen(catalog, changes, directoryOf));
  return {
    known: async (ids) => {
      const known = new Map(await catalog.known(ids));
      for (const change of changes) {
        const found = change.kind === 'document' ? known.get(change.document) : undefined;
        if (found && change.kind === 'document') known.set(change.document, { ...found, acl: change.before });
      }
      return known;
    },
    lists: async (ids) => listsThen(await catalog.lists(ids), ids, changes),
    directories: async () => [],
    directoryVersion: async () => 'then',
    accounts: async (principals, emails) => {
      const wanted = new Set(principals);
      const addresses = new Set(emails.map(folded).flatMap((address) => [address, hashed(address)]));
      return [...(await directories()).values()].flatMap(({ accounts }) =>
        [...accounts.values()].filter(
          ({ principal, email }) =>
            wanted.has(principal) || (email?.isVerified === true && addresses.has(folded(email.address))),
        ),
      );
    },
    withGroups: async (principals) => {
      const found = new Set<Principal>();
      const open = [...principals];
      const all = await directories();
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (found.has(next)) continue;
        found.add(next);
        open.push(...(all.get(sourceOf(next))?.groups.get(next) ?? []));
      }
      return [...found];
    },
  };
}

function listsThen(
  today: readonly AllowList[],
  ids: readonly AllowListId[],
  changes: readonly AccessChange[],
): AllowList[] {
  const known = new Map(today.map((list) => [list.id, list]));
  return ids.flatMap((id) => {
    const list = known.get(id);
    const members = new Set(list?.members);
    const own = changes.filter((change) => change.kind === 'list' && change.list === id);
    for (const change of own) {
      if (change.kind !== 'list') continue;
      for (const member of change.added) members.delete(member);
      for (const member of change.dropped) members.add(member);
    }
    return list || own.length > 0 ? [{ id, members: [...members], readAt: list?.readAt ?? '' }] : [];
  });
}

async function directoriesThen(
  catalog: Pick<Catalog, 'directories'>,
  changes: readonly AccessChange[],
  directoryOf: (source: SourceId) => Promise<DirectoryPart | undefined>,
): Promise<ReadonlyMap<string, Directory>> {
  const found = new Map<string, Directory>();
  for (const { source } of await catalog.directories())
    found.set(source, directoryOfPart((await directoryOf(source)) ?? {}));
  for (const change of changes) {
    if (change.kind !== 'directory') continue;
    const directory = found.get(change.source) ?? directoryOfPart({});
    found.set(change.source, directory);
    for (const [member, group] of change.added) directory.groups.get(member)?.delete(group);
    for (const [member, group] of change.dropped) hold(directory, member, group);
    for (const { principal, before } of change.accounts) {
      if (before) directory.accounts.set(principal, before);
      else directory.accounts.delete(principal);
    }
  }
  return found;
}

function directoryOfPart({ accounts = [], groups = [] }: DirectoryPart): Directory {
  const directory: Directory = {
    accounts: new Map(accounts.map((account) => [account.principal, account])),
    groups: new Map(),
  };
  for (const { principal, members } of groups)
    for (const member of members) hold(directory, member, principal);
  return directory;
}

function hold({ groups }: Directory, member: Principal, group: Principal): void {
  groups.set(member, (groups.get(member) ?? new Set()).add(group));
}

/** As addresses stand in the history. */
function hashed(address: string): string {
  return `sha256:${createHash('sha256').update(address).digest('hex')}`;
}

function folded(address: string): string {
  return address.trim().toLowerCase();
}

/** Of one moment. */
export interface Moment {
  readonly facts: ReaderFacts;
  readonly principalsOf: (person: string) => Promise<readonly Principal[]>;
  readonly persons: readonly string[];
}

/** How many documents each person could read, by what their ACLs say; persons with none are left out. */
export async function reachAt(
  moment: Moment,
  pages: AsyncIterable<readonly DocumentId[]>,
): Promise<ReadonlyMap<string, number>> {
  const readers = await holdersAt(moment);
  const admitted = new Map<string, Promise<readonly string[]>>();
  const reach = new Map<string, number>();
  for await (const ids of pages)
    for (const { acl } of (await moment.facts.known(ids)).values()) {
      const key = JSON.stringify(acl);
      const persons = admitted.get(key) ?? admittedBy(moment, readers, acl);
      admitted.set(key, persons);
      for (const person of await persons) reach.set(person, (reach.get(person) ?? 0) + 1);
    }
  return reach;
}

/** Persons by each principal that they are. */
export async function holdersAt({
  persons,
  principalsOf,
}: Moment): Promise<ReadonlyMap<Principal, readonly string[]>> {
  const holders = new Map<Principal, string[]>();
  for (const person of persons)
    for (const principal of await principalsOf(person)) {
      const known = holders.get(principal);
      if (known) known.push(person);
      else holders.set(principal, [person]);
    }
  return holders;
}

async function admittedBy(
  { facts }: Moment,
  holders: ReadonlyMap<Principal, readonly string[]>,
  { allow, deny = [] }: { readonly allow: readonly AllowListId[]; readonly deny?: readonly Principal[] },
): Promise<readonly string[]> {
  const lists = new Map((await facts.lists(allow)).map((list) => [list.id, list]));
  const denied = new Set(deny.flatMap((principal) => holders.get(principal) ?? []));
  let admitted: Set<string> | undefined;
  for (const id of allow) {
    const own = new Set((lists.get(id)?.members ?? []).flatMap((member) => holders.get(member) ?? []));
    admitted = admitted ? new Set([...admitted].filter((person) => own.has(person))) : own;
  }
  return [...(admitted ?? [])].filter((person) => !denied.has(person));
}
