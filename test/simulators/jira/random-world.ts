import type { Random } from '../../sources/source-world.ts';
import { pick, seeded } from '../graph/random-world.ts';
import {
  addAttachment,
  addComment,
  addField,
  addGroup,
  addIssue,
  addLevel,
  addProject,
  addScheme,
  addUser,
  addWorklog,
  change,
  emptyWorld,
} from './making.ts';
import type { Holder, JiraWorld, SimulatedIssue, SimulatedProject, Visibility } from './world.ts';

const PEOPLE = 7;
const ROLES = [
  ['10002', 'Administrators'],
  ['10003', 'Developers'],
  ['10004', 'Service Desk Team'],
] as const;
export const WORDS = ['invoice', 'bonus', 'outage', '請求書', '休暇', 'roadmap', 'ticket', '障害'];

/** Every third site is Data Center. */
export function randomWorld(seed: number, size: number, deployment?: JiraWorld['deployment']): JiraWorld {
  const random = seeded(seed);
  const world = emptyWorld(deployment ?? (seed % 3 === 0 ? 'data-center' : 'cloud'));
  if (random() < 0.12) world.ourRights.delete('ADMINISTER');
  if (random() < 0.05) world.ourRights.delete('USER_PICKER');
  world.timeZone = pick(random, ['Asia/Tokyo', 'America/New_York', 'UTC']);
  addPeople(world, random);
  addField(world, 'Release notes', 'rich');
  addField(world, 'Severity', 'option');
  addField(world, 'Approvers', 'user');
  addField(world, 'Teams', 'group');
  for (let n = 0; n < 2; n++) addLevel(world, `Level ${n}`, levelHolders(world, random));
  const projects = ['PAY', 'OPS', 'TEAM'].map((key) => randomProject(world, random, key));
  for (let n = 0; n < size; n++) randomIssue(world, random, pick(random, projects));
  return world;
}

function addPeople(world: JiraWorld, random: Random): void {
  for (let n = 0; n < PEOPLE; n++)
    addUser(world, {
      id: `acc-${n}`,
      name: `person${n}`,
      displayName: `Person ${n}`,
      hidesEmail: random() < 0.5,
      isActive: random() < 0.9,
      type: world.deployment === 'cloud' && random() < 0.1 ? 'customer' : 'atlassian',
    });
  const groups = Array.from({ length: 4 }, (_, n) =>
    addGroup(
      world,
      `Group ${n}`,
      people(world).filter(() => random() < 0.3),
    ),
  );
  // Also itself, and groups that contain it.
  for (const group of groups) for (const other of groups) if (random() < 0.2) group.members.add(other.id);
  addGroup(world, 'readers-of-everything', [world.ourAccount]);
  world.applications.set('jira-software', new Set(groups.filter(() => random() < 0.5).map(({ id }) => id)));
  for (const [id, name] of ROLES) world.roles.set(id, name);
}

export function people(world: JiraWorld): string[] {
  return [...world.users.values()].filter(({ type }) => type !== 'app').map(({ id }) => id);
}

function randomProject(world: JiraWorld, random: Random, key: string): SimulatedProject {
  const isTeamManaged = key === 'TEAM' && world.deployment === 'cloud';
  const project = addProject(world, {
    key,
    lead: pick(random, people(world)),
    kind: key === 'OPS' ? 'service_desk' : 'software',
    isTeamManaged,
    isPrivate: isTeamManaged && random() < 0.5,
    isOpenToUs: random() < 0.9,
  });
  project.scheme = addScheme(
    world,
    browseHolders(world, random, isTeamManaged),
    agentHolders(world, random),
  ).id;
  for (const [role] of ROLES) {
    const users = new Set(people(world).filter(() => random() < 0.25));
    const groups = new Set([...world.groups.keys()].filter(() => random() < 0.2));
    if (random() < 0.7) users.add(world.ourAccount);
    project.roles.set(role, { users, groups });
  }
  return project;
}

export function browseHolders(world: JiraWorld, random: Random, isTeamManaged = false): readonly Holder[] {
  const ours: Holder = { type: 'user', of: world.ourAccount };
  const holders = Array.from({ length: 1 + Math.floor(random() * 3) }, () => randomHolder(world, random));
  const team: Holder[] = [{ type: 'projectRole', of: '10003' }];
  if (random() < 0.5) team.push({ type: 'applicationRole' });
  return [...(isTeamManaged ? team : holders), ...(random() < 0.97 ? [ours] : [])];
}

export function levelHolders(world: JiraWorld, random: Random): readonly Holder[] {
  const holders = Array.from({ length: Math.floor(random() * 3) }, () => randomHolder(world, random));
  return [
    ...holders.filter(({ type }) => type !== 'anyone' && type !== 'sd.customer.portal.only'),
    ...(random() < 0.85 ? [{ type: 'user', of: world.ourAccount } as const] : []),
  ];
}

