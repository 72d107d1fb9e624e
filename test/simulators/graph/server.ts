import { existsSync } from 'node:fs';
import { loadSpecification } from '../kit/specification.ts';
import type { Specification } from '../kit/specification.ts';
import { startSimulator } from '../kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../kit/simulator.ts';
import { itemAnswer, permissionsAnswer, siteAnswer } from './answers.ts';
import { searchQuery } from './live-search.ts';
import { judge } from './oracle.ts';
import type { GraphWorld, SimulatedDrive, SimulatedSite } from './world.ts';

export interface GraphOptions {
  /** Items of a page of delta; the service decides, whatever is asked. Default 7. */
  readonly pageSize?: number;
  readonly clientSecret?: string;
  /** Application rights of the account; default all but those that see hidden members. */
  readonly rights?: readonly string[];
  readonly latencyMs?: number;
  /** Whose a token is that was not given out here; undefined for none that is taken. */
  readonly personOf?: (token: string) => Promise<string | undefined>;
  /** Instead of the ordinary answer to a part of a batch. */
  readonly partFault?: (path: string) => SimulatedAnswer | undefined;
}

const RIGHTS = ['Sites.Read.All', 'User.Read.All', 'GroupMember.Read.All'];
const SPECIFICATION = new URL('../../../../shared/specs/graph.json', import.meta.url);

