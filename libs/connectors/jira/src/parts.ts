import type { Acl, Block, ContentBody, SourceDocument } from '@fumikura/model';
import type { JiraConfig } from './config.ts';
import type { Change } from '@fumikura/ports';
import type { WholeIssue } from './issues.ts';
import type { JiraAttachment, JiraComment, JiraProject, JiraWorklog } from './jira-types.ts';
import {
  adfDocument,
  authors,
  bodyOf,
  commentNodes,
  issueId,
  issueUrl,
  nameOf,
  times,
  titleOf,
  versioned,
  worklogNodes,
} from './mapping.ts';
import { aclOf, agentsLayer, listChanges, projectOf, visibilityLayer } from './readers.ts';
import type { Layer } from './readers.ts';
import type { Run } from './run.ts';

/** Comments and worklogs that everybody who reads the issue reads, and those for some of them alone. */
export interface Sorted<T> {
  readonly open: readonly T[];
  readonly restricted: readonly T[];
}

export function sortComments(
  comments: readonly JiraComment[],
  project: JiraProject | undefined,
): Sorted<JiraComment> {
  return sorted(comments, (comment) => Boolean(comment.visibility) || isInternal(comment, project));
}

export function sortWorklogs(worklogs: readonly JiraWorklog[]): Sorted<JiraWorklog> {
  return sorted(worklogs, ({ visibility }) => Boolean(visibility));
}

function sorted<T>(all: readonly T[], isRestricted: (each: T) => boolean): Sorted<T> {
  return { open: all.filter((each) => !isRestricted(each)), restricted: all.filter(isRestricted) };
}

/** Of a service project a comment is internal unless it says that it is not. */
function isInternal({ jsdPublic, properties }: JiraComment, project: JiraProject | undefined): boolean {
  const property = properties?.find(({ key }) => key === 'sd.public.comment')?.value as
    { internal?: unknown } | undefined;
  const said = property?.internal;
  if (jsdPublic === false || said === true || said === 'true') return true;
  if (project?.projectTypeKey !== 'service_desk') return false;
  return jsdPublic !== true && said === undefined && properties === undefined;
}

/** Documents of their own: restricted comments and worklogs, attachments; with their lists. */
export async function partChanges(run: Run, whole: WholeIssue, layers: readonly Layer[]): Promise<Change[]> {
  const changes: Change[] = [];
  const project = projectOf(whole.issue);
  const comments = sortComments(whole.comments, project).restricted;
  const worklogs = sortWorklogs(whole.worklogs).restricted;
  for (const each of [...comments, ...worklogs]) {
    if (!run.config.restrictedComments) run.counts.add('left-out', 'restricted comment or worklog');
    else changes.push(...(await restrictedPart(run, whole, each, layers, project)));
  }
  if (!run.config.attachments) return changes;
  for (const attachment of attachmentsOf(whole)) {
    if (attachment.id === undefined) run.counts.add('left-out', 'attachment without an id');
    else
      changes.push({ kind: 'upsert', document: attachmentDocument(run, whole, attachment, aclOf(layers)) });
  }
  return changes;
}

function attachmentsOf({ issue }: WholeIssue): readonly JiraAttachment[] {
  const found = issue.fields?.['attachment'];
  return Array.isArray(found) ? (found as readonly JiraAttachment[]) : [];
}

async function restrictedPart(
  run: Run,
  { issue }: WholeIssue,
  part: JiraComment | JiraWorklog,
  layers: readonly Layer[],
  project: JiraProject | undefined,
): Promise<Change[]> {
  if (part.id === undefined || !project) {
    run.counts.add('left-out', 'restricted comment or worklog');
    return [];
  }
  const own = [...layers];
  if (part.visibility) own.push(await visibilityLayer(run, project, part.visibility));
  if (!('timeSpent' in part) && isInternal(part as JiraComment, project))
    own.push(await agentsLayer(run, project, issue));
  const isWorklog = 'timeSpent' in part || 'started' in part;
  const kind = isWorklog ? 'worklog' : 'comment';
  const acl = aclOf(own);
  const document = isWorklog
    ? worklogDocument(run.config, issue, part as JiraWorklog, acl)
    : commentDocument(run.config, issue, part as JiraComment, acl);
  return [
    ...listChanges(run, own),
    ...(document ? [{ kind: 'upsert' as const, document }] : countEmpty(run, kind)),
  ];
}

