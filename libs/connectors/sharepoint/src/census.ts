import { toAppError, AppError } from '@fumikura/errors';
import { documentId } from '@fumikura/model';
import type { DocumentId } from '@fumikura/model';
import { isFolder, walkDrive } from './drive-walk.ts';
import { fileId } from './item-readers.ts';
import { placesOf } from './pull.ts';
import type { Run } from './run.ts';
import { itemsPath, pagesPath } from './site-content.ts';
import { readLists, readSites } from './sites.ts';

/** Every id, a thousand a request for files: what lay in a deleted folder gets no notice of its own. */
export async function* listIds(run: Run): AsyncGenerator<readonly DocumentId[]> {
  try {
    yield* everything(run);
  } catch (error) {
    const reason = toAppError(error);
    if (run.signal.aborted || reason.kind !== 'not-found') throw error;
    throw new AppError('CENSUS_FAILED', 'transient', reason.message, { cause: reason });
  }
}

async function* everything(run: Run): AsyncGenerator<readonly DocumentId[]> {
  const { client, config, signal } = run;
  const sites = await readSites(client, config, signal);
  for (const { drive } of await placesOf(run, sites)) {
    const { items } = await walkDrive(client, drive.id, undefined, signal);
    yield [...items.values()].filter((item) => !isFolder(item)).map(({ id }) => fileId(config, drive.id, id));
  }
  for (const site of sites) {
    if (config.pages) yield await ids(run, pagesPath(site), `site/${site.id}/page`);
    if (!config.lists) continue;
    for (const list of await readLists(client, site, signal))
      yield await ids(run, itemsPath(site, list), `site/${site.id}/list/${list.id}`);
  }
}

async function ids({ client, config, signal }: Run, path: string, prefix: string): Promise<DocumentId[]> {
  const found: DocumentId[] = [];
  for await (const page of client.pages<{ id: string }>(path, { $select: 'id', $top: 999 }, signal))
    for (const { id } of page.value ?? []) found.push(documentId(config.id, `${prefix}/${id}`));
  return found;
}
