import { documentId } from '@fumikura/model';
import type { Change } from '@fumikura/ports';
import { walk } from './drive-walk.ts';
import type { Site, SiteList, SitePage, ListItem } from './graph-types.ts';
import { listItemDocument, pageDocument } from './mapping.ts';
import { siteList } from './readers.ts';
import type { Run } from './run.ts';

/** Index lag and clocks: pages this much older than the newest one seen are told again. */
const MARGIN_MS = 3_600_000;
const PAGE_FIELDS =
  'id,name,title,description,eTag,webUrl,createdDateTime,lastModifiedDateTime,createdBy,lastModifiedBy';

export const pagesPath = (site: Site) => `sites/${site.id}/pages/microsoft.graph.sitePage`;
export const itemsPath = (site: Site, list: SiteList) => `sites/${site.id}/lists/${list.id}/items`;

/**
 * Pages have no delta: the list of them is read, and those changed since the newest change seen are told.
 * @returns the newest change, with its margin, as the next `from`
 */
export async function pullPages(
  run: Run,
  site: Site,
  from: string | undefined,
): Promise<{ readonly changes: readonly Change[]; readonly newest: string }> {
  const { client, config, signal, now } = run;
  const list = siteList(config, site.id, 'pages', new Date(now()).toISOString());
  const changes: Change[] = [{ kind: 'list', list }];
  let newest = from ?? '';
  for await (const page of client.pages<SitePage>(
    pagesPath(site),
    { $select: PAGE_FIELDS, $top: 200 },
    signal,
  ))
    for (const each of page.value ?? []) {
      const changedAt = each.lastModifiedDateTime ?? '';
      if (from !== undefined && changedAt !== '' && changedAt < margin(from)) continue;
      if (changedAt > newest) newest = changedAt;
      if (list.members.length === 0) run.closed.add('no item permissions in Graph');
      changes.push({
        kind: 'upsert',
        document: pageDocument(client, config, site, each, { allow: [list.id] }),
      });
    }
  return { changes, newest };
}

function margin(time: string): string {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? '' : new Date(ms - MARGIN_MS).toISOString();
}

export async function pullList(
  run: Run,
  site: Site,
  list: SiteList,
  from: string | undefined,
): Promise<{ readonly changes: readonly Change[]; readonly link: string }> {
  const { client, config, signal, now } = run;
  const readers = siteList(config, site.id, 'lists', new Date(now()).toISOString());
  const query = { $expand: 'fields', $top: 200 };
  const told = await walk<ListItem>(client, `${itemsPath(site, list)}/delta`, query, from, signal);
  const upserts = [...told.items.values()].map((item): Change => {
    if (readers.members.length === 0) run.closed.add('no item permissions in Graph');
    return {
      kind: 'upsert',
      document: listItemDocument(config, site, list, item, { allow: [readers.id] }),
    };
  });
  const removals = told.deleted.map((id): Change => ({
    kind: 'remove',
    id: documentId(config.id, `site/${site.id}/list/${list.id}/${id}`),
  }));
  return { changes: [{ kind: 'list', list: readers }, ...upserts, ...removals], link: told.link };
}
