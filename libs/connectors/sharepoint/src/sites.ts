import { AppError } from '@fumikura/errors';
import type { GraphClient } from './client.ts';
import type { SharepointConfig } from './config.ts';
import type { Drive, Site, SiteList } from './graph-types.ts';

const SITE_FIELDS = 'id,displayName,name,webUrl,isPersonalSite';
/** Lists whose items are files or pages, which are read as such. */
const OTHER_TEMPLATES = new Set([
  'documentLibrary',
  'mySiteDocumentLibrary',
  'webPageLibrary',
  'webTemplateCatalog',
]);

/** The sites to read, in the order of their ids. @throws for a named site that our account may not see */
export async function readSites(
  client: GraphClient,
  config: SharepointConfig,
  signal: AbortSignal,
): Promise<readonly Site[]> {
  const sites: Site[] = [];
  if (config.sites === 'all') {
    const query = { $select: SITE_FIELDS, $top: 999 };
    for await (const page of client.pages<Site>('sites/getAllSites', query, signal))
      sites.push(...(page.value ?? []).filter((site) => config.personalSites || !site.isPersonalSite));
  } else {
    for (const name of config.sites)
      sites.push(await client.get<Site>(sitePath(name), { $select: SITE_FIELDS }, signal));
  }
  return [...new Map(sites.map((site) => [site.id, site])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** An address as a person copies it, or a site id of three parts. */
function sitePath(name: string): string {
  const url = /^https?:\/\//u.test(name) ? URL.parse(name) : null;
  if (url) {
    const path = url.pathname.replace(/\/+$/u, '');
    return path === '' ? `sites/${url.host}` : `sites/${url.host}:${path}`;
  }
  if (/^[^,/]+(?:,[^,/]+){2}$/u.test(name)) return `sites/${name}`;
  throw new AppError('CONFIG_INVALID', 'config', `"${name}" is no site`, {
    publicMessage: `"${name}" is neither the address nor the id of a site.`,
  });
}

export async function readDrives(
  client: GraphClient,
  site: Site,
  signal: AbortSignal,
): Promise<readonly Drive[]> {
  return collect<Drive>(client, `sites/${site.id}/drives`, { $select: 'id,name,webUrl' }, signal);
}

export async function readLists(
  client: GraphClient,
  site: Site,
  signal: AbortSignal,
): Promise<readonly SiteList[]> {
  const query = { $select: 'id,displayName,webUrl,list' };
  const lists = await collect<SiteList>(client, `sites/${site.id}/lists`, query, signal);
  return lists.filter(({ list }) => list && !list.hidden && !OTHER_TEMPLATES.has(list.template ?? ''));
}

async function collect<T extends { readonly id: string }>(
  client: GraphClient,
  path: string,
  query: Readonly<Record<string, string | number>>,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const page of client.pages<T>(path, query, signal)) found.push(...(page.value ?? []));
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}