/** Microsoft Graph and its sign-in on loopback, for one tenant. */
export async function startGraphSimulator(world: GraphWorld, options: GraphOptions = {}): Promise<Simulator> {
  const tokens = new Set<string>();
  const subscriptions: Record<string, unknown>[] = [];
  const simulator = await startSimulator({
    answer: (request) => answer(request),
    specifications: existsSync(SPECIFICATION) ? [documented()] : [],
    undescribed: (path) => path.endsWith('/token') || path === '/v1.0/me' || path.startsWith('/download/'),
    ...(options.latencyMs !== undefined && { latencyMs: options.latencyMs }),
  });
  const answer = async (request: SimulatedRequest): Promise<SimulatedAnswer | undefined> => {
    const { pathname } = request.url;
    if (pathname.endsWith('/oauth2/v2.0/token')) return signIn(request);
    if (pathname.startsWith('/download/')) return download(request);
    const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
    const person = tokens.has(token) ? undefined : await options.personOf?.(token);
    if (!tokens.has(token) && person === undefined) return refusal(401, 'InvalidAuthenticationToken');
    if (pathname === '/v1.0/$batch') return batch(request, person);
    if (person !== undefined)
      return asPerson(person, decodeURIComponent(pathname.slice('/v1.0/'.length)), request);
    return get(request.method, decodeURIComponent(pathname.slice('/v1.0/'.length)), request);
  };
  /** Somebody themselves: who they are, what they find, and items that are theirs; what is not is not found. */
  const asPerson = (person: string, path: string, request: SimulatedRequest): SimulatedAnswer | undefined => {
    if (path === 'me') return ok({ id: person });
    if (path === 'search/query' && request.method === 'POST') return searchQuery(world, request.body, person);
    const [, drive, item] = /^drives\/([^/]+)\/items\/([^/]+)$/u.exec(path) ?? [];
    const isTheirs = drive && item && judge(world, person, `drive/${drive}/${item}`).mayRead;
    return isTheirs ? driveRoute(path, request.url.searchParams) : undefined;
  };
  const signIn = ({ raw }: SimulatedRequest): SimulatedAnswer => {
    const form = new URLSearchParams(Buffer.from(raw).toString('utf8'));
    const isRight =
      form.get('client_secret') === (options.clientSecret ?? 'simulated') || form.has('client_assertion');
    if (!isRight)
      return {
        status: 401,
        body: {
          error: 'invalid_client',
          error_description: 'AADSTS7000215: Invalid client secret provided.',
        },
      };
    const claims = Buffer.from(JSON.stringify({ roles: options.rights ?? RIGHTS })).toString('base64url');
    const token = `e30.${claims}.${tokens.size}`;
    tokens.add(token);
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3_599, access_token: token } };
  };
  const download = ({ url, headers }: SimulatedRequest): SimulatedAnswer | undefined => {
    // Preauthorised: a token beside it is a mistake that the real service punishes.
    if (headers.authorization) return refusal(401, 'unauthenticated');
    const [, , drive = '', item = ''] = decodeURIComponent(url.pathname).split('/');
    const content = findDrive(world, drive)?.drive.items.get(item)?.content;
    return content === undefined ? undefined : { status: 200, body: content };
  };
  const batch = ({ body }: SimulatedRequest, person: string | undefined): SimulatedAnswer => {
    const { requests } = body as { requests: { id: string; method: string; url: string }[] };
    if (requests.length > 20) return refusal(400, 'BadRequest');
    // In another order than asked.
    const responses = requests.toReversed().map(({ id, method, url }) => {
      const inner = new URL(`/v1.0${url}`, simulator.url);
      const path = decodeURIComponent(inner.pathname.slice('/v1.0/'.length));
      const asked = { method, url: inner, headers: {}, raw: new Uint8Array(), body: undefined };
      const part =
        options.partFault?.(path) ??
        (person === undefined ? get(method, path, asked) : asPerson(person, path, asked));
      const { status, headers = {}, body: content } = part ?? refusal(404, 'itemNotFound');
      return { id, status, headers, body: content };
    });
    return { status: 200, body: { responses } };
  };
  const get = (method: string, path: string, request: SimulatedRequest): SimulatedAnswer | undefined => {
    const query = request.url.searchParams;
    if (path === 'search/query' && method === 'POST') return searchQuery(world, request.body);
    if (path === 'subscriptions') return subscribe(method, request);
    if (path.startsWith('subscriptions/') && method === 'PATCH') {
      const found = subscriptions.find(({ id }) => path.endsWith(`/${String(id)}`));
      return found && ok(Object.assign(found, request.body));
    }
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
  const subscribe = (method: string, { body }: SimulatedRequest): SimulatedAnswer => {
    if (method === 'GET') return ok({ value: subscriptions });
    const made = { id: `sub-${subscriptions.length + 1}`, ...(body as object), clientState: null };
    subscriptions.push(made);
    return { status: 201, body: made };
  };
  const membersOf = (id: string, path: string, query: URLSearchParams) => {
    const group = world.groups.get(id);
    if (!group) return undefined;
    const seesHidden = (options.rights ?? RIGHTS).includes('Member.Read.Hidden');
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
          location: `${simulator.url.replace('127.0.0.1', 'localhost')}/download/${encodeURIComponent(driveId)}/${encodeURIComponent(itemId)}?tempauth=x`,
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
  const delta = (
    path: string,
    query: URLSearchParams,
    items: readonly { readonly id: string; readonly changedAt: number }[],
    tombstones: ReadonlyMap<string, number>,
  ): SimulatedAnswer => {
    const since = Number(query.get('token')?.split('-')[0] ?? 0);
    const skip = Number(query.get('token')?.split('-')[1] ?? 0);
    const upTo = Number(query.get('token')?.split('-')[2] ?? world.revision);
    const link = (token: string) => `${simulator.url}/v1.0/${encodeURI(path)}?token=${token}`;
    if (since > 0 && since < world.oldestToken)
      return { ...refusal(410, 'resyncRequired'), headers: { location: link(`0-0-${world.revision}`) } };
    const gone = [...tombstones]
      .filter(([, at]) => since > 0 && at > since)
      .map(([id]) => ({ id, deleted: { state: 'deleted' } }));
    const changed = items
      .filter(({ changedAt }) => changedAt > since)
      .map(({ changedAt: _changedAt, ...item }) => item);
    const all = [...gone, ...changed];
    const size = options.pageSize ?? 7;
    const page = all.slice(skip, skip + size);
    // The last of a page comes again with the next one.
    const again = skip > 0 ? all.slice(skip - 1, skip) : [];
    const isLast = skip + size >= all.length;
    return ok({
      value: [...again, ...page],
      ...(isLast
        ? { '@odata.deltaLink': link(`${upTo}`) }
        : { '@odata.nextLink': link(`${since}-${skip + size}-${upTo}`) }),
    });
  };
  const paged = (value: readonly unknown[], path: string, query: URLSearchParams): SimulatedAnswer => {
    const skip = Number(query.get('$skiptoken') ?? 0);
    const size = 50;
    const next = `${simulator.url}/v1.0/${encodeURI(path)}?$skiptoken=${skip + size}`;
    return ok({
      value: value.slice(skip, skip + size),
      ...(skip + size < value.length && { '@odata.nextLink': next }),
    });
  };
  return simulator;
}

function userAnswer(user: { id: string; name: string; upn: string; isGuest: boolean; isEnabled: boolean }) {
  const { id, name, upn, isGuest, isEnabled } = user;
  const userType = isGuest ? 'Guest' : 'Member';
  return { id, displayName: name, mail: upn, userPrincipalName: upn, userType, accountEnabled: isEnabled };
}

function listAnswer(id: string, displayName: string) {
  return { id, displayName, list: { template: 'genericList', hidden: false } };
}

function findDrive(
  world: GraphWorld,
  id: string,
): { site: SimulatedSite; drive: SimulatedDrive } | undefined {
  for (const site of world.sites.values()) {
    const drive = site.drives.get(id);
    if (drive) return { site, drive };
  }
  return undefined;
}

function ok(body: unknown): SimulatedAnswer {
  return { status: 200, body };
}

function undefinedOr(body: unknown): SimulatedAnswer | undefined {
  return body === undefined ? undefined : ok(body);
}

function refusal(status: number, code: string): SimulatedAnswer {
  return { status, body: { error: { code, message: code } } };
}

/** The description writes functions as calls and has no addresses by path; the service takes what its pages show. */
function documented(): Specification {
  const specification = loadSpecification(SPECIFICATION, { basePath: '/v1.0', lenient: ['format'] });
  return {
    find: (method, path) => {
      const described = specification.find(
        method,
        path
          .replace(/\/root\/delta$/u, '/items/root/delta()')
          .replace(/\/items\/delta$/u, '/items/delta()')
          .replace(/\/getAllSites$/u, '/getAllSites()')
          .replace(/^(\/v1\.0\/sites\/[^/:]+):\/.+$/u, '$1'),
      );
      return (
        described && { ...described, checkRequest: (url, body) => described.checkRequest(asked(url), body) }
      );
    },
  };
}

/** Links of the service carry tokens that no description names: they are its own, not of our making. */
function asked(url: URL): URL {
  const plain = new URL(url);
  plain.searchParams.delete('token');
  plain.searchParams.delete('$skiptoken');
  return plain;
}
