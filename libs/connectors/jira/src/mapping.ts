import { createHash } from 'node:crypto';
import { documentId } from '@fumikura/model';
import type { Acl, ContentBody, DocumentId, JsonValue, SourceDocument } from '@fumikura/model';
import { ADF_MEDIA_TYPE, bulletList, document, factTable, heading } from './adf.ts';
import type { AdfNode } from './adf.ts';
import type { JiraConfig } from './config.ts';
import { utc } from './dates.ts';
import { customFields, plainValue } from './fields.ts';
import type { WholeIssue } from './issues.ts';
import type {
  JiraComment,
  JiraField,
  JiraHistory,
  JiraIssue,
  JiraLink,
  JiraRelated,
  JiraUser,
  JiraWorklog,
} from './jira-types.ts';
import { wikiToAdf } from './wiki.ts';

export interface MappingParts {
  readonly config: JiraConfig;
  readonly fields: ReadonlyMap<string, JiraField>;
}

/** Rich text, as ADF in Cloud or as wiki text in Data Center, in one form; nothing has no nodes. */
export function bodyOf(value: unknown): readonly AdfNode[] {
  if (typeof value === 'string') return wikiToAdf(value);
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return Array.isArray(content) ? (content as readonly AdfNode[]) : [];
}

export function issueId(config: JiraConfig, id: string): DocumentId {
  return documentId(config.id, `issue/${id}`);
}

/** What everybody who may read the issue may read of it: comments and worklogs for some alone are not in here. */
export function issueDocument(
  { issue, history }: WholeIssue,
  open: { readonly comments: readonly JiraComment[]; readonly worklogs: readonly JiraWorklog[] },
  acl: Acl,
  { config, fields: known }: MappingParts,
): SourceDocument {
  const { fields = {} } = issue;
  const custom = customFields(fields, known);
  const content = [
    ...factNodes(issue, custom),
    ...bodyOf(fields['description']),
    ...titled('Environment', bodyOf(fields['environment'])),
    ...custom.flatMap(({ name, value }) =>
      typeof value === 'string' ? [] : titled(name, bodyOf(value.rich)),
    ),
    ...titled('Comments', open.comments.flatMap(commentNodes)),
    ...titled('Work log', open.worklogs.flatMap(worklogNodes)),
    ...titled('History', historyNodes(history)),
  ];
  const assignee = fields['assignee'] as JiraUser | null | undefined;
  const externalId = `issue/${issue.id}`;
  const parent = relatedOf(fields['parent']);
  const head = {
    id: issueId(config, issue.id),
    source: config.id,
    externalId,
    kind: 'issue',
    url: issueUrl(config, issue),
    title: titleOf(issue),
    acl,
    ...times(fields['created'], fields['updated']),
    ...authors(fields['reporter'], fields['creator']),
    ...labels(fields['labels']),
    breadcrumbs: [
      plainValue((fields['project'] as { name?: unknown } | undefined)?.name),
      parent?.key ?? '',
    ].filter(Boolean),
    ...(parent?.id && { parent: issueId(config, parent.id) }),
    fields: shownFields(issue, assignee),
  };
  return adfDocument(head, content);
}

/** Key and summary; an issue without a summary is called by its key. */
export function titleOf({ id, key, fields }: JiraIssue): string {
  return [key ?? id, plainValue(fields?.['summary'])].filter(Boolean).join(' ');
}

export function issueUrl({ baseUrl, siteUrl }: JiraConfig, { id, key }: JiraIssue): string {
  const base = siteUrl ?? baseUrl;
  return new URL(`browse/${encodeURIComponent(key ?? id)}`, base.endsWith('/') ? base : `${base}/`).href;
}

export function adfDocument(
  head: Omit<SourceDocument, 'version' | 'body'>,
  content: readonly AdfNode[],
): SourceDocument {
  const bytes = new TextEncoder().encode(JSON.stringify(document(content)));
  const body: ContentBody = {
    type: 'content',
    fileName: `${head.externalId.replaceAll('/', '-')}.adf`,
    mediaType: ADF_MEDIA_TYPE,
    sizeBytes: bytes.length,
    read: async () => bytes,
  };
  return versioned(head, body, bytes);
}

