import { Secret } from '@fumikura/config';
import { createJiraConnector, jiraConfigSchema } from '@fumikura/connector-jira';
import type { JiraConfigInput } from '@fumikura/connector-jira';
import { silentLogger } from '@fumikura/logging';
import type { DocumentId, Principal } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import { randomEdit } from '../simulators/jira/edits.ts';
import { isInternal, judge, weSee, weSeePart } from '../simulators/jira/oracle.ts';
import { randomWorld } from '../simulators/jira/random-world.ts';
import { startJiraSimulator } from '../simulators/jira/server.ts';
import type { JiraOptions } from '../simulators/jira/server.ts';
import type { JiraWorld } from '../simulators/jira/world.ts';
import { quickClock, realClock } from './clocks.ts';
import type { Connect, MakeWorld, SourceWorld } from './source-world.ts';

const ID = 'jira:acme';
const HOOK_SECRET = 'hook-s3cret';

/** A site served by the simulator; our account has the rights that its world grants. */
export async function serveJira(
  world: JiraWorld,
  options: JiraOptions = {},
  config: Partial<JiraConfigInput> = {},
): Promise<SourceWorld> {
  const simulator = await startJiraSimulator(world, options);
  const userOf = (person: Principal) => /^user:[^:]+:[^:]+:(.+)$/u.exec(person)?.[1];
  const externalOf = (item: DocumentId) => item.slice(ID.length + 1);
  return {
    simulator,
    connector: () => jiraConnector(simulator.url, world.deployment, { config }),
    connection: { url: simulator.url, deployment: world.deployment },
    people: () => [...[...world.users.keys()].map((id): Principal => `user:${ID}:${id}`), 'anyone'],
    items: () => [...externalIds(world)].map((id) => `${ID}/${id}`),
    mayRead: (person, item) => judge(world, userOf(person), externalOf(item)).mayRead,
    closedBecause: (person, item) => judge(world, userOf(person), externalOf(item)).excuse,
    edit: (random) => randomEdit(world, random),
    close: () => simulator.close(),
  };
}

export interface ConnectorChoices {
  readonly token?: string;
  readonly config?: Partial<JiraConfigInput>;
  readonly deps?: Partial<Parameters<typeof createJiraConnector>[1]>;
}

export function jiraConnector(
  url: string,
  deployment: JiraWorld['deployment'] = 'cloud',
  { token = 'simulated', config = {}, deps = {} }: ConnectorChoices = {},
): Connector {
  const secret = new Secret(token);
  const parsed = jiraConfigSchema.parse({
    id: ID,
    baseUrl: `${url}/`,
    deployment,
    credential: deployment === 'cloud' ? { email: 'fumikura@example.com', token: secret } : { token: secret },
    webhook: { secret: new Secret(HOOK_SECRET) },
    ...config,
  });
  return createJiraConnector(parsed, { logger: silentLogger, clock: quickClock(), ...deps }) as Connector;
}

/** What our account sees: of the rest nobody tells it that it exists. */
function* externalIds(world: JiraWorld): Generator<string> {
  for (const issue of world.issues.values()) {
    if (!weSee(world, issue)) continue;
    const id = `issue/${issue.id}`;
    yield id;
    for (const attachment of issue.attachments) yield `${id}/attachment/${attachment.id}`;
    for (const comment of issue.comments)
      if ((comment.visibility || isInternal(world, issue, comment)) && weSeePart(world, issue, comment))
        yield `${id}/comment/${comment.id}`;
    for (const worklog of issue.worklogs)
      if (worklog.visibility && weSeePart(world, issue, worklog)) yield `${id}/worklog/${worklog.id}`;
  }
}

/** On small sites few comments come with an issue, so that the rest has to be asked for; on large ones as many as usual. */
export const makeJiraWorld: MakeWorld = (seed, size) =>
  serveJira(randomWorld(seed, size), { firstPage: size > 200 ? 20 : 3 });

export const connectToJira: Connect = (connection) => {
  const { url, deployment } = connection as { url: string; deployment: JiraWorld['deployment'] };
  return jiraConnector(url, deployment, { deps: { clock: realClock } });
};
