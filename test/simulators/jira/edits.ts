import type { Random } from '../../sources/source-world.ts';
import { pick } from '../graph/random-world.ts';
import {
  browseHolders,
  fillFields,
  levelHolders,
  people,
  randomComment,
  randomIssue,
  randomWorklog,
} from './random-world.ts';
import { addAttachment, change, moveIssue, removeIssue, touch } from './making.ts';
import { later } from './world.ts';
import type { JiraWorld, SimulatedIssue, SimulatedProject } from './world.ts';

type Edit = (world: JiraWorld, random: Random, issue: SimulatedIssue, project: SimulatedProject) => string;

/** Changes of an issue set `updated`; those of schemes, roles, levels, groups and people do not. */
const EDITS: readonly Edit[] = [
  (world, _, issue) => {
    issue.summary = `${issue.summary} edited`;
    touch(world, issue);
    return `edit ${issue.id}`;
  },
  (world, random, issue) => {
    randomComment(world, random, issue);
    return `comment on ${issue.id}`;
  },
  (world, _, issue) => {
    const [gone] = issue.comments.splice(0, 1);
    touch(world, issue);
    return `comment ${gone?.id} of ${issue.id} removed`;
  },
  (world, random, issue) => {
    randomWorklog(world, random, issue);
    return `worklog of ${issue.id}`;
  },
  (world, _, issue) => {
    const [gone] = issue.worklogs.splice(0, 1);
    touch(world, issue);
    if (gone) world.deletedWorklogs.set(gone.id, world.now);
    return `worklog ${gone?.id} of ${issue.id} removed`;
  },
  (world, _, issue) => {
    addAttachment(world, issue, {
      name: `more ${world.counter}.txt`,
      content: `More words ${world.counter}.`,
    });
    return `attachment to ${issue.id}`;
  },
  (world, _, issue) => {
    issue.attachments.splice(0, 1);
    touch(world, issue);
    return `attachment of ${issue.id} removed`;
  },
  (world, random, issue) => {
    change(world, issue, pick(random, people(world)), 'assignee', pick(random, people(world)));
    return `assign ${issue.id}`;
  },
  (world, random, issue) => {
    issue.reporter = random() < 0.2 ? undefined : pick(random, people(world));
    touch(world, issue);
    return `reporter of ${issue.id}`;
  },
  (world, random, issue) => {
    fillFields(world, random, issue);
    touch(world, issue);
    return `fields of ${issue.id}`;
  },
  (world, random, issue, project) => {
    if (project.isTeamManaged)
      issue.restrictedTo = random() < 0.5 ? [] : [pick(random, [...world.roles.keys()])];
    else issue.level = random() < 0.4 ? undefined : pick(random, [...world.levels.keys()]);
    touch(world, issue);
    return `level of ${issue.id}`;
  },
  (world, random, issue) => {
    moveIssue(world, issue, pick(random, [...world.projects.values()]));
    return `move ${issue.id} to ${issue.project}`;
  },
  (world, _, issue) => {
    removeIssue(world, issue.id);
    return `remove ${issue.id}`;
  },
  (world, random, _, project) => `add ${randomIssue(world, random, project).id}`,
  (world, random, _, project) => {
    const scheme = world.schemes.get(project.scheme);
    if (scheme) scheme.browse = browseHolders(world, random, project.isTeamManaged);
    return `scheme of ${project.key}`;
  },
  (world, random, _, project) => {
    const role = project.roles.get(pick(random, [...world.roles.keys()]));
    const user = pick(random, people(world));
    if (role && !role.users.delete(user)) role.users.add(user);
    return `role of ${project.key}`;
  },
  (world, random) => {
    const level = pick(random, [...world.levels.values()]);
    level.holders = levelHolders(world, random);
    return `holders of level ${level.id}`;
  },
  (world, random) => {
    const group = pick(random, [...world.groups.values()]);
    const user = pick(random, people(world));
    if (!group.members.delete(user)) group.members.add(user);
    return `membership of ${user} in ${group.name}`;
  },
  (world, random) => {
    const user = world.users.get(pick(random, people(world)));
    if (user) user.isActive = !user.isActive;
    return `account ${user?.id}`;
  },
  (world, random, _, project) => {
    if (random() < 0.3) project.isArchived = !project.isArchived;
    else if (project.isTeamManaged) project.isPrivate = !project.isPrivate;
    else project.lead = pick(random, people(world));
    return `settings of ${project.key}`;
  },
  (_world, random, _issue, project) => {
    if (random() < 0.5) project.isOpenToUs = !project.isOpenToUs;
    return `our rights in ${project.key}`;
  },
];

/** One change that a person could make; says what it was. */
export function randomEdit(world: JiraWorld, random: Random): string {
  later(world);
  const issues = [...world.issues.values()];
  const someProject = pick(random, [...world.projects.values()]);
  const issue = issues.length > 0 ? pick(random, issues) : randomIssue(world, random, someProject);
  const project = world.projects.get(issue.project) ?? someProject;
  return pick(random, EDITS)(world, random, issue, project);
}
