import { timeOf } from './world.ts';
import type {
  ConfluenceWorld,
  Restriction,
  SimulatedAttachment,
  SimulatedComment,
  SimulatedContent,
  SimulatedSpace,
} from './world.ts';

export function storageOf({
  text,
  body,
}: {
  readonly text: string;
  readonly body?: SimulatedContent['body'];
}): string {
  return (
    body?.storage ??
    text
      .split('\n')
      .map((line) => `<p>${escape(line)}</p>`)
      .join('')
  );
}

export function adfOf({
  text,
  body,
}: {
  readonly text: string;
  readonly body?: SimulatedContent['body'];
}): string {
  if (body?.atlas_doc_format !== undefined) return body.atlas_doc_format;
  const content = text
    .split('\n')
    .map((line) => ({ type: 'paragraph', content: line === '' ? [] : [{ type: 'text', text: line }] }));
  return JSON.stringify({ type: 'doc', version: 1, content });
}

function escape(text: string): string {
  return text.replace(/&/gu, '&amp;').replace(/</gu, '&lt;');
}

/** v2: only what was asked for. */
export function bodyAnswer(
  item: { readonly text: string; readonly body?: SimulatedContent['body'] },
  format: string | null,
) {
  if (format === 'storage') return { storage: { representation: 'storage', value: storageOf(item) } };
  if (format === 'atlas_doc_format')
    return { atlas_doc_format: { representation: 'atlas_doc_format', value: adfOf(item) } };
  return {};
}

function versionAnswer({ version, changedAt }: { version: number; changedAt: number }, authorId: string) {
  return { number: version, message: '', minorEdit: false, authorId, createdAt: timeOf(changedAt) };
}

export function spaceAnswer(space: SimulatedSpace) {
  return {
    id: space.id,
    key: space.key,
    name: space.name,
    type: space.isPersonal ? 'personal' : 'global',
    status: space.status,
    _links: { webui: `/spaces/${space.key}` },
  };
}

export function contentAnswer(world: ConfluenceWorld, content: SimulatedContent, format: string | null) {
  const parent = content.parent === undefined ? undefined : world.content.get(content.parent);
  const space = world.spaces.get(content.space);
  return {
    id: content.id,
    status: content.status,
    title: content.title,
    spaceId: content.space,
    ...(content.kind !== 'blogpost' && {
      ...(parent && { parentId: parent.id, parentType: parent.kind }),
      position: Number(content.id),
      ownerId: content.author,
      lastOwnerId: null,
    }),
    authorId: content.author,
    createdAt: timeOf(content.createdAt),
    version: versionAnswer(content, content.author),
    ...((content.kind === 'page' || content.kind === 'blogpost') && { body: bodyAnswer(content, format) }),
    _links: { webui: `/spaces/${space?.key}/${content.kind}s/${content.id}` },
  };
}

export function attachmentAnswer(world: ConfluenceWorld, attachment: SimulatedAttachment) {
  const container = world.content.get(attachment.container);
  const download = `/download/attachments/${attachment.container}/${encodeURIComponent(attachment.title)}`;
  return {
    id: attachment.id,
    status: 'current',
    title: attachment.title,
    createdAt: timeOf(attachment.createdAt),
    ...(container?.kind === 'blogpost' ? { blogPostId: container.id } : { pageId: attachment.container }),
    mediaType: attachment.mediaType,
    fileId: `file-${attachment.id}`,
    fileSize: attachment.bytes.length,
    webuiLink: `/pages/viewpageattachments.action?pageId=${attachment.container}`,
    downloadLink: download,
    version: versionAnswer(attachment, world.account),
    _links: { webui: `/pages/viewpageattachments.action?pageId=${attachment.container}`, download },
  };
}

export function commentAnswer(world: ConfluenceWorld, comment: SimulatedComment, format: string | null) {
  const container = world.content.get(comment.container);
  return {
    id: comment.id,
    status: 'current',
    title: `Re: ${container?.title}`,
    ...(container?.kind === 'blogpost' ? { blogPostId: container.id } : { pageId: comment.container }),
    ...(comment.parentComment !== undefined && { parentCommentId: comment.parentComment }),
    version: versionAnswer(comment, comment.author),
    body: bodyAnswer(comment, format),
    ...(comment.location === 'inline' && {
      resolutionStatus: comment.isResolved ? 'resolved' : 'open',
      properties: {
        inlineMarkerRef: `m${comment.id}`,
        inlineOriginalSelection: comment.selection ?? 'words',
      },
    }),
    _links: { webui: `/pages/${comment.container}?focusedCommentId=${comment.id}` },
  };
}

/** As v1 tells a person; on Cloud an address is shown to nobody who has not chosen so. */
export function userAnswer(world: ConfluenceWorld, id: string) {
  const user = world.users.get(id);
  const name = user?.name ?? 'Former user';
  if (world.deployment === 'data-center')
    return {
      type: 'known',
      username: `name-${id}`,
      userKey: id,
      displayName: name,
      email: user?.email ?? '',
      status: user?.isActive ? 'current' : 'deactivated',
      profilePicture: { path: '/a', width: 48, height: 48, isDefault: true },
    };
  return {
    type: 'known',
    accountId: id,
    accountType: user?.isApp ? 'app' : 'atlassian',
    accountStatus: user?.isActive ? 'active' : 'inactive',
    email: '',
    publicName: name,
    displayName: name,
    isExternalCollaborator: user?.isGuest ?? false,
    isGuest: user?.isGuest ?? false,
    profilePicture: { path: '/a', width: 48, height: 48, isDefault: true },
    _links: {},
  };
}

export function groupAnswer(world: ConfluenceWorld, id: string) {
  const name = world.groups.get(id)?.name ?? `deleted ${id}`;
  if (world.deployment === 'data-center') return { type: 'group', name: id, _links: {} };
  return { type: 'group', name, id, _links: {} };
}

/** Users and groups of a restriction, each list cut by itself. */
export function restrictionAnswer(
  world: ConfluenceWorld,
  restriction: Restriction | undefined,
  start: number,
  limit: number,
) {
  const cut = <T>(ids: ReadonlySet<string> = new Set(), answer: (id: string) => T) => {
    const results = [...ids].slice(start, start + limit).map(answer);
    return { results, start, limit, size: results.length };
  };
  return {
    operation: 'read',
    restrictions: {
      user: cut(restriction?.users, (id) => userAnswer(world, id)),
      group: cut(restriction?.groups, (id) => groupAnswer(world, id)),
    },
    _expandable: {},
    _links: {},
  };
}

export function labelsAnswer(labels: ReadonlySet<string>) {
  const results = [...labels].map((name) => ({ prefix: 'global', name, id: name, label: name }));
  return { results, start: 0, limit: 200, size: results.length };
}
