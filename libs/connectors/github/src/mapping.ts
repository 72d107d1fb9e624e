import { createHash } from 'node:crypto';
import { documentId } from '@fumikura/model';
import type { Acl, ContentBody, DocumentId, SourceDocument } from '@fumikura/model';
import type { GithubConfig } from './config.ts';
import type {
  Author,
  Comment,
  Discussion,
  DiscussionComment,
  Issue,
  Release,
  Repository,
  Review,
  TreeEntry,
} from './github-types.ts';

export interface Place {
  readonly config: GithubConfig;
  readonly repository: Repository;
  readonly acl: Acl;
}

/** Comments and reviews of an issue or pull request, in the order of their times. */
export interface Conversation {
  readonly comments: readonly Comment[];
  readonly reviewComments: readonly Comment[];
  readonly reviews: readonly Review[];
}

export type ItemKind = 'issue' | 'discussion' | 'release';

export function itemId({ id }: GithubConfig, repository: number, kind: ItemKind, number: number): DocumentId {
  return documentId(id, `repo/${repository}/${kind}/${number}`);
}

/** The default branch needs no name: it may be given another. */
export function fileId(
  { id }: GithubConfig,
  repository: number,
  branch: string | undefined,
  path: string,
): DocumentId {
  const place = branch === undefined ? 'file' : `branch/${encodeURIComponent(branch)}/file`;
  return documentId(id, `repo/${repository}/${place}/${path}`);
}

export function fileDocument(
  { config, repository, acl }: Place,
  branch: string | undefined,
  entry: TreeEntry,
  read: ContentBody['read'],
): SourceDocument {
  const folders = entry.path.split('/');
  const name = folders.pop() ?? entry.path;
  const id = fileId(config, repository.id, branch, entry.path);
  const ref = branch ?? repository.default_branch ?? 'HEAD';
  const url = `${repository.html_url}/blob/${[...ref.split('/'), ...entry.path.split('/')].map(encodeURIComponent).join('/')}`;
  return {
    id,
    source: config.id,
    externalId: id.slice(config.id.length + 1),
    kind: 'file',
    url,
    title: name,
    version: `${entry.sha}|${digest([url, repository.full_name])}`,
    acl,
    breadcrumbs: [repository.full_name, ...(branch === undefined ? [] : [branch]), ...folders],
    contentHash: `git:${entry.sha}`,
    body: { type: 'content', fileName: name, sizeBytes: entry.size ?? 0, read },
  };
}

export function issueDocument(place: Place, issue: Issue, conversation: Conversation): SourceDocument {
  const isPull = issue.pull_request !== undefined && issue.pull_request !== null;
  const isMerged = Boolean(issue.merged_at ?? issue.pull_request?.merged_at);
  const state = isMerged ? 'merged' : issue.state;
  const text = [heading(issue.title), issue.body ?? '', ...said(conversation)];
  const assignees = logins(issue.assignees ?? []);
  const labels = (issue.labels ?? []).map((label) =>
    typeof label === 'string' ? label : (label.name ?? ''),
  );
  const authors = [
    issue.user,
    ...conversation.comments.map(({ user }) => user),
    ...conversation.reviews.map(({ user }) => user),
  ];
  return item(place, 'issue', issue.number, {
    kind: isPull ? 'pull request' : 'issue',
    title: issue.title,
    url: issue.html_url,
    text,
    createdAt: issue.created_at,
    updatedAt: issue.updated_at,
    authors,
    labels,
    fields: {
      state,
      number: issue.number,
      ...(issue.milestone?.title && { milestone: issue.milestone.title }),
      ...(assignees.length > 0 && { assignees }),
    },
  });
}

function said({ comments, reviewComments, reviews }: Conversation): readonly string[] {
  const all = [
    ...comments.map((each) => ({
      at: each.created_at,
      text: passage('Comment', each.user, each.created_at, each.body),
    })),
    ...reviews
      .filter(({ body, state }) => Boolean(body) || state === 'APPROVED' || state === 'CHANGES_REQUESTED')
      .map((each) => ({
        at: each.submitted_at ?? '',
        text: passage(
          `Review (${each.state.toLowerCase().replaceAll('_', ' ')})`,
          each.user,
          each.submitted_at,
          each.body,
        ),
      })),
    ...reviewComments.map((each) => ({
      at: each.created_at,
      text: passage(`On ${each.path ?? 'the change'}`, each.user, each.created_at, each.body),
    })),
  ];
  return all.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map(({ text }) => text);
}

