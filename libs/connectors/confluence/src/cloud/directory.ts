import type { DirectoryPart, Principal, SourceAccount } from '@fumikura/model';
import type { ConfluenceClient } from '../client.ts';
import { numberedPages } from '../client.ts';
import type { ConfluenceConfig } from '../config.ts';
import { groupPrincipal, licensedUsers, userPrincipal } from '../principals.ts';
import type { CloudGroup, CloudUser } from './api.ts';
import { hidden } from './content.ts';

const AT_ONCE = 200;

interface Known {
  readonly user: CloudUser;
  isLicensed: boolean;
}

/**
 * People are known by the groups they are in: those that let into the product first, so that it is known of each
 * account whether it holds any right. Groups do not lie in one another here.
 */
export async function* readCloudDirectory(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  signal: AbortSignal,
): AsyncGenerator<DirectoryPart> {
  const people = new Map<string, Known>();
  const ofProduct = await groupsOf(client, { accessType: 'user' }, signal);
  const isOfProduct = new Set(ofProduct.map(({ id }) => id));
  const others = (await groupsOf(client, {}, signal)).filter(({ id }) => !isOfProduct.has(id));
  for (const [groups, isLicensed] of [
    [ofProduct, true],
    [others, false],
  ] as const)
    for (const group of groups) yield* groupParts(client, config, group, people, isLicensed, signal);
  yield* accountParts(config, [...people.values()]);
}

async function groupsOf(
  client: ConfluenceClient,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly (CloudGroup & { readonly id: string })[]> {
  const all: (CloudGroup & { readonly id: string })[] = [];
  for await (const part of numberedPages<CloudGroup>(
    client,
    'rest/api/group',
    { ...query, limit: AT_ONCE },
    signal,
  ))
    for (const group of part) if (group.id) all.push({ ...group, id: group.id });
  return all;
}

/** A group that hides its members is named; one that breaks off in the middle ends the pass. */
async function* groupParts(
  client: ConfluenceClient,
  { id: source }: ConfluenceConfig,
  { id, name }: CloudGroup & { readonly id: string },
  people: Map<string, Known>,
  isLicensed: boolean,
  signal: AbortSignal,
): AsyncGenerator<DirectoryPart> {
  const principal = groupPrincipal(source, id);
  const path = `rest/api/group/${encodeURIComponent(id)}/membersByGroupId`;
  let isBegun = false;
  try {
    for await (const part of numberedPages<CloudUser>(client, path, { limit: AT_ONCE }, signal)) {
      isBegun = true;
      const members: Principal[] = [];
      for (const user of part) {
        if (!user.accountId) continue;
        const known = people.get(user.accountId) ?? { user, isLicensed: false };
        known.isLicensed ||= isLicensed;
        people.set(user.accountId, known);
        members.push(userPrincipal(source, user.accountId));
      }
      yield { groups: [{ principal, members, ...(name && { name }) }] };
    }
  } catch (error) {
    if (isBegun) throw error;
    hidden(error);
    yield { unreadable: [{ principal, reason: 'its members cannot be read by our account' }] };
  }
}

function* accountParts(config: ConfluenceConfig, people: readonly Known[]): Generator<DirectoryPart> {
  const everybody = licensedUsers(config.id);
  for (let at = 0; at < people.length; at += AT_ONCE) {
    const part = people.slice(at, at + AT_ONCE);
    const accounts = part.map((known) => toAccount(config, known));
    const members = part
      .filter(({ user, isLicensed }) => isLicensed && !isGuest(user) && user.accountStatus === 'active')
      .map(({ user }) => userPrincipal(config.id, user.accountId ?? ''));
    yield { accounts, groups: [{ principal: everybody, name: 'All licensed users', members }] };
  }
}

function isGuest({ isGuest: guest, isExternalCollaborator }: CloudUser): boolean {
  return guest === true || isExternalCollaborator === true;
}

/** Whoever is not let into the product reads what anybody may read, and nothing else. */
function toAccount(
  { id: source, emailsAreVerified }: ConfluenceConfig,
  { user, isLicensed }: Known,
): SourceAccount {
  const name = user.displayName ?? user.publicName;
  return {
    principal: userPrincipal(source, user.accountId ?? ''),
    ...(name && { name }),
    ...(user.email && { email: { address: user.email.toLowerCase(), isVerified: emailsAreVerified } }),
    isActive: isLicensed && user.accountStatus === 'active',
    isPerson: user.accountType === 'atlassian',
  };
}
