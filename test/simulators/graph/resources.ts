import type { SimulatedAnswer } from '../kit/simulator.ts';
import { itemAnswer, permissionsAnswer, siteAnswer } from './answers.ts';
import { ok } from './paging.ts';
import type { Paging } from './paging.ts';
import type { GraphWorld, SimulatedDrive, SimulatedSite } from './world.ts';

export interface Resources {
  /** Users, groups, sites, drives and what lies in them; undefined for what is not there. */
  get(path: string, query: URLSearchParams): SimulatedAnswer | undefined;
  drive(path: string, query: URLSearchParams): SimulatedAnswer | undefined;
}

/** What an application reads of a tenant. @param address where the service runs @param seesHidden members of hidden groups too */
export function createResources(
  world: GraphWorld,
  { paged, delta }: Paging,
  address: () => string,
  seesHidden: boolean,
): Resources {
  const get = (path: string, query: URLSearchParams): SimulatedAnswer | undefined => {
    if (path === 'users') return paged([...world.users.values()].map(userAnswer), path, query);
    if (path === 'groups')
      return paged(
        [...world.groups.values()].map(({ id, name, isHidden }) => ({
          id,
          displayName: name,
          visibility: isHidden ? 'HiddenMembership' : 'Private',
        })),
        path,
        query,
      );
    const members = /^groups\/([^/]+)\/members$/u.exec(path)?.[1];
    if (members !== undefined) return membersOf(members, path, query);
    if (path.startsWith('sites/')) return siteRoute(path, query);
    return driveRoute(path, query);
  };
  const membersOf = (id: string, path: string, query: URLSearchParams) => {
    const group = world.groups.get(id);
    if (!group) return undefined;
    const members = group.isHidden && !seesHidden ? [] : [...group.members];
    const value = members.map((member) => ({
      '@odata.type': world.groups.has(member) ? '#microsoft.graph.group' : '#microsoft.graph.user',
      id: member,
    }));
    return paged(value, path, query);
  };
  const siteRoute = (path: string, query: URLSearchParams): SimulatedAnswer | undefined => {
    if (path === 'sites/getAllSites') return paged([...world.sites.values()].map(siteAnswer), path, query);
    const [, name = '', what, id, more, item] = path.split('/');
    const byPath = /^sites\/[^/:]+:(\/.+)$/u.exec(path)?.[1];
    const site = [...world.sites.values()].find((each) => each.id === name || each.path === byPath);
    if (!site) return undefined;
    if (what === undefined || byPath !== undefined) return ok(siteAnswer(site));
    if (what === 'drives')
      return ok({
        value: [...site.drives.values()].map(({ id: drive, name: title }) => ({ id: drive, name: title })),
      });
    if (what === 'pages') return pagesRoute(site, id, path, query);
    if (what !== 'lists') return undefined;
    if (id === undefined)
      return ok({ value: [...site.lists.values()].map((each) => listAnswer(each.id, each.name)) });
    const list = site.lists.get(id);
    if (!list) return undefined;
    if (more === undefined) return ok(listAnswer(list.id, list.name));
    const items = [...list.items.values()].map(({ id: itemId, fields, version, changedAt }) => ({
      id: itemId,
      eTag: `"${itemId},${version}"`,
      lastModifiedDateTime: '2026-02-01T10:00:00Z',
      fields,
      changedAt,
    }));
    if (item === undefined)
      return paged(
        items.map(({ changedAt: _c, ...each }) => each),
        path,
        query,
      );
    if (item === 'delta') return delta(path, query, items, list.tombstones);
    return undefinedOr(items.find((each) => each.id === item));
  };
  const pagesRoute = (
    site: SimulatedSite,
    id: string | undefined,
    path: string,
    query: URLSearchParams,
  ): SimulatedAnswer | undefined => {
    const pages = [...site.pages.values()].map((page) => ({
      id: page.id,
      title: page.title,
      name: `${page.id}.aspx`,
      eTag: `"${page.id},${page.version}"`,
      lastModifiedDateTime: page.modified,
    }));
    if (id === 'microsoft.graph.sitePage') return paged(pages, path, query);
    const text = site.pages.get(id ?? '')?.text ?? '';
    const webparts = [{ '@odata.type': '#microsoft.graph.textWebPart', innerHtml: `<p>${text}</p>` }];
    const found = pages.find((each) => each.id === id);
    return found && ok({ ...found, canvasLayout: { horizontalSections: [{ columns: [{ webparts }] }] } });
  };
  const driveRoute = (path: string, query: URLSearchParams): SimulatedAnswer | undefined => {
    const [, driveId = '', what, itemId = '', part] = path.split('/');
    const place = findDrive(world, driveId);
    if (!place) return undefined;
    const { site, drive } = place;
    if (what === 'root') return driveDelta(path, query, drive);
    const item = drive.items.get(itemId);
    if (!item) return undefined;
    if (part === 'permissions') return ok({ value: permissionsAnswer(world, site, drive, item) });
    // Another host, as in the real service: what is carried along there is not ours to give.
    if (part === 'content')
      return {
        status: 302,
        headers: {
          location: `${address().replace('127.0.0.1', 'localhost')}/download/${encodeURIComponent(driveId)}/${encodeURIComponent(itemId)}?tempauth=x`,
        },
      };
    return ok(itemAnswer(drive, item));
  };
  const driveDelta = (path: string, query: URLSearchParams, drive: SimulatedDrive) => {
    // Children before their parents.
    const items = [...drive.items.values()].toReversed();
    const told = items.map((item) => ({ ...itemAnswer(drive, item), changedAt: item.changedAt }));
    return delta(path, query, told, drive.tombstones);
  };
  return { get, drive: driveRoute };
}

function userAnswer(user: { id: string; name: string; upn: string; isGuest: boolean; isEnabled: boolean }) {
  const { id, name, upn, isGuest, isEnabled } = user;
  const userType = isGuest ? 'Guest' : 'Member';
  return { id, displayName: name, mail: upn, userPrincipalName: upn, userType, accountEnabled: isEnabled };
}

function listAnswer(id: string, displayName: string) {
  return { id, displayName, list: { template: 'genericList', hidden: false } };
}

export function findDrive(
  world: GraphWorld,
  id: string,
): { site: SimulatedSite; drive: SimulatedDrive } | undefined {
  for (const site of world.sites.values()) {
    const drive = site.drives.get(id);
    if (drive) return { site, drive };
  }
  return undefined;
}

function undefinedOr(body: unknown): SimulatedAnswer | undefined {
  return body === undefined ? undefined : ok(body);
}
