import { AppError } from '@fumikura/errors';
import { splitDocumentId } from '@fumikura/model';
import type { DocumentId } from '@fumikura/model';
import type { Change } from '@fumikura/ports';
import type { DriveItem, ListItem, Site, SiteList, SitePage } from './graph-types.ts';
import { listItemDocument, pageDocument } from './mapping.ts';
import { placesOf } from './pull.ts';
import { isNotFound, tellItems } from './pull-drive.ts';
import { siteList } from './readers.ts';
import type { Run, SiteDrive } from './run.ts';
import { itemsPath } from './site-content.ts';
import { readSites } from './sites.ts';

/** Items as they are now. What is gone, hidden from us or outside the configured sites is removed. */
export async function* refresh(run: Run, ids: readonly DocumentId[]): AsyncGenerator<readonly Change[]> {
  const sites = await readSites(run.client, run.config, run.signal);
  const places = await placesOf(run, sites);
  for (const id of ids) {
    const split = splitDocumentId(id);
    if (split?.source !== run.config.id) throw foreign(id);
    const told = await itemNow(run, split.externalId, sites, places).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    yield told ?? [{ kind: 'remove', id }];
  }
}

async function itemNow(
  run: Run,
  externalId: string,
  sites: readonly Site[],
  places: readonly SiteDrive[],
): Promise<readonly Change[] | undefined> {
  const [kind, container, what, listId, itemId] = externalId.split('/');
  if (kind === 'drive') {
    const place = places.find(({ drive }) => drive.id === container);
    return place && what ? fileNow(run, place, what) : undefined;
  }
  const site = sites.find(({ id }) => id === container);
  if (!site || listId === undefined) return undefined;
  if (what === 'page') return pageNow(run, site, listId);
  return itemId === undefined ? undefined : listItemNow(run, site, listId, itemId);
}

async function fileNow(run: Run, place: SiteDrive, id: string): Promise<readonly Change[]> {
  const path = `drives/${encodeURIComponent(place.drive.id)}/items/${encodeURIComponent(id)}`;
  return tellItems(run, place, [await run.client.get<DriveItem>(path, {}, run.signal)]);
}

async function pageNow(run: Run, site: Site, id: string): Promise<readonly Change[]> {
  const { client, config, signal, now } = run;
  const path = `sites/${site.id}/pages/${encodeURIComponent(id)}/microsoft.graph.sitePage`;
  const page = await client.get<SitePage>(path, {}, signal);
  const list = siteList(config, site.id, 'pages', new Date(now()).toISOString());
  const document = pageDocument(client, config, site, page, { allow: [list.id] });
  return [
    { kind: 'list', list },
    { kind: 'upsert', document },
  ];
}

async function listItemNow(run: Run, site: Site, listId: string, itemId: string): Promise<readonly Change[]> {
  const { client, config, signal, now } = run;
  const list = await client.get<SiteList>(`sites/${site.id}/lists/${encodeURIComponent(listId)}`, {}, signal);
  const path = `${itemsPath(site, list)}/${encodeURIComponent(itemId)}`;
  const item = await client.get<ListItem>(path, { $expand: 'fields' }, signal);
  const readers = siteList(config, site.id, 'lists', new Date(now()).toISOString());
  const document = listItemDocument(config, site, list, item, { allow: [readers.id] });
  return [
    { kind: 'list', list: readers },
    { kind: 'upsert', document },
  ];
}

function foreign(id: DocumentId): AppError {
  return new AppError('INVALID_ARGUMENT', 'invalid-input', `${id} is of another source`, {
    publicMessage: `"${id}" does not belong to this source.`,
  });
}
