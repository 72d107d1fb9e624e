import type { SimulatedAnswer, SimulatedRequest } from '../kit/simulator.ts';
import { issueAnswer } from './answers.ts';
import { weSee } from './oracle.ts';
import { ok, refusal } from './replies.ts';
import { createSearch } from './search.ts';
import type { Search, SearchLimits } from './search.ts';
import type { JiraWorld, SimulatedIssue, SimulatedProject } from './world.ts';

/** A method and path below the interface's own, and what answers it; brackets of the pattern are handed over. */
export type Route = readonly [
  pattern: RegExp,
  answer: (request: SimulatedRequest, found: readonly string[]) => SimulatedAnswer | undefined,
];

/** What routes work with: the world as our account sees it, and what it is refused. */
export interface Site {
  readonly world: JiraWorld;
  readonly isCloud: boolean;
  /** Of the interface, without a trailing slash. */
  readonly base: string;
  readonly search: Search;
  issue(idOrKey: string): SimulatedIssue | undefined;
  /** An issue with these fields, as one call gives it. */
  shown(issue: SimulatedIssue, fields: readonly string[]): { readonly id: string };
  projects(): readonly SimulatedProject[];
  administered(idOrKey: string, give: (project: SimulatedProject) => unknown): SimulatedAnswer;
  administer(give: () => unknown): SimulatedAnswer;
  browseUsers(give: () => unknown): SimulatedAnswer;
}

export function createSite(
  world: JiraWorld,
  base: string,
  firstPage: number,
  limits: Partial<SearchLimits>,
): Site {
  const shown = (issue: SimulatedIssue, fields: readonly string[], expand: readonly string[] = []) =>
    issueAnswer(world, issue, { fields, expand, firstPage, url: base });
  return {
    world,
    isCloud: world.deployment === 'cloud',
    base,
    shown,
    search: createSearch(world, shown, limits),
    issue: (idOrKey) => {
      const issue = world.issues.get(idOrKey) ?? byKey(world, idOrKey);
      return issue && weSee(world, issue) ? issue : undefined;
    },
    projects: () => [...world.projects.values()].filter((project) => isSeen(world, project)),
    administered: (idOrKey, give) => {
      const project = [...world.projects.values()].find(({ id, key }) => id === idOrKey || key === idOrKey);
      if (!project) return refusal(404, `No project could be found with key '${idOrKey}'.`);
      if (!project.isOpenToUs) return refusal(403, 'You are not authorised to administer this project.');
      return ok(give(project));
    },
    administer: (give) =>
      world.ourRights.has('ADMINISTER')
        ? ok(give())
        : refusal(403, 'You must have the Administer Jira permission.'),
    browseUsers: (give) =>
      world.ourRights.has('USER_PICKER')
        ? ok(give())
        : refusal(403, 'You are not authorised to browse users.'),
  };
}

function isSeen(world: JiraWorld, project: SimulatedProject): boolean {
  if (project.isArchived) return false;
  if (project.isOpenToUs) return true;
  return [...world.issues.values()].some((each) => each.project === project.id && weSee(world, each));
}

function byKey(world: JiraWorld, key: string): SimulatedIssue | undefined {
  const found = [...world.issues.values()].find((each) => each.key === key);
  return found ?? world.issues.get(world.oldKeys.get(key) ?? '');
}

/** A list by `startAt` and `maxResults`, of `most` at most. */
export function page(request: SimulatedRequest, all: readonly unknown[], most: number) {
  const query = request.url.searchParams;
  const startAt = Number(query.get('startAt') ?? 0);
  const maxResults = Math.min(most, Number(query.get('maxResults') ?? 50));
  return {
    startAt,
    maxResults,
    total: all.length,
    isLast: startAt + maxResults >= all.length,
    values: all.slice(startAt, startAt + maxResults),
  };
}
