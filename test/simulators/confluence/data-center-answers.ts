import { labelsAnswer, restrictionAnswer, storageOf, userAnswer } from './answers.ts';
import type { Site } from './server.ts';
import { lineOf, timeOf } from './world.ts';
import type { SimulatedAttachment, SimulatedComment, SimulatedContent } from './world.ts';

/** Children of an item that one answer holds; the rest is asked for. */
export const CHILDREN = 2;

/** An item of any type as v1 tells it, with what `expand` asks for. */
export function dcContent(site: Site, id: string, expand: string): Record<string, unknown> {
  const { world } = site;
  const content = world.content.get(id);
  if (content) return pageContent(site, content, expand);
  const attachment = world.attachments.get(id);
  if (attachment) return attachmentContent(site, attachment, expand);
  const comment = world.comments.get(id);
  if (!comment) throw new Error(`${id} is not in the world`);
  return commentContent(site, comment, expand);
}

const has = (expand: string, name: string) =>
  expand.split(',').some((each) => each === name || each.startsWith(`${name}.`));

function common(
  site: Site,
  item: {
    readonly id: string;
    version: number;
    changedAt: number;
    readonly createdAt: number;
    author?: string;
  },
  expand: string,
) {
  const by = userAnswer(site.world, item.author ?? site.world.account);
  return {
    id: item.id,
    ...(has(expand, 'version') && {
      version: { by, when: timeOf(item.changedAt), number: item.version, message: '', minorEdit: false },
    }),
    ...(has(expand, 'history') && {
      history: { latest: true, createdBy: by, createdDate: timeOf(item.createdAt) },
    }),
  };
}

function pageContent(site: Site, content: SimulatedContent, expand: string): Record<string, unknown> {
  const { world, options } = site;
  const space = world.spaces.get(content.space);
  const ancestors = lineOf(world, content).slice(1).toReversed();
  const files = [...world.attachments.values()].filter(({ container }) => container === content.id);
  return {
    ...common(site, content, expand),
    type: content.kind,
    status: content.status,
    title: content.title,
    ...(has(expand, 'space') && {
      space: { id: Number(content.space), key: space?.key, name: space?.name, type: 'global' },
    }),
    ...(has(expand, 'ancestors') && {
      ancestors: ancestors.map(({ id, title }) => ({
        id,
        type: 'page',
        status: 'current',
        title,
        _links: {},
      })),
    }),
    ...(has(expand, 'body.storage') && {
      body: { storage: { value: storageOf(content), representation: 'storage' } },
    }),
    ...(has(expand, 'metadata.labels') && { metadata: { labels: labelsAnswer(content.labels) } }),
    ...(has(expand, 'restrictions.read') && {
      restrictions: { read: restrictionAnswer(world, content.restriction, 0, options.memberPage) },
    }),
    ...(has(expand, 'children.attachment') && {
      children: {
        attachment: {
          results: files.slice(0, CHILDREN).map((file) => attachmentContent(site, file, 'version,history')),
          start: 0,
          limit: CHILDREN,
          size: Math.min(CHILDREN, files.length),
          _links:
            files.length > CHILDREN
              ? { next: `/rest/api/content/${content.id}/child/attachment?start=${CHILDREN}` }
              : {},
        },
      },
    }),
    extensions: { position: 1 },
    _links: {
      webui: `/display/${space?.key}/${content.id}`,
      self: `${site.url()}/rest/api/content/${content.id}`,
    },
  };
}

export function attachmentContent(
  site: Site,
  file: SimulatedAttachment,
  expand: string,
): Record<string, unknown> {
  const container = site.world.content.get(file.container);
  return {
    ...common(site, file, expand),
    type: 'attachment',
    status: 'current',
    title: file.title,
    ...(has(expand, 'container') && {
      container: { id: file.container, type: container?.kind, title: container?.title },
    }),
    metadata: { mediaType: file.mediaType },
    extensions: { mediaType: file.mediaType, fileSize: file.bytes.length, comment: '' },
    _links: {
      webui: `/pages/viewpageattachments.action?pageId=${file.container}`,
      download: `/download/attachments/${file.container}/${file.id}/${encodeURIComponent(file.title)}?version=${file.version}`,
    },
  };
}

function commentContent(site: Site, comment: SimulatedComment, expand: string): Record<string, unknown> {
  const container = site.world.content.get(comment.container);
  const inline =
    comment.location === 'inline'
      ? {
          inlineProperties: { originalSelection: comment.selection ?? 'words', markerRef: `m${comment.id}` },
          resolution: { status: comment.isResolved ? 'resolved' : 'open' },
        }
      : {};
  return {
    ...common(site, comment, expand),
    type: 'comment',
    status: 'current',
    title: `Re: ${container?.title}`,
    ...(has(expand, 'container') && {
      container: { id: comment.container, type: container?.kind, title: container?.title },
    }),
    ...(has(expand, 'body.storage') && {
      body: { storage: { value: storageOf(comment), representation: 'storage' } },
    }),
    extensions: { location: comment.location, ...inline },
    _links: { webui: `/display/x/${comment.container}?focusedCommentId=${comment.id}` },
  };
}
