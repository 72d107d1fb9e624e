import type {
  Holder,
  JiraWorld,
  SimulatedComment,
  SimulatedIssue,
  SimulatedProject,
  SimulatedWorklog,
  Visibility,
} from './world.ts';

/** Why the API does not tell our account of a right that really lets somebody in. */
export type Excuse =
  | 'the scheme and roles of the project are not readable for our account'
  | 'members of security levels are not readable for our account'
  | 'members of applications are not readable for our account'
  | 'people and groups are not readable for our account'
  | 'internal comments are opened to agents alone';

export interface Judged {
  readonly mayRead: boolean;
  readonly excuse?: Excuse;
}

/** How somebody holds a right: by a way that is told to our account, or by one that is not. */
type Way = 'told' | Excuse;

const NO: Judged = { mayRead: false };

/**
 * By the rules of Jira: Browse Projects through the scheme of the project, and the security level when the issue has one,
 * and the restriction of a comment or worklog. Each of them alone refuses.
 */
export function judge(world: JiraWorld, userId: string | undefined, externalId: string): Judged {
  const [, id = '', kind, partId = ''] = externalId.split('/');
  const issue = world.issues.get(id);
  if (!issue) return NO;
  const account = userId === undefined ? undefined : world.users.get(userId);
  // Who cannot sign in is anybody; a customer signs in to the portal, not to Jira.
  const user = account?.isActive && account.type !== 'customer' ? account : undefined;
  const layers = issueLayers(world, issue, user?.id);
  if (kind === 'comment' || kind === 'worklog') {
    const part = [...issue.comments, ...issue.worklogs].find((each) => each.id === partId);
    if (!part) return NO;
    layers.push(...partLayers(world, issue, part, user?.id));
  }
  if (kind === 'attachment' && !issue.attachments.some((each) => each.id === partId)) return NO;
  const judged = both(layers);
  // Without these rights nobody can be told apart.
  const listing = world.deployment === 'cloud' ? [] : (['ADMINISTER'] as const);
  const isListed = (['USER_PICKER', ...listing] as const).every((right) => world.ourRights.has(right));
  const areHidden = judged.mayRead && user !== undefined && !isListed;
  return areHidden ? { mayRead: true, excuse: 'people and groups are not readable for our account' } : judged;
}

function both(layers: readonly (readonly Way[])[]): Judged {
  if (layers.some((ways) => ways.length === 0)) return NO;
  const closed = layers.find((ways) => !ways.includes('told'));
  const excuse = closed?.find((way) => way !== 'told');
  return excuse === undefined ? { mayRead: true } : { mayRead: true, excuse: excuse as Excuse };
}

function issueLayers(world: JiraWorld, issue: SimulatedIssue, user: string | undefined): Way[][] {
  const project = projectOf(world, issue);
  const layers = [holds(world, project, issue, browseHolders(world, project), user, !project.isOpenToUs)];
  const level = issue.level === undefined ? undefined : world.levels.get(issue.level);
  if (issue.level !== undefined) {
    const ways = level ? holds(world, project, issue, level.holders, user, !project.isOpenToUs) : [];
    const isHidden = world.deployment === 'data-center' || !world.ourRights.has('ADMINISTER');
    layers.push(
      isHidden ? ways.map(() => 'members of security levels are not readable for our account') : ways,
    );
  }
  if (issue.restrictedTo.length > 0)
    layers.push(
      issue.restrictedTo.flatMap((role) =>
        holds(world, project, issue, [{ type: 'projectRole', of: role }], user, !project.isOpenToUs),
      ),
    );
  return layers;
}

/** A private project of a team is for those who were added, whatever its scheme says of everybody. */
function browseHolders(world: JiraWorld, project: SimulatedProject): readonly Holder[] {
  const holders = world.schemes.get(project.scheme)?.browse ?? [];
  if (!project.isTeamManaged || !project.isPrivate) return holders;
  return holders.filter(({ type }) => type !== 'applicationRole' && type !== 'anyone');
}

function partLayers(
  world: JiraWorld,
  issue: SimulatedIssue,
  part: SimulatedComment | SimulatedWorklog,
  user: string | undefined,
): Way[][] {
  const project = projectOf(world, issue);
  const layers: Way[][] = [];
  if (part.visibility) layers.push(seenBy(world, project, issue, part.visibility, user));
  if (isInternal(world, issue, part)) {
    const agents = world.schemes.get(project.scheme)?.agents ?? [];
    const ways = holds(world, project, issue, agents, user, !project.isOpenToUs);
    // Whoever works in Jira and may browse the project sees them too; nothing of the API says who that is.
    layers.push(user === undefined ? [] : [...ways, 'internal comments are opened to agents alone']);
  }
  return layers;
}

