/** A Jira site in memory: people, nested groups, roles, schemes, projects, issues with their history. */
export interface SimulatedUser {
  /** Account id of Cloud, user key of Data Center: never changes. */
  readonly id: string;
  /** Login name; Data Center names people by it. */
  name: string;
  displayName: string;
  email: string;
  hidesEmail: boolean;
  isActive: boolean;
  readonly type: 'atlassian' | 'app' | 'customer';
}

export interface SimulatedGroup {
  readonly id: string;
  readonly name: string;
  /** Users and groups; also itself. */
  readonly members: Set<string>;
}

export type Holder =
  | {
      readonly type: 'group' | 'user' | 'projectRole' | 'userCustomField' | 'groupCustomField';
      readonly of: string;
    }
  /** Without a name: everybody who is signed in. */
  | { readonly type: 'applicationRole'; readonly of?: string }
  | { readonly type: 'anyone' | 'projectLead' | 'reporter' | 'assignee' | 'sd.customer.portal.only' };

export interface SimulatedScheme {
  readonly id: number;
  readonly name: string;
  browse: readonly Holder[];
  agents: readonly Holder[];
}

export interface SimulatedLevel {
  readonly id: string;
  readonly scheme: string;
  readonly name: string;
  holders: readonly Holder[];
}

export interface SimulatedField {
  readonly id: string;
  readonly name: string;
  /** `rich` text, short text, a choice, people or groups. */
  readonly kind: 'rich' | 'text' | 'option' | 'user' | 'group';
}

export interface SimulatedProject {
  readonly id: string;
  readonly key: string;
  name: string;
  lead: string;
  scheme: number;
  /** Role → its actors here. */
  readonly roles: Map<string, { readonly users: Set<string>; readonly groups: Set<string> }>;
  readonly kind: 'software' | 'service_desk';
  /** Team-managed projects have an access level instead of a scheme that several share. */
  readonly isTeamManaged: boolean;
  isPrivate: boolean;
  isArchived: boolean;
  /** Whether our account may administer it, and so read its scheme and roles. */
  isOpenToUs: boolean;
}

export interface Visibility {
  readonly type: 'role' | 'group';
  readonly of: string;
}

export interface SimulatedComment {
  readonly id: string;
  readonly author: string;
  text: string;
  readonly created: number;
  readonly visibility?: Visibility;
  readonly isInternal?: boolean;
}

export interface SimulatedWorklog {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly seconds: number;
  readonly started: number;
  readonly visibility?: Visibility;
}

export interface SimulatedAttachment {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  readonly content: string;
}

export interface HistoryItem {
  readonly at: number;
  readonly author: string;
  readonly field: 'status' | 'assignee' | 'summary';
  readonly from: string | null;
  readonly to: string | null;
}

export interface SimulatedIssue {
  readonly id: string;
  key: string;
  project: string;
  summary: string;
  /** Empty is answered as null. */
  description: string;
  type: string;
  status: string;
  reporter: string | undefined;
  assignee: string | undefined;
  level: string | undefined;
  /** Roles that an issue of a team-managed project is restricted to. */
  restrictedTo: readonly string[];
  parent: string | undefined;
  labels: readonly string[];
  /** By field: text, or ids of people and groups. */
  readonly custom: Map<string, string | readonly string[]>;
  /** Ids of issues that this one blocks. */
  readonly blocks: Set<string>;
  readonly comments: SimulatedComment[];
  readonly worklogs: SimulatedWorklog[];
  readonly attachments: SimulatedAttachment[];
  readonly history: HistoryItem[];
  readonly created: number;
  updated: number;
}

export interface JiraWorld {
  readonly deployment: 'cloud' | 'data-center';
  readonly users: Map<string, SimulatedUser>;
  readonly groups: Map<string, SimulatedGroup>;
  /** Application → groups that have access to it. */
  readonly applications: Map<string, Set<string>>;
  /** Role id → name. */
  readonly roles: Map<string, string>;
  readonly schemes: Map<number, SimulatedScheme>;
  readonly levels: Map<string, SimulatedLevel>;
  readonly fields: Map<string, SimulatedField>;
  readonly projects: Map<string, SimulatedProject>;
  readonly issues: Map<string, SimulatedIssue>;
  /** Keys that issues had before they were moved. */
  readonly oldKeys: Map<string, string>;
  /** Worklog → when it was deleted. */
  readonly deletedWorklogs: Map<string, number>;
  /** The account that reads; its global rights. */
  readonly ourAccount: string;
  readonly ourRights: Set<'ADMINISTER' | 'USER_PICKER'>;
  /** Zone of our account's profile: dates of a query are read in it. */
  timeZone: string;
  /** Milliseconds; passes a little with every change. */
  now: number;
  /** Issues whose last change the search does not know yet, with what it knows instead: undefined is nothing. */
  readonly lagging: Map<string, number | undefined>;
  counter: number;
}

const OUR_ACCOUNT = '712020:fumikura';

export function emptyWorld(deployment: JiraWorld['deployment'] = 'cloud'): JiraWorld {
  const world: JiraWorld = {
    deployment,
    users: new Map(),
    groups: new Map(),
    applications: new Map(),
    roles: new Map(),
    schemes: new Map(),
    levels: new Map(),
    fields: new Map(),
    projects: new Map(),
    issues: new Map(),
    oldKeys: new Map(),
    deletedWorklogs: new Map(),
    ourAccount: OUR_ACCOUNT,
    ourRights: new Set(['ADMINISTER', 'USER_PICKER']),
    timeZone: 'Asia/Tokyo',
    now: Date.parse('2026-01-05T08:00:00Z'),
    lagging: new Map(),
    counter: 10_000,
  };
  addUser(world, { id: OUR_ACCOUNT, displayName: 'Fumikura', type: 'app' });
  return world;
}

