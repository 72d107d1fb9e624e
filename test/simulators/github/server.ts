import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { existsSync } from 'node:fs';
import { loadSpecification } from '../kit/specification.ts';
import type { Specification } from '../kit/specification.ts';
import { startSimulator } from '../kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../kit/simulator.ts';
import {
  collaboratorAnswer,
  fullName,
  fullRepositoryAnswer,
  nodeId,
  organisationAnswer,
  privateUserAnswer,
  repositoryAnswer,
  userAnswer,
} from './answers.ts';
import type { Answers } from './answers.ts';
import { archiveOf } from './git.ts';
import { answerGraphql } from './graphql.ts';
import { repositoryRoute } from './repository-routes.ts';
import {
  accountMay,
  accountSees,
  accountSeesBasePermission,
  accountSeesCollaborators,
  roleOf,
} from './rights.ts';
import type { GithubWorld, Role, SimulatedRepository } from './world.ts';

export interface GithubOptions {
  /** Below the origin: `/api/v3` for an Enterprise Server. */
  readonly basePath?: string;
  readonly token?: string;
  readonly latencyMs?: number;
  readonly perSecond?: number;
  /** Entries of a tree asked for in depth before it is cut; default as the service, 100,000. */
  readonly treeLimit?: number;
  /** Asked before each answer: what it gives is laid over the ordinary answer. */
  readonly fault?: (request: SimulatedRequest) => Partial<SimulatedAnswer> | undefined;
  /** Milliseconds since 1970; default the real time. */
  readonly now?: () => number;
}

export interface GithubSimulator extends Simulator {
  /** Of the app, as its owner downloads it. */
  readonly privateKey: string;
  readonly installation: number;
  /** Installation tokens given so far, the newest last. */
  readonly tokens: readonly string[];
  /** Every installation token given so far is refused from now on. */
  expireTokens(): void;
}

/** What a handler of one repository is given. */
export interface RepositoryCall {
  readonly answers: Answers;
  readonly repository: SimulatedRepository;
  readonly request: SimulatedRequest;
  readonly treeLimit: number;
  readonly paged: (all: readonly unknown[]) => SimulatedAnswer;
  /** Path below the repository, decoded. */
  readonly rest: readonly string[];
}

const SPECIFICATION = new URL('../../../../shared/specs/github.json', import.meta.url);
const APP = 4711;
const keys = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

