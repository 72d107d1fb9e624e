import { startSimulator } from '../kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../kit/simulator.ts';
import { searchQuery } from './live-search.ts';
import { judge } from './oracle.ts';
import { createPaging, ok, refusal } from './paging.ts';
import { createResources, findDrive } from './resources.ts';
import { specifications } from './specification.ts';
import type { GraphWorld } from './world.ts';

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

/** Microsoft Graph and its sign-in on loopback, for one tenant. */
export async function startGraphSimulator(world: GraphWorld, options: GraphOptions = {}): Promise<Simulator> {
  const tokens = new Set<string>();
  const subscriptions: Record<string, unknown>[] = [];
  const simulator = await startSimulator({
    answer: (request) => answer(request),
    specifications: specifications(),
    undescribed: (path) => path.endsWith('/token') || path === '/v1.0/me' || path.startsWith('/download/'),
    ...(options.latencyMs !== undefined && { latencyMs: options.latencyMs }),
  });
  const address = () => simulator.url;
  const rights = options.rights ?? RIGHTS;
  const resources = createResources(
    world,
    createPaging(world, address, options.pageSize ?? 7),
    address,
    rights.includes('Member.Read.Hidden'),
  );
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
    return isTheirs ? resources.drive(path, request.url.searchParams) : undefined;
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
    const claims = Buffer.from(JSON.stringify({ roles: rights })).toString('base64url');
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
    return resources.get(path, query);
  };
  const subscribe = (method: string, { body }: SimulatedRequest): SimulatedAnswer => {
    if (method === 'GET') return ok({ value: subscriptions });
    const made = { id: `sub-${subscriptions.length + 1}`, ...(body as object), clientState: null };
    subscriptions.push(made);
    return { status: 201, body: made };
  };
  return simulator;
}