export function nextId(world: JiraWorld): string {
  return String(++world.counter);
}

/** Time passes: seven minutes, unless said otherwise. */
export function later(world: JiraWorld, ms = 7 * 60_000): number {
  world.now += ms;
  return world.now;
}

export function addUser(
  world: JiraWorld,
  user: Pick<SimulatedUser, 'id'> & Partial<SimulatedUser>,
): SimulatedUser {
  const name = user.name ?? user.id.replaceAll(/[^a-z0-9]/giu, '').toLowerCase();
  const added: SimulatedUser = {
    name,
    displayName: name,
    email: `${name}@example.com`,
    hidesEmail: false,
    isActive: true,
    type: 'atlassian',
    ...user,
  };
  world.users.set(added.id, added);
  return added;
}

/** On Data Center the name is the identity. */
export function addGroup(world: JiraWorld, name: string, members: Iterable<string> = []): SimulatedGroup {
  const id = world.deployment === 'cloud' ? `g-${nextId(world)}-${name}` : name;
  const group = { id, name, members: new Set(members) };
  world.groups.set(id, group);
  return group;
}

export function addScheme(
  world: JiraWorld,
  browse: readonly Holder[],
  agents: readonly Holder[] = [],
): SimulatedScheme {
  const id = Number(nextId(world));
  const scheme = { id, name: `Scheme ${id}`, browse, agents };
  world.schemes.set(id, scheme);
  return scheme;
}

export function addLevel(world: JiraWorld, name: string, holders: readonly Holder[]): SimulatedLevel {
  const level = { id: nextId(world), scheme: '10100', name, holders };
  world.levels.set(level.id, level);
  return level;
}

export function addField(world: JiraWorld, name: string, kind: SimulatedField['kind']): SimulatedField {
  const field = { id: `customfield_${nextId(world)}`, name, kind };
  world.fields.set(field.id, field);
  return field;
}

export function addProject(
  world: JiraWorld,
  project: Pick<SimulatedProject, 'key' | 'lead'> & Partial<SimulatedProject>,
): SimulatedProject {
  const added: SimulatedProject = {
    id: nextId(world),
    name: `Project ${project.key}`,
    scheme: project.scheme ?? addScheme(world, [{ type: 'applicationRole' }]).id,
    roles: new Map(),
    kind: 'software',
    isTeamManaged: false,
    isPrivate: false,
    isArchived: false,
    isOpenToUs: true,
    ...project,
  };
  world.projects.set(added.id, added);
  return added;
}

export function addIssue(
  world: JiraWorld,
  project: SimulatedProject,
  issue: Partial<SimulatedIssue> & Pick<SimulatedIssue, 'summary'>,
): SimulatedIssue {
  const now = later(world);
  const id = nextId(world);
  const added: SimulatedIssue = {
    id,
    key: `${project.key}-${id}`,
    project: project.id,
    description: '',
    type: 'Task',
    status: 'To Do',
    reporter: project.lead,
    assignee: undefined,
    level: undefined,
    restrictedTo: [],
    parent: undefined,
    labels: [],
    custom: new Map(),
    blocks: new Set(),
    comments: [],
    worklogs: [],
    attachments: [],
    history: [],
    created: now,
    updated: now,
    ...issue,
  };
  world.issues.set(added.id, added);
  return added;
}

export function touch(world: JiraWorld, issue: SimulatedIssue): void {
  issue.updated = later(world);
}

export function addComment(
  world: JiraWorld,
  issue: SimulatedIssue,
  comment: Pick<SimulatedComment, 'author' | 'text'> & Partial<SimulatedComment>,
): SimulatedComment {
  touch(world, issue);
  const added = { id: nextId(world), created: world.now, ...comment };
  issue.comments.push(added);
  return added;
}

export function addWorklog(
  world: JiraWorld,
  issue: SimulatedIssue,
  worklog: Pick<SimulatedWorklog, 'author' | 'text'> & Partial<SimulatedWorklog>,
): SimulatedWorklog {
  touch(world, issue);
  const added = { id: nextId(world), seconds: 3_600, started: world.now, ...worklog };
  issue.worklogs.push(added);
  return added;
}

export function addAttachment(
  world: JiraWorld,
  issue: SimulatedIssue,
  attachment: Pick<SimulatedAttachment, 'name' | 'content'> & Partial<SimulatedAttachment>,
): SimulatedAttachment {
  touch(world, issue);
  const added = { id: nextId(world), mediaType: 'text/plain', ...attachment };
  issue.attachments.push(added);
  return added;
}

/** Changes a field that history keeps. */
export function change(
  world: JiraWorld,
  issue: SimulatedIssue,
  author: string,
  field: 'status' | 'assignee',
  to: string | undefined,
): void {
  const from = issue[field];
  touch(world, issue);
  if (field === 'status') issue.status = to ?? 'To Do';
  else issue.assignee = to;
  issue.history.push({ at: world.now, author, field, from: from ?? null, to: to ?? null });
}

/** The id stays, the key changes, and the old key still leads here. */
export function moveIssue(world: JiraWorld, issue: SimulatedIssue, project: SimulatedProject): void {
  world.oldKeys.set(issue.key, issue.id);
  issue.project = project.id;
  issue.key = `${project.key}-${nextId(world)}`;
  issue.level = undefined;
  issue.restrictedTo = [];
  touch(world, issue);
}

export function removeIssue(world: JiraWorld, id: string): void {
  world.issues.delete(id);
  for (const issue of world.issues.values()) {
    issue.blocks.delete(id);
    if (issue.parent === id) issue.parent = undefined;
  }
  later(world);
}