function countEmpty({ counts }: Run, kind: string): [] {
  counts.add('left-out', `empty ${kind}`);
  return [];
}

type Issue = WholeIssue['issue'];

function commentDocument(
  config: JiraConfig,
  issue: Issue,
  comment: JiraComment,
  acl: Acl,
): SourceDocument | undefined {
  if (bodyOf(comment.body).length === 0) return undefined;
  return adfDocument(
    {
      ...partHead(config, issue, 'comment', String(comment.id), acl),
      url: `${issueUrl(config, issue)}?focusedCommentId=${encodeURIComponent(String(comment.id))}`,
      title: `Comment by ${nameOf(comment.author)} on ${titleOf(issue)}`,
      ...times(comment.created, comment.updated),
      ...authors(comment.author),
    },
    commentNodes(comment),
  );
}

function worklogDocument(
  config: JiraConfig,
  issue: Issue,
  worklog: JiraWorklog,
  acl: Acl,
): SourceDocument | undefined {
  if (bodyOf(worklog.comment).length === 0) return undefined;
  return adfDocument(
    {
      ...partHead(config, issue, 'worklog', String(worklog.id), acl),
      url: issueUrl(config, issue),
      title: `Work logged by ${nameOf(worklog.author)} on ${titleOf(issue)}`,
      ...times(worklog.started, worklog.updated),
      ...authors(worklog.author),
    },
    worklogNodes(worklog),
  );
}

function partHead(config: JiraConfig, issue: Issue, kind: string, id: string, acl: Acl) {
  const project = projectOf(issue)?.name;
  return {
    id: `${issueId(config, issue.id)}/${kind}/${id}`,
    source: config.id,
    externalId: `issue/${issue.id}/${kind}/${id}`,
    kind,
    acl,
    parent: issueId(config, issue.id),
    breadcrumbs: [project ?? '', issue.key ?? ''].filter(Boolean),
  };
}

function attachmentDocument(
  run: Run,
  { issue }: WholeIssue,
  attachment: JiraAttachment,
  acl: Acl,
): SourceDocument {
  const { config } = run;
  const id = String(attachment.id);
  const name = attachment.filename || id;
  const leftOut = whyLeftOut(attachment, config);
  const body = leftOut === undefined ? content(run, attachment, name) : notice(leftOut);
  const head = {
    ...partHead(config, issue, 'attachment', id, acl),
    url: issueUrl(config, issue),
    title: name,
    ...times(attachment.created, attachment.created),
    ...authors(attachment.author),
    // A file is never changed under its id.
    ...(leftOut === undefined && { contentHash: `jira-attachment:${id}:${attachment.size ?? 0}` }),
  };
  return versioned(head, body, `${attachment.size ?? 0} ${leftOut ?? ''}`);
}

function content({ client }: Run, attachment: JiraAttachment, fileName: string): ContentBody {
  return {
    type: 'content',
    fileName,
    sizeBytes: attachment.size ?? 0,
    ...(attachment.mimeType && { mediaType: attachment.mimeType }),
    read: (signal) => client.attachment(String(attachment.id), attachment.content, signal),
  };
}

function whyLeftOut(
  { filename, size }: JiraAttachment,
  { maxFileBytes, fileTypes }: JiraConfig,
): string | undefined {
  if (size === 0) return 'The file is empty.';
  if ((size ?? 0) > maxFileBytes) return `The file has ${size} bytes; at most ${maxFileBytes} are read.`;
  const extension = /\.([^.]+)$/u.exec(filename ?? '')?.[1]?.toLowerCase() ?? '';
  if (!fileTypes.includes(extension)) return `Content of this type (${extension || 'none'}) is not read.`;
  return undefined;
}

function notice(text: string): { readonly type: 'blocks'; readonly blocks: readonly Block[] } {
  return { type: 'blocks', blocks: [{ type: 'note', label: 'Not read', text }] };
}
