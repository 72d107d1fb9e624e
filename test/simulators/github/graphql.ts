import { existsSync, readFileSync } from 'node:fs';
import { buildClientSchema, extendSchema, graphqlSync, parse, validate } from 'graphql';
import type { GraphQLSchema, IntrospectionQuery } from 'graphql';
import { nodeId } from './answers.ts';
import { executeUnjudged } from './graphql-unjudged.ts';
import { accountSees, accountSeesTeam, membersOf } from './rights.ts';
import type {
  GithubWorld,
  SimulatedComment,
  SimulatedDiscussion,
  SimulatedOrganisation,
  SimulatedRepository,
  SimulatedTeam,
} from './world.ts';

const SPECIFICATION = new URL('../../../../shared/specs/github-graphql.json', import.meta.url);

/** As the whole schema has it (github/docs, schema.docs.graphql); the one at hand leaves it out. */
const IDENTITIES = parse(`
  extend type Organization { samlIdentityProvider: OrganizationIdentityProvider }
  extend type User { organizationVerifiedDomainEmails(login: String!): [String!]! }
  type OrganizationIdentityProvider { externalIdentities(after: String, first: Int, membersOnly: Boolean): ExternalIdentityConnection! }
  type ExternalIdentityConnection { nodes: [ExternalIdentity] pageInfo: PageInfo! totalCount: Int! }
  type ExternalIdentity { guid: String! samlIdentity: ExternalIdentitySamlAttributes scimIdentity: ExternalIdentityScimAttributes user: User }
  type ExternalIdentitySamlAttributes { nameId: String username: String }
  type ExternalIdentityScimAttributes { username: String }
`);

/** The vendor's schema, which judges each query before it is answered; undefined where it is not at hand. */
export const schema: GraphQLSchema | undefined = existsSync(SPECIFICATION)
  ? extendSchema(
      buildClientSchema(
        (JSON.parse(readFileSync(SPECIFICATION, 'utf8')) as { data: IntrospectionQuery }).data,
      ),
      IDENTITIES,
    )
  : undefined;

interface Page {
  readonly first?: number | null;
  readonly after?: string | null;
}

export interface GraphqlAnswer {
  readonly body: unknown;
  readonly faults: readonly string[];
}

/** Executes what the description allows; anything else is a fault of ours. */
export function answerGraphql(
  world: GithubWorld,
  web: string,
  { query, variables }: { readonly query: string; readonly variables?: Record<string, unknown> },
): GraphqlAnswer {
  const isHidden = /samlIdentityProvider|organizationVerifiedDomainEmails/u.test(query);
  if (isHidden && [...world.organisations.values()].some(({ hidesIdentities }) => hidesIdentities))
    return {
      body: { data: null, errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible' }] },
      faults: [],
    };
  if (!schema) return { body: executeUnjudged(query, root(world, web), variables), faults: [] };
  const faults = validate(schema, parse(query)).map(({ message }) => `GraphQL: ${message}`);
  const result = graphqlSync({
    schema,
    source: query,
    variableValues: variables ?? {},
    rootValue: root(world, web),
    typeResolver: (value) => (value as { __typename: string }).__typename,
  });
  // Objects that are not there are errors of their own beside the data.
  return {
    body: { ...result, ...(result.errors && { errors: result.errors.map(({ message }) => ({ message })) }) },
    // A cursor that has ended is the service's doing.
    faults: [
      ...faults,
      ...(result.errors ?? [])
        .filter(({ message }) => !message.includes('valid cursor'))
        .map(({ message }) => `GraphQL: ${message}`),
    ],
  };
}

function root(world: GithubWorld, web: string) {
  const node = ({ id }: { id: string }) => nodeOf(world, web, id);
  return {
    node,
    nodes: ({ ids }: { ids: readonly string[] }) => ids.map((id) => node({ id })),
    organization: ({ login }: { login: string }) => {
      const organisation = world.organisations.get(login);
      return organisation ? organisationNode(world, organisation) : null;
    },
  };
}

function nodeOf(world: GithubWorld, web: string, id: string): object | null {
  const [kind, number] = Buffer.from(id, 'base64url').toString().split(':');
  if (kind === 'Repository') {
    const repository = world.repositories.get(Number(number));
    return repository && accountSees(world, repository) ? repositoryNode(world, web, repository) : null;
  }
  if (kind === 'Team')
    for (const organisation of world.organisations.values()) {
      const team = organisation.teams.get(Number(number));
      if (team) return teamNode(world, organisation, team);
    }
  for (const repository of world.repositories.values()) {
    if (!accountSees(world, repository)) continue;
    for (const discussion of repository.discussions.values()) {
      if (kind === 'Discussion' && id === discussionId(repository, discussion))
        return discussionNode(world, web, repository, discussion);
      const comment = discussion.comments.find((each) => String(each.id) === number);
      if (kind === 'DiscussionComment' && comment) return commentNode(world, web, comment);
    }
  }
  return null;
}

function discussionId({ id }: SimulatedRepository, { number }: SimulatedDiscussion): string {
  return nodeId('Discussion', id * 100_000 + number);
}

function connection<T>(all: readonly T[], { first, after }: Page, extra: (page: readonly T[]) => object) {
  const from = after ? Number(Buffer.from(after, 'base64url').toString()) : 0;
  if (Number.isNaN(from)) throw new Error(`\`${after}\` does not appear to be a valid cursor.`);
  const size = Math.min(first ?? 0, 100);
  if (!first || first > 100) throw new Error('first must be between 1 and 100');
  const page = all.slice(from, from + size);
  const hasNextPage = from + size < all.length;
  return {
    totalCount: all.length,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: from > 0,
      endCursor: Buffer.from(String(from + page.length)).toString('base64url'),
    },
    ...extra(page),
  };
}

