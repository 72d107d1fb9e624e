/** Fills a site: each call is what a person did there. */
import { later, nextId } from './world.ts';
import type {
  Holder,
  JiraWorld,
  SimulatedAttachment,
  SimulatedComment,
  SimulatedField,
  SimulatedGroup,
  SimulatedIssue,
  SimulatedLevel,
  SimulatedProject,
  SimulatedScheme,
  SimulatedUser,
  SimulatedWorklog,
} from './world.ts';

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
