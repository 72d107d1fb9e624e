import { Secret } from '@fumikura/config';
import { confluenceConfigSchema, createConfluenceConnector } from '@fumikura/connector-confluence';
import type { ConfluenceConfigInput } from '@fumikura/connector-confluence';
import { silentLogger } from '@fumikura/logging';
import type { HttpClock } from '@fumikura/http';
import type { Logger } from '@fumikura/logging';
import type { DocumentId, Principal } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import { randomEdit } from '../simulators/confluence/edits.ts';
import { judge } from '../simulators/confluence/oracle.ts';
import { randomWorld } from '../simulators/confluence/random-world.ts';
import { ACCOUNT_EMAIL, startConfluenceSimulator } from '../simulators/confluence/server.ts';
import type { ConfluenceOptions, ConfluenceSimulator } from '../simulators/confluence/server.ts';
import type { ConfluenceWorld, SimulatedContent } from '../simulators/confluence/world.ts';
import { quickClock, realClock } from './clocks.ts';
import type { Connect, MakeWorld, SourceWorld } from './source-world.ts';

export const ID = 'confluence:acme';

export interface ServedWorld extends SourceWorld {
  readonly simulator: ConfluenceSimulator;
  readonly world: ConfluenceWorld;
}

/** A site served by the simulator; our account reads what it is shown there. */
export async function serveWorld(
  world: ConfluenceWorld,
  options: ConfluenceOptions = {},
  config: Partial<ConfluenceConfigInput> = {},
): Promise<ServedWorld> {
  const simulator = await startConfluenceSimulator(world, options);
  const userOf = (person: Principal) => /^user:[^:]+:[^:]+:(.+)$/u.exec(person)?.[1];
  const judged = (person: Principal, item: DocumentId) =>
    judge(world, userOf(person), containerOf(world, item));
  return {
    simulator,
    world,
    connector: () => confluenceConnector(world.deployment, simulator.url, config),
    connection: { url: simulator.url, deployment: world.deployment },
    people: () => [...[...world.users.keys()].map((id): Principal => `user:${ID}:${id}`), 'anyone'],
    items: () => [...externalIds(world, options.adminKeys !== undefined)].map((id) => `${ID}/${id}`),
    mayRead: (person, item) => judged(person, item).mayRead,
    closedBecause: (person, item) => judged(person, item).excuse,
    edit: (random) => randomEdit(world, random),
    close: () => simulator.close(),
  };
}

export function confluenceConnector(
  deployment: ConfluenceWorld['deployment'],
  url: string,
  config: Partial<ConfluenceConfigInput> = {},
  logger: Logger = silentLogger,
  clock: HttpClock = quickClock(),
  send?: typeof fetch,
): Connector {
  const token = new Secret('simulated');
  const parsed = confluenceConfigSchema.parse({
    id: ID,
    deployment,
    url: deployment === 'cloud' ? url : `${url}/confluence`,
    credential: deployment === 'cloud' ? { email: ACCOUNT_EMAIL, token } : { personalToken: token },
    apiUrl: `${url}/`,
    personalSpaces: true,
    ...config,
  });
  return createConfluenceConnector(parsed, { logger, clock, ...(send && { fetch: send }) }) as Connector;
}

/** Comments and attachments are where their page is. */
function containerOf(world: ConfluenceWorld, item: DocumentId): string {
  const [kind, id = ''] = item.slice(ID.length + 1).split('/');
  if (kind === 'attachment') return world.attachments.get(id)?.container ?? '';
  return kind === 'comment' ? (world.comments.get(id)?.container ?? '') : id;
}

/** What our account may see of what is read by default. */
function* externalIds(world: ConfluenceWorld, hasKey: boolean): Generator<string> {
  const isRead = (content: SimulatedContent | undefined) =>
    content !== undefined &&
    (content.kind === 'page' || content.kind === 'blogpost') &&
    content.status === 'current' &&
    (hasKey || judge(world, world.account, content.id).mayRead);
  for (const content of world.content.values()) if (isRead(content)) yield `${content.kind}/${content.id}`;
  for (const { id, container } of world.attachments.values())
    if (isRead(world.content.get(container))) yield `attachment/${id}`;
  for (const { id, container } of world.comments.values())
    if (isRead(world.content.get(container))) yield `comment/${id}`;
}

/** One world in four answers in pages of the size that the service really has. */
export const makeConfluenceWorld: MakeWorld = (seed, size) =>
  serveWorld(randomWorld(seed, size), {
    isRagged: seed % 4 === 2,
    ...(seed % 4 === 1 ? { memberPage: 100 } : { pageSize: 7 }),
  });

export const connectToConfluence: Connect = (connection) => {
  const { url, deployment } = connection as { url: string; deployment: ConfluenceWorld['deployment'] };
  return confluenceConnector(deployment, url, {}, silentLogger, realClock);
};
