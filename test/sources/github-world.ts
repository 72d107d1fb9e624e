import { Secret } from '@fumikura/config';
import { createGithubConnector, githubConfigSchema } from '@fumikura/connector-github';
import type { GithubConfigInput } from '@fumikura/connector-github';
import type { HttpClock } from '@fumikura/http';
import { silentLogger } from '@fumikura/logging';
import type { Logger } from '@fumikura/logging';
import type { DocumentId, Principal } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import { randomEdit } from '../simulators/github/edits.ts';
import { judge } from '../simulators/github/oracle.ts';
import { LFS_POINTER, randomWorld } from '../simulators/github/random-world.ts';
import { accountSees, roleOf } from '../simulators/github/rights.ts';
import { startGithubSimulator } from '../simulators/github/server.ts';
import type { GithubOptions, GithubSimulator } from '../simulators/github/server.ts';
import { filesOf } from '../simulators/github/making.ts';
import type { GithubWorld, SimulatedRepository } from '../simulators/github/world.ts';
import { quickClock, realClock } from './clocks.ts';
import type { Connect, MakeWorld, SourceWorld } from './source-world.ts';

export const ID = 'github:acme';
export const TOKEN = 'ghp_simulated';

export interface ServedGithub extends SourceWorld {
  readonly simulator: GithubSimulator;
  readonly world: GithubWorld;
}

/** An enterprise served by the simulator, read as the world's own account. */
export async function serveGithub(world: GithubWorld, options: GithubOptions = {}): Promise<ServedGithub> {
  const clock = quickClock();
  const simulator = await startGithubSimulator(world, { now: clock.now, ...options });
  const userOf = (person: Principal) => {
    const id = /^user:[^:]+:[^:]+:(\d+)$/u.exec(person)?.[1];
    return id === undefined ? undefined : Number(id);
  };
  const repositoryOf = (item: DocumentId) => Number(/\/repo\/(\d+)\//u.exec(item)?.[1]);
  return {
    world,
    simulator,
    connector: () =>
      githubConnector(world, simulator, { clock, apiUrl: `${simulator.url}${options.basePath ?? ''}/` }),
    connection: {
      url: `${simulator.url}${options.basePath ?? ''}/`,
      ...(world.account.kind === 'app' && { privateKey: simulator.privateKey }),
    } satisfies Connection,
    people: () => [...[...world.users.keys()].map((id): Principal => `user:${ID}:${id}`), 'anyone'],
    items: () =>
      [...world.repositories.values()]
        .filter((each) => isRead(world, each))
        .flatMap((each) => [...itemsOf(each)])
        .map((item) => `${ID}/${item}`),
    mayRead: (person, item) => judge(world, userOf(person), repositoryOf(item)).mayRead,
    closedBecause: (person, item) => judge(world, userOf(person), repositoryOf(item)).excuse,
    edit: (random) => randomEdit(world, random),
    close: () => simulator.close(),
  };
}

export interface ConnectorOptions {
  readonly config?: Partial<GithubConfigInput>;
  readonly logger?: Logger;
  readonly clock?: HttpClock;
  readonly apiUrl?: string;
  readonly fetch?: typeof fetch;
}

/** What another process needs to connect: the address, and the key of an app. */
type Connection = { readonly url: string; readonly privateKey?: string };

export function githubConnector(
  world: GithubWorld,
  simulator: GithubSimulator,
  { apiUrl = `${simulator.url}/`, ...options }: ConnectorOptions = {},
): Connector {
  const isApp = world.account.kind === 'app';
  return connect({ url: apiUrl, ...(isApp && { privateKey: simulator.privateKey }) }, options);
}

function connect(
  { url, privateKey }: Connection,
  { config = {}, logger = silentLogger, clock = quickClock(), ...send }: Omit<ConnectorOptions, 'apiUrl'>,
): Connector {
  const parsed = githubConfigSchema.parse({
    id: ID,
    credential:
      privateKey === undefined
        ? { token: new Secret(TOKEN) }
        : { appId: 4711, privateKey: new Secret(privateKey) },
    apiUrl: url,
    publicReaders: 'anyone',
    webhookSecret: new Secret('hook-s3cret'),
    ...config,
  });
  return createGithubConnector(parsed, { logger, clock, ...send }) as Connector;
}

/** An app reads what it is installed on, a person what they were given. */
function isRead(world: GithubWorld, repository: SimulatedRepository): boolean {
  if (!accountSees(world, repository)) return false;
  return world.account.kind === 'app' || roleOf(world, world.account.user, repository) !== 'none';
}

function* itemsOf(repository: SimulatedRepository): Generator<string> {
  const base = `repo/${repository.id}`;
  for (const [path, { kind, bytes }] of filesOf(repository)) {
    const isGenerated = /(?:^|\/)dist\/|package-lock\.json$/u.test(path);
    const isText = kind === 'file' && !/\.png$/u.test(path) && !bytes.equals(Buffer.from(LFS_POINTER));
    if (isText && !isGenerated) yield `${base}/file/${path}`;
  }
  for (const { number, isPull } of repository.issues.values())
    if (repository.hasIssues || isPull) yield `${base}/issue/${number}`;
  if (repository.hasDiscussions)
    for (const number of repository.discussions.keys()) yield `${base}/discussion/${number}`;
  for (const { id, isDraft } of repository.releases.values()) if (!isDraft) yield `${base}/release/${id}`;
}

export const makeGithubWorld: MakeWorld = (seed, size) => serveGithub(randomWorld(seed, size));

export const connectToGithub: Connect = (connection) =>
  connect(connection as Connection, { clock: realClock });
