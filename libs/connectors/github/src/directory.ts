import { AppError } from '@fumikura/errors';
import type { DirectoryPart, Principal, SourceAccount, SourceGroup } from '@fumikura/model';
import type { Account, Collaborator, Connection, Repository } from './github-types.ts';
import { readAddresses } from './identities.ts';
import {
  enterprisePrincipal,
  membersPrincipal,
  orUndefined,
  ownersPrincipal,
  teamPrincipal,
  userPrincipal,
} from './readers.ts';
import { collect, readRepositories, repositoryPath } from './repositories.ts';
import type { Run } from './run.ts';

interface Member {
  readonly role?: string | null;
  readonly node?: {
    readonly databaseId?: number | null;
    readonly login: string;
    readonly name?: string | null;
  } | null;
}
interface TeamNode {
  readonly id: string;
  readonly databaseId?: number | null;
  readonly name?: string | null;
  readonly members: Connection<{ readonly databaseId?: number | null }>;
}

const MEMBERS = `query($login: String!, $after: String) {
  organization(login: $login) { membersWithRole(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } edges { role node { databaseId login name } }
  } }
}`;
const TEAMS = `query($login: String!, $after: String) {
  organization(login: $login) { teams(first: 30, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id databaseId name members(first: 100, membership: ALL) { pageInfo { hasNextPage endCursor } nodes { databaseId } } }
  } }
}`;
const MORE_MEMBERS = `query($id: ID!, $after: String) {
  node(id: $id) { ... on Team { members(first: 100, after: $after, membership: ALL) { pageInfo { hasNextPage endCursor } nodes { databaseId } } } }
}`;

/** Members, owners and teams of each organisation that owns what is read, people from outside, and people's own repositories. */
export async function* readDirectory(run: Run): AsyncGenerator<DirectoryPart> {
  const repositories = await readRepositories(run);
  const organisations = new Map<number, Account>();
  for (const { owner } of repositories) if (owner.type === 'Organization') organisations.set(owner.id, owner);
  for (const organisation of organisations.values()) {
    yield* members(run, organisation);
    yield* teams(run, organisation);
    yield await outside(run, organisation);
  }
  for (const repository of repositories)
    if (repository.owner.type !== 'Organization') yield await ofPerson(run, repository);
}

async function* members(run: Run, organisation: Account): AsyncGenerator<DirectoryPart> {
  const { config } = run;
  const { id, login } = organisation;
  const addresses = await readAddresses(run, organisation);
  const groups = [membersPrincipal(config, id), ownersPrincipal(config, id)] as const;
  for (let after: string | null = null; ;) {
    const found: Connection<never> & { readonly edges?: readonly (Member | null)[] | null } =
      await connectionOf(run, MEMBERS, login, after, 'membersWithRole');
    const people = (found.edges ?? []).flatMap((edge) => (edge?.node?.databaseId ? [edge] : []));
    const principals = (all: readonly Member[]) =>
      all.flatMap(({ node }): Principal[] =>
        node?.databaseId ? [userPrincipal(config, node.databaseId)] : [],
      );
    const owners = principals(people.filter(({ role }) => role === 'ADMIN'));
    yield {
      accounts: people.flatMap(({ node }): SourceAccount[] =>
        node?.databaseId
          ? [
              proved(
                accountOf(run, { id: node.databaseId, login: node.login }, node.name),
                node.databaseId,
                addresses,
              ),
            ]
          : [],
      ),
      groups: [
        { principal: groups[0], name: `Members of ${login}`, members: principals(people) },
        { principal: groups[1], name: `Owners of ${login}`, members: owners },
        ...(config.isOneEnterprise
          ? [{ principal: enterprisePrincipal(config), name: 'Enterprise', members: [groups[0]] }]
          : []),
      ],
    };
    if (!found.pageInfo.hasNextPage) return;
    after = found.pageInfo.endCursor ?? null;
  }
}

/** With the members of child teams, as the service counts them: what a team has, its child teams have. */
async function* teams(run: Run, { login }: Account): AsyncGenerator<DirectoryPart> {
  for (let after: string | null = null; ;) {
    const found: Connection<TeamNode> = await connectionOf(run, TEAMS, login, after, 'teams');
    const groups: SourceGroup[] = [];
    for (const team of found.nodes ?? []) {
      if (!team?.databaseId) continue;
      const all = [...(team.members.nodes ?? []), ...(await moreMembers(run, team))];
      groups.push({
        principal: teamPrincipal(run.config, team.databaseId),
        ...(team.name && { name: `${login}/${team.name}` }),
        members: all.flatMap((each) =>
          each?.databaseId ? [userPrincipal(run.config, each.databaseId)] : [],
        ),
      });
    }
    yield { groups };
    if (!found.pageInfo.hasNextPage) return;
    after = found.pageInfo.endCursor ?? null;
  }
}

async function moreMembers({ client, signal }: Run, { id, members: first }: TeamNode) {
  const found: ({ readonly databaseId?: number | null } | null)[] = [];
  for (let { hasNextPage, endCursor } = first.pageInfo; hasNextPage;) {
    const { node } = await client.graphql<{ node: Pick<TeamNode, 'members'> | null }>(
      MORE_MEMBERS,
      { id, after: endCursor },
      signal,
    );
    if (!node) throw unreadable('a team');
    found.push(...(node.members.nodes ?? []));
    ({ hasNextPage, endCursor } = node.members.pageInfo);
  }
  return found;
}

async function connectionOf<T>(
  { client, signal }: Run,
  query: string,
  login: string,
  after: string | null,
  field: string,
): Promise<T> {
  const { organization } = await client.graphql<{ organization: Readonly<Record<string, T>> | null }>(
    query,
    { login, after },
    signal,
  );
  const found = organization?.[field];
  // A part for the whole would take groups away, or leave accounts in them that have gone.
  if (!found) throw unreadable(`the ${field} of ${login}`);
  return found;
}

function unreadable(what: string): AppError {
  return new AppError('SOURCE_FORBIDDEN', 'permission', `${what} cannot be read by our account`, {
    publicMessage: `GitHub does not tell our account ${what}.`,
  });
}

async function outside(run: Run, { login }: Account): Promise<DirectoryPart> {
  const path = `orgs/${encodeURIComponent(login)}/outside_collaborators`;
  const found = await orUndefined(collect(run.client.pages<readonly Account[]>(path, {}, run.signal)));
  if (!found)
    run.logger.warn('github.directory.closed', { reason: 'people from outside are not told', login });
  return { accounts: (found ?? []).map((account) => accountOf(run, account)) };
}

async function ofPerson(run: Run, repository: Repository): Promise<DirectoryPart> {
  const path = repositoryPath(repository, 'collaborators');
  const found = await orUndefined(
    collect(run.client.pages<readonly Collaborator[]>(path, { affiliation: 'all' }, run.signal)),
  );
  const people = new Map([repository.owner, ...(found ?? [])].map((account) => [account.id, account]));
  return { accounts: [...people.values()].map((account) => accountOf(run, account)) };
}

function proved(account: SourceAccount, id: number, addresses: ReadonlyMap<number, string>): SourceAccount {
  const address = addresses.get(id);
  return address === undefined ? account : { ...account, email: { address, isVerified: true } };
}

/** Without an address: what a profile shows proves nothing, and asking for it takes a further right. */
function accountOf({ config }: Run, { id, login, type }: Account, name?: string | null): SourceAccount {
  return {
    principal: userPrincipal(config, id),
    name: name || login,
    isActive: true,
    isPerson: type === undefined || type === 'User',
  };
}