function repositoryNode(world: GithubWorld, web: string, repository: SimulatedRepository) {
  const head = repository.branches.get(repository.defaultBranch);
  return {
    __typename: 'Repository',
    id: nodeId('Repository', repository.id),
    databaseId: repository.id,
    visibility: repository.visibility.toUpperCase(),
    hasDiscussionsEnabled: repository.hasDiscussions,
    defaultBranchRef: head
      ? {
          name: repository.defaultBranch,
          target: { __typename: 'Commit', id: nodeId('Commit', 1), oid: head },
        }
      : null,
    discussions: (page: Page & { orderBy?: { field: string; direction: string } }) => {
      const key = page.orderBy?.field === 'UPDATED_AT' ? 'updatedAt' : 'createdAt';
      const sign = page.orderBy?.direction === 'DESC' ? -1 : 1;
      const all = [...(repository.hasDiscussions ? repository.discussions.values() : [])].sort(
        (a, b) => sign * (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : a.number - b.number),
      );
      return connection(all, page, (part) => ({
        nodes: part.map((each) => discussionNode(world, web, repository, each)),
      }));
    },
    discussion: ({ number }: { number: number }) => {
      const found = repository.discussions.get(number);
      return found ? discussionNode(world, web, repository, found) : null;
    },
  };
}

function actor(world: GithubWorld, author: number | null) {
  const user = author === null ? undefined : world.users.get(author);
  return user ? { __typename: 'User', login: user.login } : null;
}

function discussionNode(
  world: GithubWorld,
  web: string,
  repository: SimulatedRepository,
  discussion: SimulatedDiscussion,
) {
  return {
    __typename: 'Discussion',
    id: discussionId(repository, discussion),
    number: discussion.number,
    title: discussion.title,
    body: discussion.body,
    url: `${web}/${repository.owner}/${repository.name}/discussions/${discussion.number}`,
    createdAt: discussion.createdAt,
    updatedAt: discussion.updatedAt,
    closed: false,
    author: actor(world, discussion.author),
    category: { name: discussion.category },
    comments: (page: Page) =>
      connection(discussion.comments, page, (part) => ({
        nodes: part.map((each) => commentNode(world, web, each)),
      })),
  };
}

function commentNode(
  world: GithubWorld,
  web: string,
  comment: SimulatedComment & { readonly replies?: readonly SimulatedComment[]; readonly isAnswer?: boolean },
): object {
  return {
    __typename: 'DiscussionComment',
    id: nodeId('DiscussionComment', comment.id),
    databaseId: comment.id,
    body: comment.body,
    author: actor(world, comment.author),
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    isAnswer: comment.isAnswer ?? false,
    isMinimized: false,
    replies: (page: Page) =>
      connection(comment.replies ?? [], page, (part) => ({
        nodes: part.map((each) => commentNode(world, web, each)),
      })),
  };
}

function userNode(world: GithubWorld, id: number) {
  const user = world.users.get(id);
  return (
    user && {
      __typename: 'User',
      databaseId: id,
      login: user.login,
      name: user.name,
      email: user.email ?? '',
      organizationVerifiedDomainEmails: () => user.verified ?? [],
    }
  );
}

function organisationNode(world: GithubWorld, organisation: SimulatedOrganisation) {
  return {
    __typename: 'Organization',
    databaseId: organisation.id,
    login: organisation.login,
    membersWithRole: (page: Page) =>
      connection([...organisation.members], page, (part) => ({
        edges: part.map(([id, role]) => ({ role: role.toUpperCase(), node: userNode(world, id) })),
        nodes: part.map(([id]) => userNode(world, id)),
      })),
    samlIdentityProvider: organisation.hasSignIn
      ? {
          externalIdentities: (page: Page) =>
            connection([...organisation.members.keys()], page, (part) => ({
              nodes: part.map((id) => ({
                guid: String(id),
                user: userNode(world, id),
                samlIdentity: { nameId: world.users.get(id)?.nameId ?? null },
                scimIdentity: null,
              })),
            })),
        }
      : null,
    teams: (page: Page) =>
      connection(
        [...organisation.teams.values()].filter((team) => accountSeesTeam(world, organisation, team)),
        page,
        (part) => ({ nodes: part.map((team) => teamNode(world, organisation, team)) }),
      ),
  };
}

function teamNode(world: GithubWorld, organisation: SimulatedOrganisation, team: SimulatedTeam) {
  return {
    __typename: 'Team',
    id: nodeId('Team', team.id),
    databaseId: team.id,
    slug: team.slug,
    name: team.name,
    members: (page: Page & { membership?: string }) =>
      connection(
        [...(page.membership === 'IMMEDIATE' ? team.members : membersOf(organisation, team))],
        page,
        (part) => ({ nodes: part.map((id) => userNode(world, id)) }),
      ),
  };
}
