import { existsSync } from 'node:fs';
import { startSimulator } from '../kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../kit/simulator.ts';
import {
  fullName,
  fullRepositoryAnswer,
  organisationAnswer,
  privateUserAnswer,
  repositoryAnswer,
  userAnswer,
} from './answers.ts';
import type { Answers } from './answers.ts';
import { appRoute, keys } from './app-routes.ts';
import { collaborators, permission } from './collaborators.ts';
import { documented } from './documented.ts';
import { archiveOf } from './git.ts';
import { answerGraphql } from './graphql.ts';
import { searchRoute } from './live-search.ts';
import { page, tagged } from './paging.ts';
import { repositoryRoute } from './repository-routes.ts';
import { accountMay, accountSees, accountSeesBasePermission, roleOf } from './rights.ts';
import type { GithubWorld, Role, SimulatedRepository } from './world.ts';

export interface GithubOptions {
  /** Below the origin: `/api/v3` for an Enterprise Server. */
  readonly basePath?: string;
  readonly token?: string;
  readonly latencyMs?: number;
  readonly perSecond?: number;
  /** Entries of a tree asked for in depth before it is cut; default as the service, 100,000. */
  readonly treeLimit?: number;
  /** Lists give no link to their last page, as those that go by cursors. */
  readonly hasNoLast?: boolean;
  /** Asked before each answer: what it gives is laid over the ordinary answer. */
  readonly fault?: (request: SimulatedRequest) => Partial<SimulatedAnswer> | undefined;
  /** Milliseconds since 1970; default the real time. */
  readonly now?: () => number;
}

export interface GithubSimulator extends Simulator {
  /** Of the app, as its owner downloads it. */
  readonly privateKey: string;
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

/** Requests an hour of an installation. */
const HOURLY = 5_000;
const HOUR_MS = 3_600_000;

const SPECIFICATION = new URL('../../../../shared/specs/github.json', import.meta.url);
/** GitHub's REST and GraphQL on loopback, as the world's account sees them. */
export async function startGithubSimulator(
  world: GithubWorld,
  options: GithubOptions = {},
): Promise<GithubSimulator> {
  const { now = Date.now, basePath = '' } = options;
  const tokens: string[] = [];
  const expired = new Set<string>();
  const faults: string[] = [];
  let used = 0;
  // Told with each answer; how it refuses when it is used up is a fault on demand.
  const quota = () => ({
    'x-ratelimit-limit': String(HOURLY),
    'x-ratelimit-remaining': String(Math.max(0, HOURLY - ++used)),
    'x-ratelimit-reset': String(Math.ceil(now() / HOUR_MS) * 3_600),
  });
  const simulator = await startSimulator({
    answer: (request) => {
      const fault = options.fault?.(request);
      if (fault?.status !== undefined) return fault as SimulatedAnswer;
      const ordinary = answer(request);
      if (options.hasNoLast && ordinary?.headers?.['link'])
        Object.assign(ordinary.headers, {
          link: ordinary.headers['link'].replace(/, <[^>]*>; rel="last"/u, ''),
        });
      const date = new Date(now()).toUTCString();
      return ordinary && { ...ordinary, headers: { date, ...quota(), ...ordinary.headers }, ...fault };
    },
    specifications: existsSync(SPECIFICATION) ? [documented(SPECIFICATION, world, basePath)] : [],
    // People by their number are described by the vendor's pages, and not in the description at hand.
    undescribed: (path) =>
      path.endsWith('/graphql') || path.startsWith('/codeload/') || /\/user\/\d+$/u.test(path),
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
    if (path === '/app' || path.startsWith('/app/')) return appRoute(answers, path, token, tokens, now());
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
    const named = kind === 'user' && rest.length === 0 ? world.users.get(Number(name)) : undefined;
    if (named) return ok(userAnswer(answers, named));
    if (kind === 'search') return searchRoute(answers, name, request, visible());
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
    const [, login, of] = rest;
    if (what === 'collaborators' && login !== undefined && of === 'permission')
      return permission(answers, repository, login);
    if (what === 'collaborators') return collaborators(answers, repository, request, paged);
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

function ok(body: unknown): SimulatedAnswer {
  return { status: 200, body };
}

function refusal(status: number, message: string): SimulatedAnswer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}
