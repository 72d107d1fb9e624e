import { AppError } from '@fumikura/errors';
import type { DirectorySnapshot, GroupDraft, PersonDraft } from '@fumikura/ports';
import { InvalidCredentialsError, NoSuchObjectError } from 'ldapts';
import type { Client, Entry } from 'ldapts';
import { connectLdap } from './connect.ts';
import type { LdapGroups, LdapOptions, LdapPersons } from './config.ts';
import { dnKey, textsOf, textOf } from './values.ts';

type Person = Omit<PersonDraft, 'origin'>;
type Group = Omit<GroupDraft, 'origin'>;

/**
 * Everybody and every group, whole: any page that fails, any limit of the server and any reference to another one rejects.
 * @throws AppError SOURCE_UNAUTHORISED (auth), SOURCE_UNAVAILABLE (transient), CONFIG_INVALID (config)
 */
export async function readLdap(options: LdapOptions, signal: AbortSignal): Promise<DirectorySnapshot> {
  signal.throwIfAborted();
  let client: Client | undefined;
  const abort = () => void client?.unbind().catch(() => undefined);
  signal.addEventListener('abort', abort, { once: true });
  try {
    client = await connectLdap(options);
    return await readAll(client, options, signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : failureOf(error, options);
  } finally {
    signal.removeEventListener('abort', abort);
    await client?.unbind().catch(() => undefined);
  }
}

async function readAll(
  client: Client,
  options: LdapOptions,
  signal: AbortSignal,
): Promise<DirectorySnapshot> {
  const { persons: rules, groups: groupRules } = options;
  const leftOut: Record<string, number> = {};
  const leave = (why: string) => void (leftOut[why] = (leftOut[why] ?? 0) + 1);
  const byDn = new Map<string, string>();
  const persons = new Map<string, Person>();
  const inactive =
    rules.inactive === undefined ? new Set<string>() : await inactiveOf(client, options, signal);
  for await (const entry of entries(client, options, rules, personAttributes(rules), signal)) {
    const person = personFrom(entry, rules, inactive);
    if (!person) leave('a person without an id or a user name');
    else {
      persons.set(person.id, person);
      byDn.set(dnKey(entry.dn), person.id);
    }
  }
  for (const id of twice([...persons.values()])) {
    persons.delete(id);
    leave('a user name that two persons have');
  }
  const found: { readonly group: Group; readonly members: readonly string[] }[] = [];
  if (groupRules)
    for await (const entry of entries(client, options, groupRules, groupAttributes(groupRules), signal)) {
      const group = groupFrom(entry, groupRules);
      if (!group) leave('a group without an id or a name');
      else {
        byDn.set(dnKey(entry.dn), group.id);
        found.push({ group, members: await membersOf(client, entry, groupRules.member) });
      }
    }
  return {
    persons: [...persons.values()],
    groups: found.map(({ group }) => group),
    memberships: resolved(found, byDn, persons, groupRules),
    leftOut,
  };
}

function personAttributes({ id, userName, name, email }: LdapPersons): string[] {
  return [...new Set([id, userName, name, email])];
}

function groupAttributes({ id, name, member }: LdapGroups): string[] {
  return [...new Set([id, name, member])];
}

async function* entries(
  client: Client,
  { pageSize }: LdapOptions,
  { base, filter, id }: { readonly base: string; readonly filter: string; readonly id: string },
  attributes: string[],
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  const pages = client.searchPaginated(base, {
    scope: 'sub',
    filter,
    attributes,
    explicitBufferAttributes: isBinary(id) ? [id] : [],
    paged: { pageSize },
  });
  for await (const { searchEntries, searchReferences } of pages) {
    signal.throwIfAborted();
    // What lies on another server would be missing, and its people would count as having left.
    if (searchReferences.length > 0)
      throw new AppError('CONFIG_INVALID', 'config', 'the directory refers to another server', {
        publicMessage: `Below ${base} the directory refers to another server. Choose a base without references, or the global catalog.`,
      });
    yield* searchEntries;
  }
}

async function inactiveOf(client: Client, options: LdapOptions, signal: AbortSignal): Promise<Set<string>> {
  const { persons } = options;
  const rules = { ...persons, filter: `(&${persons.filter}${persons.inactive})` };
  const ids = new Set<string>();
  for await (const entry of entries(client, options, rules, [persons.id], signal)) {
    const id = idOf(entry, persons.id);
    if (id !== undefined) ids.add(id);
  }
  return ids;
}

function personFrom(entry: Entry, rules: LdapPersons, inactive: ReadonlySet<string>): Person | undefined {
  const id = idOf(entry, rules.id);
  const userName = textOf(entry, rules.userName);
  if (id === undefined || userName === undefined) return undefined;
  const name = textOf(entry, rules.name);
  const emails = textsOf(entry, rules.email);
  const [email] = emails;
  return {
    id,
    userName,
    externalId: id,
    isActive: !inactive.has(id),
    record: {},
    ...(name !== undefined && { name }),
    // Of several addresses none is known to be the one.
    ...(email !== undefined && emails.length === 1 && { email }),
  };
}

function groupFrom(entry: Entry, rules: LdapGroups): Group | undefined {
  const id = idOf(entry, rules.id);
  const name = textOf(entry, rules.name);
  return id === undefined || name === undefined ? undefined : { id, name, externalId: id, record: {} };
}

/** Identifiers of Active Directory are bytes. */
function isBinary(attribute: string): boolean {
  return /^object(?:guid|sid)$/iu.test(attribute);
}

function idOf(entry: Entry, attribute: string): string | undefined {
  const [value] = [entry[attribute]].flat();
  return Buffer.isBuffer(value) ? value.toString('hex') : textOf(entry, attribute);
}

/** Active Directory gives large groups in parts: `member;range=0-1499`. */
async function membersOf(client: Client, entry: Entry, attribute: string): Promise<string[]> {
  const found = [...textsOf(entry, attribute)];
  let part = rangeOf(entry, attribute);
  while (part) {
    found.push(...part.values);
    if (part.next === undefined) break;
    const wanted = `${attribute};range=${part.next}-*`;
    const { searchEntries } = await client.search(entry.dn, { scope: 'base', attributes: [wanted] });
    const [more] = searchEntries;
    part = more && rangeOf(more, attribute);
    if (!part) throw new Error(`the rest of ${attribute} is not told`);
  }
  return found;
}

function rangeOf(
  entry: Entry,
  attribute: string,
): { readonly values: readonly string[]; readonly next: number | undefined } | undefined {
  const prefix = `${attribute};range=`.toLowerCase();
  const name = Object.keys(entry).find((each) => each.toLowerCase().startsWith(prefix));
  if (name === undefined) return undefined;
  const end = name.slice(prefix.length).split('-')[1] ?? '*';
  return { values: textsOf(entry, name), next: end === '*' ? undefined : Number(end) + 1 };
}

function resolved(
  found: readonly { readonly group: Group; readonly members: readonly string[] }[],
  byDn: ReadonlyMap<string, string>,
  persons: ReadonlyMap<string, Person>,
  rules: LdapGroups | undefined,
): ReadonlyMap<string, readonly string[]> {
  const isByName = rules?.member.toLowerCase() === 'memberuid';
  const byName = new Map([...persons.values()].map(({ id, userName }) => [userName.toLowerCase(), id]));
  const idOfMember = (member: string) =>
    isByName ? byName.get(member.toLowerCase()) : byDn.get(dnKey(member));
  return new Map(
    found.map(({ group, members }) => [
      group.id,
      [...new Set(members.flatMap((each) => idOfMember(each) ?? []))],
    ]),
  );
}

function twice(persons: readonly Person[]): string[] {
  const groups = Map.groupBy(persons, ({ userName }) => userName.toLowerCase());
  return [...groups.values()].filter(({ length }) => length > 1).flatMap((each) => each.map(({ id }) => id));
}

function failureOf(error: unknown, { url }: LdapOptions): AppError {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InvalidCredentialsError)
    return new AppError('SOURCE_UNAUTHORISED', 'auth', `${url} refuses our account`, {
      publicMessage: `${url} refuses our account: check bindDn and password.`,
    });
  if (error instanceof NoSuchObjectError)
    return new AppError('CONFIG_INVALID', 'config', `${url} has no such base`, {
      publicMessage: `${url} has no such base, or does not show it to our account.`,
    });
  return new AppError('SOURCE_UNAVAILABLE', 'transient', `${url}: ${message.slice(0, 300)}`, {
    publicMessage: `${url} could not be read whole: ${message.slice(0, 200)}`,
    cause: error,
  });
}