function factNodes({ fields = {} }: JiraIssue, custom: ReturnType<typeof customFields>): AdfNode[] {
  const parent = relatedOf(fields['parent'])?.key;
  const subtasks = (Array.isArray(fields['subtasks']) ? fields['subtasks'] : []).map(
    (each) => relatedOf(each)?.key ?? '',
  );
  const rows: (readonly [string, string])[] = [
    ['Type', plainValue(fields['issuetype'])],
    ['Status', plainValue(fields['status'])],
    ['Resolution', plainValue(fields['resolution'])],
    ['Priority', plainValue(fields['priority'])],
    ['Assignee', plainValue(fields['assignee'])],
    ['Reporter', plainValue(fields['reporter'])],
    ['Labels', plainValue(fields['labels'])],
    ['Components', plainValue(fields['components'])],
    ['Fix versions', plainValue(fields['fixVersions'])],
    ['Affected versions', plainValue(fields['versions'])],
    ['Due', plainValue(fields['duedate'])],
    ['Parent', parent ?? ''],
    ['Subtasks', subtasks.filter(Boolean).join(', ')],
    ['Links', links(fields['issuelinks']).join('; ')],
    ...custom.flatMap(({ name, value }) => (typeof value === 'string' ? [[name, value] as const] : [])),
  ];
  const filled = rows.filter(([, value]) => value !== '');
  return filled.length > 0 ? [factTable(filled)] : [];
}

/** `blocks PAY-3`: what the other issue is about is for those who may read it. */
function links(value: unknown): string[] {
  return (Array.isArray(value) ? (value as readonly JiraLink[]) : []).flatMap(
    ({ type, inwardIssue, outwardIssue }) => {
      const key = (outwardIssue ?? inwardIssue)?.key;
      const how = (outwardIssue ? type?.outward : type?.inward) ?? type?.name ?? 'relates to';
      return key ? [`${how} ${key}`] : [];
    },
  );
}

function relatedOf(value: unknown): JiraRelated | undefined {
  return typeof value === 'object' && value !== null ? (value as JiraRelated) : undefined;
}

function titled(title: string, content: readonly AdfNode[]): AdfNode[] {
  return content.length > 0 ? [heading(2, title), ...content] : [];
}

export function commentNodes({ author, created, body }: JiraComment): AdfNode[] {
  return [heading(3, `${nameOf(author)}, ${dayOf(created)}`), ...bodyOf(body)];
}

export function worklogNodes({ author, started, timeSpent, comment }: JiraWorklog): AdfNode[] {
  return [
    heading(3, `${nameOf(author)}, ${dayOf(started)}, ${timeSpent ?? ''}`.replace(/, $/u, '')),
    ...bodyOf(comment),
  ];
}

/** Long histories are of machines that change a status to and fro. */
const MAX_HISTORY = 50;

function historyNodes(history: readonly JiraHistory[]): AdfNode[] {
  const lines = history.flatMap(({ created, items = [] }) =>
    items.flatMap((item) => {
      const field = item.field?.toLowerCase();
      if (field !== 'status' && field !== 'assignee') return [];
      const to = Object.hasOwn(item, 'toString') ? plainValue(item.toString) : '';
      const from = plainValue(item.fromString);
      return from === '' && to === ''
        ? []
        : [`${dayOf(created)} ${field}: ${from || 'nobody'} → ${to || 'nobody'}`];
    }),
  );
  return lines.length > 0 ? [bulletList(lines.slice(-MAX_HISTORY))] : [];
}

export function nameOf(user: JiraUser | null | undefined): string {
  return user?.displayName || user?.name || 'Somebody';
}

function dayOf(time: string | number | null | undefined): string {
  return utc(time)?.slice(0, 10) ?? 'at an unknown time';
}

function shownFields(
  { key, fields = {} }: JiraIssue,
  assignee: JiraUser | null | undefined,
): Record<string, JsonValue> {
  const project = fields['project'] as { key?: string } | null | undefined;
  const shown = {
    key: key ?? '',
    project: project?.key ?? '',
    type: plainValue(fields['issuetype']),
    status: plainValue(fields['status']),
    priority: plainValue(fields['priority']),
    assignee: assignee?.displayName ?? '',
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== ''));
}

export function times(created: unknown, updated: unknown): { createdAt?: string; updatedAt?: string } {
  const [createdAt, updatedAt] = [created, updated].map((time) => utc(time as string | null | undefined));
  return { ...(createdAt && { createdAt }), ...(updatedAt && { updatedAt }) };
}

export function authors(...users: readonly unknown[]): { authors?: readonly string[] } {
  const names = users.map((user) => (user as JiraUser | null | undefined)?.displayName ?? '').filter(Boolean);
  return names.length > 0 ? { authors: [...new Set(names)] } : {};
}

function labels(value: unknown): { labels?: readonly string[] } {
  const found = (Array.isArray(value) ? value : []).filter(
    (each): each is string => typeof each === 'string',
  );
  return found.length > 0 ? { labels: found } : {};
}

/** By everything that is indexed: history, names of fields and people change without the issue's own time. */
export function versioned(
  { acl, ...head }: Omit<SourceDocument, 'version' | 'body'>,
  body: SourceDocument['body'],
  content: string | Uint8Array,
): SourceDocument {
  const version = createHash('sha256')
    .update(JSON.stringify(head))
    .update(content)
    .digest('base64url')
    .slice(0, 22);
  return { ...head, acl, body, version };
}