export function discussionDocument(
  place: Place,
  discussion: Discussion,
  comments: readonly DiscussionComment[],
): SourceDocument {
  const told = comments.flatMap((each) => [
    passage(each.isAnswer ? 'Answer' : 'Comment', each.author, each.createdAt, each.body),
    ...(each.replies?.nodes ?? []).flatMap((reply) =>
      reply ? [passage('Reply', reply.author, reply.createdAt, reply.body)] : [],
    ),
  ]);
  return item(place, 'discussion', discussion.number, {
    kind: 'discussion',
    title: discussion.title,
    url: discussion.url,
    text: [heading(discussion.title), discussion.body, ...told],
    createdAt: discussion.createdAt,
    updatedAt: discussion.updatedAt,
    authors: [discussion.author, ...comments.map(({ author }) => author)],
    labels: [],
    fields: {
      number: discussion.number,
      ...(discussion.category?.name && { category: discussion.category.name }),
    },
  });
}

export function releaseDocument(place: Place, release: Release): SourceDocument {
  const title = release.name || release.tag_name;
  return item(place, 'release', release.id, {
    kind: 'release',
    title,
    url: release.html_url,
    text: [heading(title), release.body ?? ''],
    createdAt: release.created_at,
    updatedAt: release.updated_at ?? release.published_at ?? release.created_at,
    authors: [release.author],
    labels: [],
    fields: { tag: release.tag_name, ...(release.prerelease && { prerelease: true }) },
  });
}

interface Written {
  readonly kind: string;
  readonly title: string;
  readonly url: string;
  /** Markdown, one after another. */
  readonly text: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly authors: readonly Author[];
  readonly labels: readonly string[];
  readonly fields: NonNullable<SourceDocument['fields']>;
}

function item(
  { config, repository, acl }: Place,
  kind: ItemKind,
  number: number,
  written: Written,
): SourceDocument {
  const id = itemId(config, repository.id, kind, number);
  const bytes = new TextEncoder().encode(written.text.filter(Boolean).join('\n\n'));
  const { title, url, fields } = written;
  const labels = written.labels.filter(Boolean);
  const authors = logins(written.authors);
  const createdAt = utc(written.createdAt);
  const updatedAt = utc(written.updatedAt);
  const head = [url, title, labels, authors, fields, repository.full_name, createdAt ?? ''];
  return {
    id,
    source: config.id,
    externalId: id.slice(config.id.length + 1),
    kind: written.kind,
    url,
    title,
    // Comments change without the item's own time changing with them.
    version: `${written.updatedAt}|${digest(head, bytes)}`,
    acl,
    ...(createdAt && { createdAt }),
    ...(updatedAt && { updatedAt }),
    ...(authors.length > 0 && { authors }),
    ...(labels.length > 0 && { labels }),
    breadcrumbs: [repository.full_name],
    fields,
    body: {
      type: 'content',
      fileName: `${kind}-${number}.md`,
      mediaType: 'text/markdown',
      sizeBytes: bytes.length,
      read: async () => bytes,
    },
  };
}

/** First, so that no heading of the text is taken for the title. */
function heading(title: string): string {
  return `# ${title.replace(/\s+/gu, ' ').replace(/[\\`*_[\]<>#&~|]/gu, '\\$&')}`;
}

function passage(
  what: string,
  author: Author,
  at: string | null | undefined,
  body: string | null | undefined,
): string {
  const by = author?.login ? ` by ${author.login}` : '';
  const on = at ? ` on ${at.slice(0, 10)}` : '';
  return `**${what}${by}${on}:**\n\n${body ?? ''}`;
}

function logins(authors: readonly Author[]): readonly string[] {
  return [...new Set(authors.flatMap((author) => (author?.login ? [author.login] : [])))];
}

function utc(time: string): string | undefined {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function digest(value: unknown, bytes: Uint8Array = new Uint8Array()): string {
  const hash = createHash('sha256').update(JSON.stringify(value)).update(bytes);
  return hash.digest('base64url').slice(0, 16);
}