function agentHolders(world: JiraWorld, random: Random): readonly Holder[] {
  return [
    { type: 'projectRole', of: '10004' },
    ...(random() < 0.8 ? [{ type: 'user', of: world.ourAccount } as const] : []),
  ];
}

function randomHolder(world: JiraWorld, random: Random): Holder {
  const fields = [...world.fields.values()];
  const field = (kind: string) => fields.find((each) => each.kind === kind)?.id ?? '';
  return pick<Holder>(random, [
    { type: 'group', of: pick(random, [...world.groups.keys()]) },
    { type: 'group', of: pick(random, [...world.groups.keys()]) },
    { type: 'user', of: pick(random, people(world)) },
    { type: 'projectRole', of: pick(random, [...world.roles.keys()]) },
    { type: 'projectRole', of: pick(random, [...world.roles.keys()]) },
    { type: 'applicationRole' },
    { type: 'applicationRole', of: 'jira-software' },
    { type: 'reporter' },
    { type: 'assignee' },
    { type: 'projectLead' },
    { type: 'userCustomField', of: field('user') },
    { type: 'groupCustomField', of: field('group') },
    { type: 'sd.customer.portal.only' },
    ...(random() < 0.2 ? [{ type: 'anyone' } as const] : []),
  ]);
}

export function randomIssue(world: JiraWorld, random: Random, project: SimulatedProject): SimulatedIssue {
  const someone = () => pick(random, people(world));
  const levels = [...world.levels.keys()];
  const others = [...world.issues.values()];
  const word = pick(random, WORDS);
  const issue = addIssue(world, project, {
    summary: `${word} number ${world.counter}`,
    description: random() < 0.8 ? `About the ${word}.\n\nWhat ${pick(random, WORDS)} has to do with it.` : '',
    reporter: random() < 0.9 ? someone() : undefined,
    assignee: random() < 0.6 ? someone() : undefined,
    level: !project.isTeamManaged && random() < 0.3 ? pick(random, levels) : undefined,
    restrictedTo: project.isTeamManaged && random() < 0.3 ? [pick(random, [...world.roles.keys()])] : [],
    parent: random() < 0.2 && others.length > 0 ? pick(random, others).id : undefined,
    labels: random() < 0.3 ? [word] : [],
  });
  fillFields(world, random, issue);
  if (random() < 0.3 && others.length > 0) issue.blocks.add(pick(random, others).id);
  if (random() < 0.4) change(world, issue, someone(), 'status', 'In Progress');
  const comments = random() < 0.1 ? 9 : Math.floor(random() * 3);
  for (let n = 0; n < comments; n++) randomComment(world, random, issue);
  if (random() < 0.3) randomWorklog(world, random, issue);
  if (random() < 0.3)
    addAttachment(world, issue, { name: `note ${issue.id}.txt`, content: `Words of ${word} in a file.` });
  return issue;
}

export function fillFields(world: JiraWorld, random: Random, issue: SimulatedIssue): void {
  for (const { id, kind } of world.fields.values()) {
    if (random() < 0.4) issue.custom.delete(id);
    else if (kind === 'user')
      issue.custom.set(
        id,
        people(world).filter(() => random() < 0.2),
      );
    else if (kind === 'group')
      issue.custom.set(
        id,
        [...world.groups.keys()].filter(() => random() < 0.3),
      );
    else issue.custom.set(id, `${pick(random, WORDS)} in a field`);
  }
}

export function randomComment(world: JiraWorld, random: Random, issue: SimulatedIssue): void {
  const isInternal = world.projects.get(issue.project)?.kind === 'service_desk' && random() < 0.4;
  addComment(world, issue, {
    author: pick(random, people(world)),
    text: `Comment ${world.counter} on ${pick(random, WORDS)}`,
    ...(random() < 0.3 && { visibility: randomVisibility(world, random) }),
    ...(isInternal && { isInternal }),
  });
}

export function randomWorklog(world: JiraWorld, random: Random, issue: SimulatedIssue): void {
  addWorklog(world, issue, {
    author: pick(random, people(world)),
    text: `Worked on ${pick(random, WORDS)} ${world.counter}`,
    ...(random() < 0.4 && { visibility: randomVisibility(world, random) }),
  });
}

function randomVisibility(world: JiraWorld, random: Random): Visibility {
  return random() < 0.6
    ? { type: 'role', of: pick(random, [...world.roles.keys()]) }
    : {
        type: 'group',
        of: random() < 0.6 ? ourGroup(world) : pick(random, [...world.groups.keys()]),
      };
}

function ourGroup(world: JiraWorld): string {
  return [...world.groups.values()].find(({ name }) => name === 'readers-of-everything')?.id ?? '';
}