/** GitHub's REST and GraphQL on loopback, as the world's account sees them. */
export async function startGithubSimulator(
  world: GithubWorld,
  options: GithubOptions = {},
): Promise<GithubSimulator> {
  const { now = Date.now, basePath = '' } = options;
  const installation = 77;
  const tokens: string[] = [];
  const expired = new Set<string>();
  const faults: string[] = [];
  const simulator = await startSimulator({
    answer: (request) => {
      const fault = options.fault?.(request);
      if (fault?.status !== undefined) return fault as SimulatedAnswer;
      const ordinary = answer(request);
      return ordinary && { ...ordinary, ...fault };
    },
    specifications: existsSync(SPECIFICATION) ? [documented(world, basePath)] : [],
    undescribed: (path) => path.endsWith('/graphql') || path.startsWith('/codeload/'),
    ...(options.latencyMs !== undefined && { latencyMs: options.latencyMs }),
    ...(options.perSecond !== undefined && {
      limit: {
        perSecond: options.perSecond,
        refusal: () => ({
          status: 403,
          headers: { 'retry-after': '1' },
          body: { message: 'You have exceeded a secondary rate limit.' },
        }),
      },
    }),
  });
  const answers: Answers = { world, api: `${simulator.url}${basePath}`, web: 'https://github.example' };
  const graphqlPath = basePath === '/api/v3' ? '/api/graphql' : '/graphql';

  const answer = (request: SimulatedRequest): SimulatedAnswer | undefined => {
    const { pathname } = request.url;
    if (pathname.startsWith('/codeload/')) return download(request);
    const path = pathname.slice(basePath.length);
    const token = request.headers.authorization?.replace(/^(?:Bearer|token) /u, '') ?? '';
    if (path === '/app' || path.startsWith('/app/')) return appRoute(path, token);
    const isInstallation = tokens.includes(token) && !expired.has(token);
    const isPerson = world.account.kind === 'token' && token === (options.token ?? 'ghp_simulated');
    if (!isInstallation && !isPerson) return refusal(401, 'Bad credentials');
    if (pathname === graphqlPath && request.method === 'POST') {
      const { body, faults: wrong } = answerGraphql(world, answers.web, request.body as { query: string });
      faults.push(...wrong);
      return { status: 200, body };
    }
    const found = route(path, request);
    return found && tagged(found, token, request);
  };

  const appRoute = (path: string, jwt: string): SimulatedAnswer | undefined => {
    if (!isSigned(jwt, now())) return refusal(401, 'A JSON web token could not be decoded');
    const account = world.account.kind === 'app' ? world.account : undefined;
    const organisation = world.organisations.get(account?.organisation ?? '');
    if (!organisation) return undefined;
    const user = userAnswer(answers, { id: organisation.id, login: organisation.login, name: null });
    const permissions = {
      metadata: 'read',
      contents: 'read',
      issues: 'read',
      pull_requests: 'read',
      members: 'read',
      discussions: 'read',
      ...(account?.seesBasePermission && { organization_administration: 'read' }),
    };
    const described = {
      id: installation,
      app_id: APP,
      app_slug: 'fumikura',
      target_id: organisation.id,
      target_type: 'Organization',
      single_file_name: null,
      repository_selection: 'all',
      access_tokens_url: `${answers.api}/app/installations/${installation}/access_tokens`,
      html_url: answers.web,
      repositories_url: `${answers.api}/installation/repositories`,
      events: [],
      // The description asks for a person and an enterprise in one.
      account: {
        ...user,
        name: organisation.login,
        slug: organisation.login,
        created_at: null,
        updated_at: null,
      },
      permissions,
      created_at: '2026-01-01T00:00:00Z',
      updated_at: '2026-01-01T00:00:00Z',
      suspended_by: null,
      suspended_at: null,
    };
    if (path === '/app')
      return ok({
        id: APP,
        slug: 'fumikura',
        node_id: nodeId('App', APP),
        owner: user,
        name: 'Fumikura',
        description: null,
        external_url: answers.web,
        html_url: answers.web,
        created_at: '2026-01-01T00:00:00Z',
        updated_at: '2026-01-01T00:00:00Z',
        permissions,
        events: [],
      });
    if (path === '/app/installations') return ok([described]);
    if (path !== `/app/installations/${installation}/access_tokens`) return undefined;
    const token = `ghs_${createHash('sha256').update(`${tokens.length}/${simulator.url}`).digest('hex')}`;
    tokens.push(token);
    const expires = new Date(now() + 3_600_000).toISOString();
    return { status: 201, body: { token, expires_at: expires, permissions, repository_selection: 'all' } };
  };

  const download = ({ url, headers }: SimulatedRequest): SimulatedAnswer | undefined => {
    // Preauthorised by its address: credentials beside it belong to somebody else.
    if (headers.authorization) return refusal(404, 'Not Found');
    const [, , id = '', sha = ''] = url.pathname.split('/');
    const repository = world.repositories.get(Number(id));
    const commit = repository?.commits.get(sha);
    return (
      repository &&
      commit && {
        status: 200,
        headers: { 'content-type': 'application/x-gzip' },
        body: archiveOf(repository, commit),
      }
    );
  };

  const route = (path: string, request: SimulatedRequest): SimulatedAnswer | undefined => {
    const paged = (all: readonly unknown[], wrap?: (page: readonly unknown[]) => unknown) =>
      page(answers.api, request, basePath, all, wrap);
    if (path === '/user' && world.account.kind === 'token') {
      const user = world.users.get(world.account.user);
      return (
        user && { ...ok(privateUserAnswer(answers, user)), headers: { 'x-oauth-scopes': 'repo, read:org' } }
      );
    }
    const visible = () =>
      [...world.repositories.values()].filter((each) => accountSees(world, each)).sort((a, b) => a.id - b.id);
    const described = (all: readonly SimulatedRepository[]) =>
      all.map((each) => repositoryAnswer(answers, each, ownRole(world, each)));
    if (path === '/installation/repositories' && world.account.kind === 'app')
      return paged(described(visible()), (part) => ({
        total_count: visible().length,
        repository_selection: 'all',
        repositories: part,
      }));
    if (path === '/user/repos' && world.account.kind === 'token')
      return paged(described(visible().filter((each) => ownRole(world, each) !== 'none')));
    const [, kind, name = '', ...rest] = path.split('/').map(decodeURIComponent);
    if (kind === 'orgs') return organisationRoute(name, rest, paged, described, visible);
    const byId = kind === 'repositories' ? world.repositories.get(Number(name)) : undefined;
    if (byId) return repositoryCall(byId, rest, request);
    if (kind !== 'repos') return undefined;
    const [repositoryName = '', ...below] = rest;
    const full = `${name}/${repositoryName}`;
    const found = [...world.repositories.values()].find((each) => fullName(each) === full);
    if (found) return repositoryCall(found, below, request);
    const former = [...world.repositories.values()].find((each) => each.formerNames.has(full));
    if (!former || !accountSees(world, former)) return undefined;
    const tail = request.url.pathname.slice(`${basePath}/repos/${full}`.length);
    const location = `${answers.api}/repositories/${former.id}${tail}${request.url.search}`;
    return {
      status: 301,
      headers: { location },
      body: { message: 'Moved Permanently', url: location, documentation_url: 'https://docs.github.com' },
    };
  };

  const repositoryCall = (
    repository: SimulatedRepository,
    rest: readonly string[],
    request: SimulatedRequest,
  ): SimulatedAnswer | undefined => {
    // Hidden and missing are one answer.
    if (!accountSees(world, repository)) return undefined;
    const paged = (all: readonly unknown[]) =>
      page(answers.api, request, basePath, all, undefined, repository);
    const [what] = rest;
    if (what === undefined) return ok(fullRepositoryAnswer(answers, repository, ownRole(world, repository)));
    if (what === 'collaborators') return collaborators(repository, request, paged);
    if (what === 'tarball')
      return {
        status: 302,
        headers: {
          location: `${simulator.url.replace('127.0.0.1', 'localhost')}/codeload/${repository.id}/${rest[1]}?token=x`,
        },
      };
    const treeLimit = options.treeLimit ?? 100_000;
    return repositoryRoute({ answers, repository, request, treeLimit, paged, rest });
  };

  const collaborators = (
    repository: SimulatedRepository,
    { url }: SimulatedRequest,
    paged: (all: readonly unknown[]) => SimulatedAnswer,
  ): SimulatedAnswer => {
    if (!accountSeesCollaborators(world, repository))
      return refusal(403, 'Must have push access to view repository collaborators.');
    const affiliation = url.searchParams.get('affiliation') ?? 'all';
    const organisation = world.organisations.get(repository.owner);
    const all = [...world.users.values()].flatMap((user) => {
      const role = roleOf(world, user.id, repository);
      const isDirect = repository.collaborators.has(user.id);
      const isOutside = isDirect && !organisation?.members.has(user.id);
      const isAsked = { all: true, direct: isDirect, outside: isOutside }[affiliation] ?? false;
      return isAsked && role !== 'none' ? [collaboratorAnswer(answers, user, role)] : [];
    });
    return paged(all);
  };

  const organisationRoute = (
    login: string,
    rest: readonly string[],
    paged: (all: readonly unknown[]) => SimulatedAnswer,
    described: (all: readonly SimulatedRepository[]) => readonly unknown[],
    visible: () => readonly SimulatedRepository[],
  ): SimulatedAnswer | undefined => {
    const organisation = world.organisations.get(login);
    if (!organisation) return undefined;
    const [what] = rest;
    if (what === undefined)
      return ok(organisationAnswer(answers, organisation, accountSeesBasePermission(world, organisation)));
    if (what === 'repos') return paged(described(visible().filter(({ owner }) => owner === login)));
    if (what !== 'outside_collaborators') return undefined;
    const outside = new Set(
      [...world.repositories.values()]
        .filter(({ owner }) => owner === login)
        .flatMap((each) => [...each.collaborators.keys()])
        .filter((user) => !organisation.members.has(user)),
    );
    return paged(
      [...world.users.values()].filter(({ id }) => outside.has(id)).map((each) => userAnswer(answers, each)),
    );
  };

  return {
    ...simulator,
    get violations() {
      return [...simulator.violations, ...faults];
    },
    privateKey: keys.privateKey,
    installation,
    tokens,
    expireTokens: () => {
      for (const token of tokens) expired.add(token);
    },
  };
}

