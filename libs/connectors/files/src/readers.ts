import type { Acl, AllowList, AllowListId } from '@fumikura/model';
import type { FilesConfig } from './config.ts';

/** Lists of a source: one for the whole, one for each folder rule. */
export function allowLists({ id, readers, folders }: FilesConfig, readAt: string): AllowList[] {
  return [
    { id: rootList(id), members: readers, readAt },
    ...folders.map((rule) => ({ id: folderList(id, rule.folder), members: rule.readers, readAt })),
  ];
}

/** A file's ACL: the lists of every rule above it, from the innermost rule that replaces the outer ones. */
export function aclOf({ id, folders }: Pick<FilesConfig, 'id' | 'folders'>, path: string): Acl {
  const above = folders
    .filter(({ folder }) => folder === '' || path.startsWith(`${folder}/`))
    .sort((a, b) => a.folder.length - b.folder.length);
  const replacing = above.findLastIndex(({ replace }) => replace);
  const narrowing = above.slice(Math.max(0, replacing)).map(({ folder }) => folderList(id, folder));
  return { allow: replacing >= 0 ? narrowing : [rootList(id), ...narrowing] };
}

function rootList(id: string): AllowListId {
  return `${id}/readers`;
}

function folderList(id: string, folder: string): AllowListId {
  return `${id}/folder/${folder}`;
}
