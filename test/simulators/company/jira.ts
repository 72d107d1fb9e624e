import {
  addComment,
  addGroup,
  addIssue,
  addLevel,
  addProject,
  addScheme,
  addUser,
  emptyWorld,
} from '../jira/making.ts';
import type { Holder, JiraWorld, SimulatedProject } from '../jira/world.ts';
import { one, OPERATORS } from './derive.ts';
import { GROUP_NAMES, GROUPS, mailOf, PEOPLE } from './people.ts';
import type { GroupName } from './people.ts';
import { DERIVED, ISSUES } from './texts/issues.ts';
import type { WrittenIssue } from './texts/issues.ts';

/** Account ids as Cloud makes them: nothing of a name in them matters. */
export const accountOf = (person: string): string => `712020:${person}`;

const [ADMINISTRATORS, PARTNERS] = ['10002', '10010'];
const COUNTS: Readonly<Record<keyof typeof DERIVED, number>> = { KAI: 56, OPS: 34, PEO: 20, DES: 14 };
const WORKERS: Readonly<Record<keyof typeof DERIVED, readonly string[]>> = {
  KAI: ['anjali', 'sota', 'hana', 'carlos'],
  OPS: ['emi', 'lucas', 'carlos', 'hana'],
  PEO: ['tom', 'mei', 'peter', 'carlos', 'lucas'],
  DES: ['saki', 'henrik'],
};

/** Projects by scheme, one private to a team, and issues with security levels in open projects. */
export function companyJira(): JiraWorld {
  const world = emptyWorld();
  const groups = addPeople(world);
  const group = (name: GroupName): Holder => ({ type: 'group', of: groups.get(name) ?? '' });
  const ours: Holder = { type: 'user', of: world.ourAccount };
  const project = (key: string, name: string, lead: string, holders: readonly Holder[]) =>
    addProject(world, {
      key,
      name,
      lead: accountOf(lead),
      scheme: addScheme(world, [...holders, ours]).id,
      roles: new Map([[ADMINISTRATORS, actors([accountOf(lead), world.ourAccount])]]),
    });
  const projects: Readonly<Record<WrittenIssue['project'], SimulatedProject>> = {
    KAI: project('KAI', 'Kaido planning engine', 'anjali', [group('engineering'), group('go-to-market')]),
    OPS: project('OPS', 'Operations and incidents', 'lucas', [group('engineering'), group('go-to-market')]),
    PEO: project('PEO', 'People desk', 'rika', [group('staff')]),
    SEC: project('SEC', 'Security', 'ingrid', [group('staff')]),
    FIN: addProject(world, {
      key: 'FIN',
      name: 'Finance',
      lead: accountOf('daniel'),
      isTeamManaged: true,
      isPrivate: true,
      scheme: addScheme(world, [{ type: 'projectRole', of: ADMINISTRATORS }, ours]).id,
      roles: new Map([[ADMINISTRATORS, actors([world.ourAccount], [groups.get('finance') ?? ''])]]),
    }),
    DES: project('DES', 'Design with partners', 'saki', [
      group('staff'),
      { type: 'projectRole', of: PARTNERS },
    ]),
  };
  projects.DES.roles.set(PARTNERS, actors([accountOf('henrik')]));
  const levels: Readonly<Record<NonNullable<WrittenIssue['level']>, string>> = {
    'People team': addLevel(world, 'People team', [group('people-team'), ours]).id,
    Security: addLevel(world, 'Security', [group('security'), group('platform'), ours]).id,
    'Asker and people team': addLevel(world, 'Asker and people team', [
      group('people-team'),
      { type: 'reporter' },
      ours,
    ]).id,
  };
  for (const issue of ISSUES) write(world, projects[issue.project], issue, levels);
  for (const key of ['KAI', 'OPS', 'PEO', 'DES'] as const) derive(world, projects[key], key);
  return world;
}

/** @returns group ids by name; groups hold groups */
function addPeople(world: JiraWorld): ReadonlyMap<string, string> {
  world.roles.set(ADMINISTRATORS, 'Administrators').set(PARTNERS, 'Partners');
  for (const person of PEOPLE)
    addUser(world, {
      id: accountOf(person.id),
      name: person.id,
      displayName: person.name,
      email: mailOf(person),
      isActive: !person.hasLeft,
    });
  const ids = new Map<string, string>(GROUP_NAMES.map((name) => [name, addGroup(world, name).id]));
  for (const name of GROUP_NAMES)
    for (const member of GROUPS[name])
      world.groups.get(ids.get(name) ?? '')?.members.add(ids.get(member) ?? accountOf(member));
  return ids;
}

function actors(users: readonly string[], groups: readonly string[] = []) {
  return { users: new Set(users), groups: new Set(groups) };
}

function write(
  world: JiraWorld,
  project: SimulatedProject,
  issue: WrittenIssue,
  levels: Readonly<Record<NonNullable<WrittenIssue['level']>, string>>,
): void {
  const { summary, description, type = 'Task', status = 'To Do' } = issue;
  const added = addIssue(world, project, {
    summary,
    description,
    type,
    status,
    reporter: accountOf(issue.reporter),
    assignee: issue.assignee === undefined ? undefined : accountOf(issue.assignee),
    level: issue.level && levels[issue.level],
  });
  for (const { author, text, role } of issue.comments ?? [])
    addComment(world, added, {
      author: accountOf(author),
      text,
      ...(role && { visibility: { type: 'role', of: ADMINISTRATORS } }),
    });
}

function derive(world: JiraWorld, project: SimulatedProject, key: keyof typeof DERIVED): void {
  for (let turn = 0; turn < COUNTS[key]; turn++) {
    const [summary, description] = one(DERIVED[key], turn);
    const operator = one(OPERATORS, turn * 3 + Math.floor(turn / 7));
    addIssue(world, project, {
      summary: summary.replace('{}', operator),
      description: description.replace('{}', operator),
      type: key === 'OPS' ? 'Incident' : 'Task',
      status: turn % 4 === 3 ? 'In Progress' : 'Done',
      reporter: accountOf(one(WORKERS[key], turn)),
      assignee: accountOf(one(WORKERS[key], turn + 1)),
    });
  }
}
