import { existsSync } from 'node:fs';
import { loadSpecification } from '../kit/specification.ts';
import type { Specification } from '../kit/specification.ts';
import { startSimulator } from '../kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../kit/simulator.ts';
import { userAnswer } from './answers.ts';
import { judge } from './oracle.ts';
import { ok, refusal } from './replies.ts';
import { cloudRoutes } from './routes-cloud.ts';
import { dataCenterRoutes } from './routes-data-center.ts';
import { attachment, sharedRoutes } from './routes.ts';
import type { SearchLimits } from './search.ts';
import { createSite } from './site.ts';
import type { JiraWorld } from './world.ts';

export interface JiraOptions extends Partial<SearchLimits> {
  /** Cloud: the API token of our account; Data Center: its personal access token. */
  readonly token?: string;
  /** Comments and worklogs that come with an issue; default 5. */
  readonly firstPage?: number;
  /** Whose a token is that is not our account's; undefined for none that is taken. */
  readonly personOf?: (token: string) => Promise<string | undefined>;
  readonly latencyMs?: number;
  readonly perSecond?: number;
}

/** Jira on loopback, Cloud or Data Center as the world says. */
export async function startJiraSimulator(world: JiraWorld, options: JiraOptions = {}): Promise<Simulator> {
  const { firstPage = 5, token = 'simulated', latencyMs, perSecond } = options;
  const isCloud = world.deployment === 'cloud';
  const api = isCloud ? '/rest/api/3/' : '/rest/api/2/';
  const simulator: Simulator = await startSimulator({
    // The server's clock is that of its world.
    answer: async (request) => dated(world, await answer(request)),
    specifications: descriptions(isCloud),
    undescribed: (path) => path.startsWith('/secure/attachment/') || path.startsWith('/media/'),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(perSecond !== undefined && { limit: { perSecond, refusal: () => tooMany(isCloud) } }),
  });
  const site = createSite(world, `${simulator.url}${api.slice(0, -1)}`, firstPage, options);
  const mediaUrl = () => `${simulator.url.replace('127.0.0.1', 'localhost')}/media`;
  const routes = [...sharedRoutes(site), ...(isCloud ? cloudRoutes(site, mediaUrl) : dataCenterRoutes(site))];
  const answer = async (request: SimulatedRequest): Promise<SimulatedAnswer | undefined> => {
    const path = decodeURIComponent(request.url.pathname);
    if (path.startsWith('/media/')) return media(world, request);
    const carried = request.headers.authorization ?? '';
    const person =
      carried === credentials(isCloud, token)
        ? undefined
        : await options.personOf?.(carried.replace(/^Bearer /u, ''));
    if (person !== undefined) return asPerson(person, `${request.method} ${path.slice(api.length)}`, request);
    if (carried !== credentials(isCloud, token))
      return refusal(401, 'Client must be authenticated to access this resource.');
    if (path.startsWith('/secure/attachment/')) return attachment(world, path.split('/')[3] ?? '');
    if (!path.startsWith(api)) return undefined;
    for (const [pattern, route] of routes) {
      const found = pattern.exec(`${request.method} ${path.slice(api.length)}`);
      if (found) return route(request, found.slice(1));
    }
    return undefined;
  };
  /** Somebody themselves: who they are, what they find, and issues that are theirs; what is not does not exist. */
  const asPerson = (
    person: string,
    asked: string,
    { body }: SimulatedRequest,
  ): SimulatedAnswer | undefined => {
    const isTheirs = (id: string) => judge(world, person, `issue/${id}`).mayRead;
    if (asked === 'GET myself') return ok(userAnswer(world, person));
    if (asked === 'POST search' || asked === 'POST search/jql') {
      const all = asked === 'POST search' ? site.search.byOffset(body) : site.search.byToken(body);
      const found = all.body as { issues?: { id: string }[]; total?: number };
      const issues = (found.issues ?? []).filter(({ id }) => isTheirs(id));
      return {
        ...all,
        body: { ...found, issues, ...(found.total !== undefined && { total: issues.length }) },
      };
    }
    const [, id = ''] = /^GET issue\/(\d+)$/u.exec(asked) ?? [];
    const issue = world.issues.get(id);
    return issue && isTheirs(id)
      ? ok({ id, key: issue.key, fields: {} })
      : refusal(404, 'Issue does not exist or you do not have permission to see it.');
  };
  return simulator;
}

function credentials(isCloud: boolean, token: string): string {
  if (!isCloud) return `Bearer ${token}`;
  return `Basic ${Buffer.from(`fumikura@example.com:${token}`).toString('base64')}`;
}

function dated(world: JiraWorld, given: SimulatedAnswer | undefined): SimulatedAnswer | undefined {
  return given && { ...given, headers: { date: new Date(world.now).toUTCString(), ...given.headers } };
}

/** Preauthorised: a token beside it is a mistake that the real service punishes. */
function media(world: JiraWorld, { url, headers }: SimulatedRequest): SimulatedAnswer | undefined {
  if (headers.authorization) return refusal(401, 'Unauthorized');
  return attachment(world, url.pathname.split('/')[2] ?? '');
}

function tooMany(isCloud: boolean): SimulatedAnswer {
  const headers: Record<string, string> = isCloud
    ? { 'retry-after': '1', 'ratelimit-reason': 'jira-burst-based' }
    : {
        'retry-after': '1',
        'x-ratelimit-limit': '100',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-fillrate': '10',
        'x-ratelimit-interval-seconds': '1',
      };
  return { ...refusal(429, 'Rate limit exceeded.'), headers };
}

/**
 * The description of Data Center says one object where the service answers lists and pages, and calls the value of every
 * property text; answers of those operations are not judged by it.
 */
const MISDESCRIBED = /\/(?:project|user\/list|group\/member|field|applicationrole|comment|search)$/u;

function descriptions(isCloud: boolean): Specification[] {
  const name = isCloud ? 'jira-cloud-v3.json' : 'jira-dc.json';
  const file = new URL(`../../../../shared/specs/${name}`, import.meta.url);
  if (!existsSync(file)) return [];
  if (isCloud) return [loadSpecification(file, { lenient: ['format'] })];
  const described = loadSpecification(file, { basePath: '/rest', lenient: ['format'] });
  return [
    {
      find: (method, path) => {
        const found = described.find(method, path);
        return found && MISDESCRIBED.test(path) ? { ...found, checkAnswer: () => [] } : found;
      },
    },
  ];
}