/** Data Center keeps the mark of a comment that left its service project, and nothing heeds it there. */
export function isInternal(
  world: JiraWorld,
  issue: SimulatedIssue,
  part: SimulatedComment | SimulatedWorklog,
): boolean {
  const isHeeded = world.deployment === 'cloud' || projectOf(world, issue).kind === 'service_desk';
  return 'isInternal' in part && part.isInternal === true && isHeeded;
}

function seenBy(
  world: JiraWorld,
  project: SimulatedProject,
  issue: SimulatedIssue,
  { type, of }: Visibility,
  user: string | undefined,
): Way[] {
  if (type === 'group') return inGroup(world, of, user);
  return holds(world, project, issue, [{ type: 'projectRole', of }], user, !project.isOpenToUs);
}

function holds(
  world: JiraWorld,
  project: SimulatedProject,
  issue: SimulatedIssue,
  holders: readonly Holder[],
  user: string | undefined,
  isUntold: boolean,
): Way[] {
  const ways = holders.flatMap((holder) => waysOf(world, project, issue, holder, user));
  return isUntold
    ? ways.map(() => 'the scheme and roles of the project are not readable for our account')
    : ways;
}

function waysOf(
  world: JiraWorld,
  project: SimulatedProject,
  issue: SimulatedIssue,
  holder: Holder,
  user: string | undefined,
): Way[] {
  const named = (is: boolean): Way[] => (is && user !== undefined ? ['told'] : []);
  switch (holder.type) {
    case 'anyone':
      return ['told'];
    case 'user':
      return named(holder.of === user);
    case 'group':
      return inGroup(world, holder.of, user);
    case 'projectRole': {
      const actors = project.roles.get(holder.of);
      return [
        ...named(user !== undefined && (actors?.users.has(user) ?? false)),
        ...[...(actors?.groups ?? [])].flatMap((group) => inGroup(world, group, user)),
      ];
    }
    case 'applicationRole': {
      if (holder.of === undefined) return named(true);
      const groups = [...(world.applications.get(holder.of) ?? [])];
      const ways = groups.flatMap((group) => inGroup(world, group, user));
      if (world.ourRights.has('ADMINISTER')) return ways;
      return ways.map(() => 'members of applications are not readable for our account');
    }
    case 'projectLead':
      return named(project.lead === user);
    case 'reporter':
      return named(issue.reporter === user);
    case 'assignee':
      return named(issue.assignee === user);
    case 'userCustomField':
      return named(user !== undefined && valuesOf(issue, holder.of).includes(user));
    case 'groupCustomField':
      return valuesOf(issue, holder.of).flatMap((group) => inGroup(world, group, user));
    case 'sd.customer.portal.only':
      return [];
  }
}

function valuesOf(issue: SimulatedIssue, field: string): readonly string[] {
  const value = issue.custom.get(field);
  return value === undefined || typeof value === 'string' ? [] : value;
}

function inGroup(world: JiraWorld, group: string, user: string | undefined): Way[] {
  return user !== undefined && isMember(world, group, user, new Set()) ? ['told'] : [];
}

export function isMember(world: JiraWorld, group: string, user: string, seen: Set<string>): boolean {
  const members = world.groups.get(group)?.members;
  if (!members || seen.has(group)) return false;
  seen.add(group);
  return members.has(user) || [...members].some((member) => isMember(world, member, user, seen));
}

function projectOf(world: JiraWorld, issue: SimulatedIssue): SimulatedProject {
  const project = world.projects.get(issue.project);
  if (!project) throw new Error(`issue ${issue.id} is in no project`);
  return project;
}

/** What our account sees of an issue, whatever it is told of others. */
export function weSee(world: JiraWorld, issue: SimulatedIssue): boolean {
  const project = projectOf(world, issue);
  return !project.isArchived && judge(world, world.ourAccount, `issue/${issue.id}`).mayRead;
}

export function weSeePart(
  world: JiraWorld,
  issue: SimulatedIssue,
  part: SimulatedComment | SimulatedWorklog,
): boolean {
  const kind = issue.comments.some(({ id }) => id === part.id) ? 'comment' : 'worklog';
  return judge(world, world.ourAccount, `issue/${issue.id}/${kind}/${part.id}`).mayRead;
}