function ownRole(world: GithubWorld, repository: SimulatedRepository): Role | 'none' {
  if (world.account.kind === 'token') return roleOf(world, world.account.user, repository);
  return accountMay(world, repository, 'read') ? 'read' : 'none';
}

/** Signed by the app's key and not older than ten minutes. */
function isSigned(jwt: string, nowMs: number): boolean {
  const [head = '', claims = '', signature = ''] = jwt.split('.');
  const key = createPublicKey(keys.publicKey);
  const isTrue = verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'));
  if (!isTrue) return false;
  const { iat, exp, iss } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<
    string,
    number | string
  >;
  const now = nowMs / 1_000;
  return Number(iat) <= now && Number(exp) > now && Number(exp) - now <= 600 && String(iss) === String(APP);
}

/** A page with its links; after a rename and behind the number form they are of the number form. */
function page(
  api: string,
  { url }: SimulatedRequest,
  basePath: string,
  all: readonly unknown[],
  wrap: (page: readonly unknown[]) => unknown = (part) => part,
  repository?: SimulatedRepository,
): SimulatedAnswer {
  const size = Math.min(Number(url.searchParams.get('per_page') ?? 30), 100);
  const number = Number(url.searchParams.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(all.length / size));
  const path = url.pathname.slice(basePath.length);
  const base = repository
    ? `${api}/repositories/${repository.id}${path.replace(/^\/repos\/[^/]+\/[^/]+|^\/repositories\/\d+/u, '')}`
    : `${api}${path}`;
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams(url.searchParams);
    query.set('page', String(to));
    return `<${base}?${query.toString()}>; rel="${rel}"`;
  };
  const links = [
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
    ...(number > 1 ? [link(1, 'first'), link(number - 1, 'prev')] : []),
  ];
  return {
    status: 200,
    ...(links.length > 0 && { headers: { link: links.join(', ') } }),
    body: wrap(all.slice((number - 1) * size, number * size)),
  };
}

