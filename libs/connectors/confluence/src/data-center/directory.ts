import type { DirectoryPart, Principal, SourceAccount } from '@fumikura/model';
import type { ConfluenceClient } from '../client.ts';
import { numberedPages } from '../client.ts';
import { hidden } from '../cloud/content.ts';
import type { ConfluenceConfig } from '../config.ts';
import { groupPrincipal, userPrincipal } from '../principals.ts';
import type { NamedGroup, Person } from './content.ts';

const AT_ONCE = 200;

/** Accounts that are active and count for the licence; then groups with their direct members, people and groups. */
export async function* readDataCenterDirectory(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  signal: AbortSignal,
): AsyncGenerator<DirectoryPart> {
  const query = { limit: AT_ONCE };
  for await (const people of numberedPages<Person>(client, 'rest/api/admin/users/list/active', query, signal))
    yield { accounts: people.flatMap((person) => toAccount(config, person)) };
  for await (const groups of numberedPages<NamedGroup>(client, 'rest/api/group', query, signal))
    for (const { name } of groups) if (name) yield await groupPart(client, config, name, signal);
}

function toAccount({ id, emailsAreVerified }: ConfluenceConfig, person: Person): SourceAccount[] {
  const { userKey, displayName, username, email } = person;
  if (!userKey) return [];
  const name = displayName ?? username;
  return [
    {
      principal: userPrincipal(id, userKey),
      ...(name && { name }),
      ...(email && { email: { address: email.toLowerCase(), isVerified: emailsAreVerified } }),
      isActive: true,
      isPerson: true,
    },
  ];
}

/** Both lists or neither: a part of a group is none. */
async function groupPart(
  client: ConfluenceClient,
  { id: source }: ConfluenceConfig,
  name: string,
  signal: AbortSignal,
): Promise<DirectoryPart> {
  const principal = groupPrincipal(source, name);
  const path = `rest/api/group/${encodeURIComponent(name)}`;
  try {
    const members: Principal[] = [];
    for await (const people of numberedPages<Person>(client, `${path}/member`, { limit: AT_ONCE }, signal))
      for (const { userKey } of people) if (userKey) members.push(userPrincipal(source, userKey));
    for await (const groups of numberedPages<NamedGroup>(
      client,
      `${path}/groupmember`,
      { limit: AT_ONCE },
      signal,
    ))
      for (const group of groups) if (group.name) members.push(groupPrincipal(source, group.name));
    return { groups: [{ principal, name, members }] };
  } catch (error) {
    hidden(error);
    return { unreadable: [{ principal, reason: 'its members cannot be read by our account' }] };
  }
}
