import { Secret } from '@fumikura/config';
import { createSharepointConnector, sharepointConfigSchema } from '@fumikura/connector-sharepoint';
import type { SharepointConfigInput } from '@fumikura/connector-sharepoint';
import { silentLogger } from '@fumikura/logging';
import type { Logger } from '@fumikura/logging';
import type { DocumentId, Principal } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import { randomEdit } from '../simulators/graph/edits.ts';
import { judge } from '../simulators/graph/oracle.ts';
import { randomWorld } from '../simulators/graph/random-world.ts';
import { startGraphSimulator } from '../simulators/graph/server.ts';
import type { GraphOptions } from '../simulators/graph/server.ts';
import type { GraphWorld } from '../simulators/graph/world.ts';
import { quickClock, realClock } from './clocks.ts';
import type { Connect, MakeWorld, SourceWorld } from './source-world.ts';

const ID = 'sharepoint:contoso';

/** A tenant served by the simulator; our account has the least rights that are recommended. */
export async function serveWorld(
  world: GraphWorld,
  options: GraphOptions = {},
  config: Partial<SharepointConfigInput> = {},
): Promise<SourceWorld> {
  const simulator = await startGraphSimulator(world, options);
  const userOf = (person: Principal) => /^user:[^:]+:[^:]+:(.+)$/u.exec(person)?.[1];
  const externalOf = (item: DocumentId) => item.slice(ID.length + 1);
  return {
    simulator,
    connector: () => sharepointConnector(simulator.url, 'simulated', quickClock(), silentLogger, { config }),
    connection: simulator.url,
    people: () => [...[...world.users.keys()].map((id): Principal => `user:${ID}:${id}`), 'anyone'],
    items: () => [...externalIds(world)].map((id) => `${ID}/${id}`),
    mayRead: (person, item) => judge(world, userOf(person), externalOf(item)).mayRead,
    closedBecause: (person, item) => judge(world, userOf(person), externalOf(item)).excuse,
    edit: (random) => randomEdit(world, random),
    close: () => simulator.close(),
  };
}

interface Choices {
  readonly config?: Partial<SharepointConfigInput>;
  readonly fetch?: typeof fetch;
}

export function sharepointConnector(
  url: string,
  clientSecret = 'simulated',
  clock = quickClock(),
  logger: Logger = silentLogger,
  { config: more = {}, ...send }: Choices = {},
): Connector {
  const config = sharepointConfigSchema.parse({
    id: ID,
    tenant: 'contoso.example',
    clientId: '00000000-0000-4000-8000-00000000c11e',
    credential: { secret: new Secret(clientSecret) },
    graphUrl: `${url}/`,
    loginUrl: `${url}/`,
    webhook: { url: 'https://fumi.example/hooks/sharepoint', clientState: new Secret('state') },
    ...more,
  });
  return createSharepointConnector(config, { logger, clock, ...send }) as Connector;
}

function* externalIds(world: GraphWorld): Generator<string> {
  for (const site of world.sites.values()) {
    for (const drive of site.drives.values())
      for (const item of drive.items.values()) if (!item.isFolder) yield `drive/${drive.id}/${item.id}`;
    for (const page of site.pages.keys()) yield `site/${site.id}/page/${page}`;
    for (const list of site.lists.values())
      for (const item of list.items.keys()) yield `site/${site.id}/list/${list.id}/${item}`;
  }
}

/** Small tenants in pages of a few items, so that they have several; large ones in pages as the service gives them. */
export const makeSharepointWorld: MakeWorld = (seed, size) =>
  serveWorld(randomWorld(seed, size), size > 200 ? { pageSize: 200 } : {});

export const connectToSharepoint: Connect = (url) => sharepointConnector(String(url), 'simulated', realClock);
