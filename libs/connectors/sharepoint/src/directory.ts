import type { DirectoryPart, Principal, SourceAccount, SourceGroup, SourceId } from '@fumikura/model';
import type { GraphClient, Part } from './client.ts';
import type { SharepointConfig } from './config.ts';
import type { GraphGroup, GraphMember, GraphUser, Page } from './graph-types.ts';
import { membersOfOrganisation, siteGroup, stating } from './readers.ts';

const USER_FIELDS = 'id,displayName,mail,userPrincipalName,userType,accountEnabled';
const GROUPS_AT_ONCE = 200;

/** People, then the groups of Entra with their direct members, then site groups by the operator's mapping. */
export async function* readDirectory(
  client: GraphClient,
  config: SharepointConfig,
  signal: AbortSignal,
): AsyncGenerator<DirectoryPart> {
  const everyone = membersOfOrganisation(config.id);
  for await (const { value } of client.pages<GraphUser>(
    'users',
    { $select: USER_FIELDS, $top: 999 },
    signal,
  )) {
    const users = value ?? [];
    const members = users.filter(isMember).map(({ id }) => userPrincipal(config.id, id));
    yield {
      accounts: users.map((user) => toAccount(user, config.id)),
      groups: [{ principal: everyone, name: 'Everyone except external users', members }],
    };
  }
  yield {
    groups: config.siteGroups.map(({ site, group, members }) => ({
      principal: siteGroup(config.id, site, group),
      members: members.map((member) => stating(member, config.id)),
    })),
  };
  const seesHidden = (await client.tokens.rights(signal))?.has('Member.Read.Hidden') ?? false;
  const query = { $select: 'id,displayName,visibility', $top: 999 };
  for await (const { value } of client.pages<GraphGroup>('groups', query, signal))
    for (let at = 0; at < (value ?? []).length; at += GROUPS_AT_ONCE)
      yield await groupsPart(
        client,
        config.id,
        (value ?? []).slice(at, at + GROUPS_AT_ONCE),
        seesHidden,
        signal,
      );
}

/** Guests are marked so; who carries no mark is a guest for us. */
function isMember({ userType }: GraphUser): boolean {
  return userType === 'Member';
}

function toAccount(user: GraphUser, source: SourceId): SourceAccount {
  const { displayName, userPrincipalName, mail } = user;
  // The directory gives sign-in names of its verified domains only to members; the mail field anybody may have set.
  const isVerified = isMember(user) && Boolean(userPrincipalName) && !userPrincipalName?.includes('#EXT#');
  const address = isVerified ? userPrincipalName : mail;
  return {
    principal: userPrincipal(source, user.id),
    ...(displayName && { name: displayName }),
    ...(address && { email: { address: address.toLowerCase(), isVerified } }),
    isActive: user.accountEnabled === true,
    isPerson: true,
  };
}

async function groupsPart(
  client: GraphClient,
  source: SourceId,
  groups: readonly GraphGroup[],
  seesHidden: boolean,
  signal: AbortSignal,
): Promise<DirectoryPart> {
  // Without the right, a group that hides its members answers with none or a part of them.
  const isHidden = ({ visibility }: GraphGroup) => visibility === 'HiddenMembership' && !seesHidden;
  const open = groups.filter((group) => !isHidden(group));
  const unreadable = groups.filter(isHidden).map(({ id }) => ({
    principal: groupPrincipal(source, id),
    reason: 'hides its members; Member.Read.Hidden is missing',
  }));
  const paths = open.map(({ id }) => `groups/${encodeURIComponent(id)}/members?$select=id&$top=999`);
  const answers = await client.batch<Page<GraphMember>>(paths, signal);
  const read: SourceGroup[] = [];
  for (const [at, group] of open.entries()) {
    const members = await membersOf(client, source, answers[at], signal);
    const principal = groupPrincipal(source, group.id);
    if (members) read.push({ principal, members, ...(group.displayName && { name: group.displayName }) });
    else unreadable.push({ principal, reason: 'its members cannot be read by our account' });
  }
  return { groups: read, unreadable };
}

/** Undefined for a group that is gone or closed to us. A member of unknown type could be anything: it is left out. */
async function membersOf(
  client: GraphClient,
  source: SourceId,
  answer: Part<Page<GraphMember>> | undefined,
  signal: AbortSignal,
): Promise<readonly Principal[] | undefined> {
  if (answer === undefined) return undefined;
  if ('error' in answer) {
    if (answer.error.kind !== 'permission' && answer.error.kind !== 'not-found') throw answer.error;
    return undefined;
  }
  if (!Array.isArray(answer.body?.value)) return undefined;
  const all: GraphMember[] = [...answer.body.value];
  const next = answer.body['@odata.nextLink'];
  if (next !== undefined)
    for await (const page of client.pages<GraphMember>(next, {}, signal)) all.push(...(page.value ?? []));
  return all.flatMap(({ '@odata.type': type, id }) => {
    if (type === '#microsoft.graph.user') return userPrincipal(source, id);
    return type === '#microsoft.graph.group' ? groupPrincipal(source, id) : [];
  });
}

function userPrincipal(source: SourceId, id: string): Principal {
  return `user:${source}:${id.toLowerCase()}`;
}

function groupPrincipal(source: SourceId, id: string): Principal {
  return `group:${source}:${id.toLowerCase()}`;
}
