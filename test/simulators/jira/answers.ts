import { offsetAt } from './jql.ts';
import { weSee, weSeePart } from './oracle.ts';
import type {
  JiraWorld,
  SimulatedComment,
  SimulatedIssue,
  SimulatedProject,
  SimulatedWorklog,
  Visibility,
} from './world.ts';

/** `2026-01-05T17:00:00.000+0900`, in the zone of the calling profile. */
export function time(world: JiraWorld, at: number): string {
  const offset = Math.round(offsetAt(at, world.timeZone) / 60_000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}${two(Math.abs(offset) % 60)}`;
  return `${new Date(at + offset * 60_000).toISOString().slice(0, -1)}${zone}`;
}

export function userAnswer(world: JiraWorld, id: string | undefined) {
  const user = id === undefined ? undefined : world.users.get(id);
  if (!user) return null;
  const { displayName, isActive: active } = user;
  if (world.deployment === 'data-center')
    return {
      name: user.name,
      key: user.id,
      emailAddress: user.email,
      displayName,
      active,
      timeZone: world.timeZone,
    };
  return {
    accountId: user.id,
    accountType: user.type,
    displayName,
    active,
    ...(!user.hidesEmail && { emailAddress: user.email }),
  };
}

/** Plain paragraphs: a document in Cloud, wiki text in Data Center; nothing is null. */
export function richText(world: JiraWorld, text: string): unknown {
  if (text === '') return null;
  if (world.deployment === 'data-center') return text;
  const content = text
    .split('\n\n')
    .map((each) => ({ type: 'paragraph', content: [{ type: 'text', text: each }] }));
  return { type: 'doc', version: 1, content };
}

function visibilityAnswer(world: JiraWorld, { type, of }: Visibility) {
  const value = (type === 'role' ? world.roles.get(of) : world.groups.get(of)?.name) ?? of;
  return { type, value, ...(world.deployment === 'cloud' && { identifier: type === 'role' ? value : of }) };
}

export function commentAnswer(world: JiraWorld, comment: SimulatedComment, expand = '') {
  const author = userAnswer(world, comment.author);
  const isCloud = world.deployment === 'cloud';
  const property = { key: 'sd.public.comment', value: { internal: true } };
  return {
    id: comment.id,
    ...(author && { author, updateAuthor: author }),
    body: richText(world, comment.text),
    created: time(world, comment.created),
    updated: time(world, comment.created),
    ...(comment.visibility && { visibility: visibilityAnswer(world, comment.visibility) }),
    ...(isCloud && { jsdPublic: !comment.isInternal }),
    // Data Center tells it by a property alone, and that only when it is asked for.
    ...(!isCloud && expand.includes('properties') && { properties: comment.isInternal ? [property] : [] }),
  };
}

export function worklogAnswer(world: JiraWorld, issue: SimulatedIssue, worklog: SimulatedWorklog) {
  const author = userAnswer(world, worklog.author);
  return {
    id: worklog.id,
    issueId: issue.id,
    ...(author && { author, updateAuthor: author }),
    comment: richText(world, worklog.text),
    created: time(world, worklog.started),
    updated: time(world, worklog.started),
    started: time(world, worklog.started),
    timeSpent: `${worklog.seconds / 3_600}h`,
    timeSpentSeconds: worklog.seconds,
    ...(worklog.visibility && { visibility: visibilityAnswer(world, worklog.visibility) }),
  };
}

export function commentsWeSee(world: JiraWorld, issue: SimulatedIssue): readonly SimulatedComment[] {
  return issue.comments.filter((comment) => weSeePart(world, issue, comment));
}

export function worklogsWeSee(world: JiraWorld, issue: SimulatedIssue): readonly SimulatedWorklog[] {
  return issue.worklogs.filter((worklog) => weSeePart(world, issue, worklog));
}

export interface IssueAsked {
  /** `*all`, or names. */
  readonly fields: readonly string[];
  readonly expand: readonly string[];
  /** Comments and worklogs that come with the issue. */
  readonly firstPage: number;
  readonly url: string;
}

export function issueAnswer(world: JiraWorld, issue: SimulatedIssue, asked: IssueAsked) {
  const all = allFields(world, issue, asked);
  const isAll = asked.fields.includes('*all') || asked.fields.includes('*navigable');
  const fields = Object.fromEntries(
    Object.entries(all).filter(
      ([name]) => (isAll && !asked.fields.includes(`-${name}`)) || asked.fields.includes(name),
    ),
  );
  return {
    id: issue.id,
    key: issue.key,
    self: `${asked.url}/issue/${issue.id}`,
    ...(asked.fields.length > 0 && { fields }),
    ...(asked.expand.includes('changelog') && {
      changelog: {
        startAt: 0,
        maxResults: issue.history.length,
        total: issue.history.length,
        histories: historyAnswer(world, issue).toReversed(),
      },
    }),
  };
}

function allFields(
  world: JiraWorld,
  issue: SimulatedIssue,
  { firstPage, url }: IssueAsked,
): Record<string, unknown> {
  const project = world.projects.get(issue.project);
  const level = issue.level === undefined ? undefined : world.levels.get(issue.level);
  const comments = commentsWeSee(world, issue);
  const worklogs = worklogsWeSee(world, issue);
  const parent = issue.parent === undefined ? undefined : world.issues.get(issue.parent);
  return {
    summary: issue.summary,
    description: richText(world, issue.description),
    issuetype: { id: '10001', name: issue.type, subtask: false },
    status: { id: '1', name: issue.status },
    project: {
      id: issue.project,
      key: project?.key,
      name: project?.name,
      projectTypeKey: project?.kind,
      simplified: project?.isTeamManaged,
    },
    priority: { id: '3', name: 'Medium' },
    resolution: null,
    reporter: userAnswer(world, issue.reporter),
    creator: userAnswer(world, issue.reporter),
    assignee: userAnswer(world, issue.assignee),
    labels: issue.labels,
    components: [],
    fixVersions: [],
    versions: [],
    created: time(world, issue.created),
    updated: time(world, issue.updated),
    duedate: null,
    security: level ? { id: level.id, name: level.name, description: '' } : null,
    ...(project?.isTeamManaged && { issuerestriction: restrictionAnswer(issue) }),
    ...(parent && { parent: relatedAnswer(parent) }),
    subtasks: [],
    issuelinks: linksAnswer(world, issue),
    comment: {
      comments: comments.slice(0, firstPage).map((each) => commentAnswer(world, each)),
      maxResults: firstPage,
      total: comments.length,
      startAt: 0,
    },
    worklog: {
      worklogs: worklogs.slice(0, firstPage).map((each) => worklogAnswer(world, issue, each)),
      maxResults: firstPage,
      total: worklogs.length,
      startAt: 0,
    },
    attachment: issue.attachments.map((each) => ({
      id: each.id,
      filename: each.name,
      mimeType: each.mediaType,
      size: Buffer.byteLength(each.content),
      created: time(world, issue.created),
      author: userAnswer(world, issue.reporter),
      content:
        world.deployment === 'cloud'
          ? `${url}/attachment/content/${each.id}`
          : `${new URL(url).origin}/secure/attachment/${each.id}/${encodeURIComponent(each.name)}`,
    })),
    ...Object.fromEntries(
      [...world.fields.values()].map(({ id, kind }) => [id, customAnswer(world, issue, id, kind)]),
    ),
  };
}

function restrictionAnswer(issue: SimulatedIssue) {
  const projectrole = issue.restrictedTo.map((id) => ({ id, title: id }));
  return { issuerestrictions: projectrole.length > 0 ? { projectrole } : {}, shouldDisplay: true };
}

/** A summary stands beside each key, whoever may read that issue. */
function relatedAnswer(issue: SimulatedIssue) {
  return { id: issue.id, key: issue.key, fields: { summary: issue.summary, status: { name: issue.status } } };
}

function linksAnswer(world: JiraWorld, issue: SimulatedIssue) {
  const type = { id: '10000', name: 'Blocks', inward: 'is blocked by', outward: 'blocks' };
  const seen = (id: string) => {
    const other = world.issues.get(id);
    return other && weSee(world, other) ? [other] : [];
  };
  const out = [...issue.blocks].flatMap(seen);
  const inward = [...world.issues.values()].filter(
    ({ blocks, id }) => blocks.size > 0 && blocks.has(issue.id) && seen(id).length > 0,
  );
  return [
    ...out.map((other) => ({
      id: `${issue.id}${other.id}`,
      type,
      outwardIssue: relatedAnswer(other),
    })),
    ...inward.map((other) => ({
      id: `${other.id}${issue.id}`,
      type,
      inwardIssue: relatedAnswer(other),
    })),
  ];
}

function customAnswer(world: JiraWorld, issue: SimulatedIssue, id: string, kind: string): unknown {
  const value = issue.custom.get(id);
  if (value === undefined) return null;
  if (typeof value === 'string')
    return kind === 'rich' ? richText(world, value) : kind === 'option' ? { id: '1', value } : value;
  const each = value.map((of) => (kind === 'user' ? userAnswer(world, of) : groupAnswer(world, of)));
  return value.length === 1 ? each[0] : each;
}

export function groupAnswer(world: JiraWorld, id: string) {
  const name = world.groups.get(id)?.name ?? id;
  return { name, ...(world.deployment === 'cloud' && { groupId: id }) };
}

export function historyAnswer(world: JiraWorld, issue: SimulatedIssue) {
  return issue.history.map(({ at, author, field, from, to }, index) => {
    const shown = (value: string | null) =>
      field === 'assignee' ? (world.users.get(value ?? '')?.displayName ?? value) : value;
    return {
      id: `${issue.id}${index}`,
      ...(world.users.has(author) && { author: userAnswer(world, author) }),
      created: time(world, at),
      items: [
        { field, fieldtype: 'jira', fieldId: field, from, fromString: shown(from), to, toString: shown(to) },
      ],
    };
  });
}

/** Null in what was recorded, no string in the description: left out here where it is null. */
export function describedHistory(world: JiraWorld, issue: SimulatedIssue) {
  return historyAnswer(world, issue).map(({ author, ...history }) => ({
    ...history,
    ...(author && { author }),
    items: history.items.map((item) =>
      Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null)),
    ),
  }));
}

export function projectAnswer(world: JiraWorld, project: SimulatedProject) {
  const { id, key, name, kind, isTeamManaged, isPrivate } = project;
  const lead = userAnswer(world, project.lead);
  if (world.deployment === 'data-center')
    return { id, key, name, projectTypeKey: kind, ...(lead && { lead }) };
  return {
    id,
    key,
    name,
    projectTypeKey: kind,
    simplified: isTeamManaged,
    style: isTeamManaged ? 'next-gen' : 'classic',
    isPrivate,
    ...(lead && { lead }),
  };
}
