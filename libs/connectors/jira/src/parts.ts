import { notReadBody, whyNotRead } from '@fumikura/model';
import type { Acl, ContentBody, SourceDocument } from '@fumikura/model';
import type { JiraConfig } from './config.ts';
import type { Change } from '@fumikura/ports';
import type { WholeIssue } from './issues.ts';
import type { JiraAttachment, JiraComment, JiraVisibility, JiraWorklog } from './jira-types.ts';
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

export function sortComments({ comments, isService }: WholeIssue): Sorted<JiraComment> {
  return sorted(comments, (comment) => Boolean(comment.visibility) || isInternal(comment, isService));
}

export function sortWorklogs({ worklogs }: WholeIssue): Sorted<JiraWorklog> {
  return sorted(worklogs, ({ visibility }) => Boolean(visibility));
}

function sorted<T>(all: readonly T[], isRestricted: (each: T) => boolean): Sorted<T> {
  return { open: all.filter((each) => !isRestricted(each)), restricted: all.filter(isRestricted) };
}

/** Of a service project a comment is internal unless it says that it is not. */
function isInternal({ jsdPublic, properties }: JiraComment, isService: boolean): boolean {
  const property = properties?.find(({ key }) => key === 'sd.public.comment')?.value;
  const said = (property as { internal?: unknown } | undefined)?.internal;
  if (jsdPublic === false || !isService) return jsdPublic === false;
  if (said === true || said === 'true') return true;
  return jsdPublic !== true && said === undefined && !properties;
}

/** Documents of their own: restricted comments and worklogs, attachments; with their lists. */
export async function partChanges(run: Run, whole: WholeIssue, layers: readonly Layer[]): Promise<Change[]> {
  const changes: Change[] = [];
  for (const part of restrictedOf(whole, run.config)) {
    if (!run.config.restrictedComments) run.counts.add('left-out', 'restricted comment or worklog');
    else changes.push(...(await restrictedPart(run, whole, part, layers)));
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

interface Restricted {
  readonly visibility: JiraVisibility | null | undefined;
  readonly isInternal: boolean;
  /** Undefined when it says nothing. */
  readonly document: (acl: Acl) => SourceDocument | undefined;
}

function restrictedOf(whole: WholeIssue, config: JiraConfig): readonly Restricted[] {
  const { issue, isService } = whole;
  return [
    ...sortComments(whole).restricted.map((comment) => ({
      visibility: comment.visibility,
      isInternal: isInternal(comment, isService),
      document: (acl: Acl) => commentDocument(config, issue, comment, acl),
    })),
    ...sortWorklogs(whole).restricted.map((worklog) => ({
      visibility: worklog.visibility,
      isInternal: false,
      document: (acl: Acl) => worklogDocument(config, issue, worklog, acl),
    })),
  ];
}

/** For those who are in every list of its issue and in its own. */
async function restrictedPart(
  run: Run,
  { issue }: WholeIssue,
  { visibility, isInternal: isForAgents, document }: Restricted,
  layers: readonly Layer[],
): Promise<Change[]> {
  const project = projectOf(issue);
  const own = [...layers];
  if (visibility && project) own.push(await visibilityLayer(run, project, visibility));
  if (isForAgents && project) own.push(await agentsLayer(run, project));
  const found = project && document(aclOf(own));
  if (found) return [...listChanges(run, own), { kind: 'upsert', document: found }];
  run.counts.add('left-out', 'restricted comment or worklog without text');
  return [];
}

type Issue = WholeIssue['issue'];

function commentDocument(
  config: JiraConfig,
  issue: Issue,
  comment: JiraComment,
  acl: Acl,
): SourceDocument | undefined {
  if (comment.id === undefined || bodyOf(comment.body).length === 0) return undefined;
  return adfDocument(
    {
      ...partHead(config, issue, 'comment', comment.id, acl),
      url: `${issueUrl(config, issue)}?focusedCommentId=${encodeURIComponent(comment.id)}`,
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
  if (worklog.id === undefined || bodyOf(worklog.comment).length === 0) return undefined;
  return adfDocument(
    {
      ...partHead(config, issue, 'worklog', worklog.id, acl),
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
  const leftOut = whyNotRead({ name: attachment.filename ?? '', sizeBytes: attachment.size }, config);
  const body = leftOut === undefined ? content(run, attachment, name) : notReadBody(leftOut);
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
    save: (to, signal) => client.saveAttachment(String(attachment.id), attachment.content, to, signal),
  };
}