/** The tag is of the content and of the token: another token of the same app gets the whole answer again. */
function tagged(
  answer: SimulatedAnswer,
  token: string,
  { headers, method }: SimulatedRequest,
): SimulatedAnswer {
  if (answer.status !== 200 || method !== 'GET') return answer;
  const links = answer.headers?.link ?? '';
  const etag = `W/"${createHash('sha256')
    .update(`${token}${links}${JSON.stringify(answer.body)}`)
    .digest('hex')}"`;
  if (headers['if-none-match'] === etag) return { status: 304, headers: { etag } };
  return { ...answer, headers: { ...answer.headers, etag } };
}

function ok(body: unknown): SimulatedAnswer {
  return { status: 200, body };
}

function refusal(status: number, message: string): SimulatedAnswer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}

/** Addresses by number are real and not described; a path or a branch may hold slashes. */
function documented(world: GithubWorld, basePath: string): Specification {
  const specification = loadSpecification(SPECIFICATION, { basePath, lenient: ['format'] });
  return {
    find: (method, path) => {
      const named = path.replace(/\/repositories\/(\d+)/u, (_all, id: string) => {
        const repository = world.repositories.get(Number(id));
        return `/repos/${repository ? fullName(repository) : 'nobody/nothing'}`;
      });
      const plain = named
        .replace(
          /(\/contents\/)(.+)$/u,
          (_all, head: string, rest: string) => head + rest.replaceAll('/', '~'),
        )
        .replace(
          /(\/branches\/)(.+)$/u,
          (_all, head: string, rest: string) => head + rest.replaceAll('/', '~'),
        );
      const described = specification.find(method, plain);
      // A redirect of a rename has no description of its own at most addresses.
      return (
        described && {
          ...described,
          checkAnswer: (status, body) =>
            status === 301 || status === 304 ? [] : described.checkAnswer(status, body),
        }
      );
    },
  };
}
