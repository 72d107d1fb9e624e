import { posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AllowListId, SourceDocument } from '@fumikura/model';
import { documentId } from '@fumikura/model';
import { readStable } from './client.ts';
import type { FoundFile } from './client.ts';
import type { FilesConfig } from './config.ts';
import { aclOf } from './readers.ts';

const KINDS: readonly (readonly [kind: string, extensions: RegExp])[] = [
  ['page', /\.(?:md|mdx|markdown|html?|xhtml|rst|adoc)$/iu],
  ['document', /\.(?:docx|docm|odt|pdf|txt|text)$/iu],
  ['sheet', /\.(?:xlsx|xlsm|xls|ods|csv|tsv)$/iu],
  ['slides', /\.(?:pptx|pptm)$/iu],
  ['mail', /\.(?:eml|msg)$/iu],
];

export function toDocument(config: FilesConfig, file: FoundFile): SourceDocument {
  const { path, sizeBytes } = file;
  const folder = posix.dirname(path);
  return {
    id: documentId(config.id, path),
    source: config.id,
    externalId: path,
    kind: KINDS.find(([, extensions]) => extensions.test(path))?.[0] ?? 'file',
    url: urlOf(config, file),
    title: posix.basename(path),
    version: versionOf(config, file),
    acl: { allow: listsOf(config, file) },
    createdAt: new Date(file.createdMs || file.modifiedMs).toISOString(),
    updatedAt: new Date(file.modifiedMs).toISOString(),
    breadcrumbs: folder === '.' ? [] : folder.split('/'),
    body: { type: 'content', fileName: path, sizeBytes, read: (signal) => readStable(file, signal) },
  };
}

/** A link opens nothing that its target's folder closes: both sets of rules hold. */
function listsOf(config: FilesConfig, { path, targetPath }: FoundFile): AllowListId[] {
  return [...new Set([...aclOf(config, path).allow, ...aclOf(config, targetPath).allow])];
}

/** Address and readers are part of it: a changed rule or base address reaches documents whose bytes are the same. */
function versionOf(config: FilesConfig, file: FoundFile): string {
  const { sizeBytes, modifiedMs, inode } = file;
  return [sizeBytes, modifiedMs, inode, listsOf(config, file).join('+'), config.baseUrl ?? ''].join(':');
}

function urlOf({ baseUrl }: FilesConfig, { path, realPath }: FoundFile): string {
  if (baseUrl === undefined) return pathToFileURL(realPath).href;
  return new URL(
    path.split('/').map(encodeURIComponent).join('/'),
    baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`,
  ).href;
}
