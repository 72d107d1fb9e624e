import { existsSync } from 'node:fs';
import { loadSpecification } from '../kit/specification.ts';
import type { Specification } from '../kit/specification.ts';
import { startSimulator } from '../kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../kit/simulator.ts';
import { answerCloud } from './cloud.ts';
import { answerDataCenter } from './data-center.ts';
import { judge, mayReadSpace } from './oracle.ts';
import { createCursors, refusal } from './paging.ts';
import type { Cursors } from './paging.ts';
import type { ConfluenceWorld, SimulatedContent, SimulatedSpace } from './world.ts';

export interface ConfluenceOptions {
  /** The only one that is accepted. Default `simulated`. */
  readonly token?: string;
  /** Data Center: below which path the product lives. Default `/confluence`. */
  readonly contextPath?: string;
  /** Most items of a page, whatever is asked. Default 250. */
  readonly pageSize?: number;
  /** Members of a restriction in one answer. Default 4. */
  readonly memberPage?: number;
  readonly isRagged?: boolean;
  /** The search tells every content as if it had no restriction. */
  readonly isBulkBlind?: boolean;
  /** Our account is an administrator of a site that has admin keys: with one it sees everything. Milliseconds since 1970. */
  readonly adminKeys?: { readonly now: () => number };
  /** Nothing changes while it is served: what our account may see is found out once. For large worlds. */
  readonly isStill?: boolean;
  /** Data Center: whose a token is that is not our account's; undefined for none that is taken. */
  readonly personOf?: (token: string) => Promise<string | undefined>;
  readonly latencyMs?: number;
  readonly perSecond?: number;
}

export interface ConfluenceSimulator extends Simulator {
  /** Every token of a walk that was given so far is refused from now on. */
  expireCursors(): void;
  /** What the account is asked for from now on. */
  setToken(token: string): void;
}

/** What the routes of both deployments work with. */
export interface Site {
  readonly world: ConfluenceWorld;
  readonly options: Required<
    Pick<ConfluenceOptions, 'pageSize' | 'memberPage' | 'isRagged' | 'isBulkBlind' | 'contextPath'>
  >;
  readonly cursors: Cursors;
  readonly url: () => string;
  /** Whether our account is shown it: what it may not see is not there. */
  readonly isVisible: (content: SimulatedContent) => boolean;
  readonly isSpaceVisible: (space: SimulatedSpace) => boolean;
}

export const CLOUD_ID = '11111111-2222-4333-8444-555555555555';
export const ACCOUNT_EMAIL = 'sync@acme.example';
const specification = (name: string) =>
  new URL(`../../../../shared/specs/confluence-${name}.json`, import.meta.url);
const ADMIN_KEY = '/wiki/api/v2/admin-key';
const GATEWAY = `/ex/confluence/${CLOUD_ID}`;

/**
 * A site of Confluence on loopback. On Cloud a token of an account is answered on the site, one with scopes
 * (`scoped-<token>`) only through the interface host, which is the same server here.
 */
export async function startConfluenceSimulator(
  world: ConfluenceWorld,
  options: ConfluenceOptions = {},
): Promise<ConfluenceSimulator> {
  const { contextPath = '/confluence', pageSize = 250, memberPage = 4 } = options;
  const { isRagged = false, isBulkBlind = false } = options;
  let token = options.token ?? 'simulated';
  const cursors = createCursors();
  const simulator = await startSimulator({
    answer: (request) => answer(request),
    specifications: existsSync(specification('dc')) ? judges(world, contextPath) : [],
    undescribed: (path) => /^\/(?:_edge|media|confluence\/download)\//u.test(path),
    ...(options.latencyMs !== undefined && { latencyMs: options.latencyMs }),
    ...(options.perSecond !== undefined && {
      limit: {
        perSecond: options.perSecond,
        refusal: () => ({ ...refusal(429, 'Rate limit exceeded'), headers: { 'retry-after': '1' } }),
      },
    }),
  });
  const keys = createAdminKeys(options.adminKeys?.now);
  const isVisible = (content: SimulatedContent) =>
    keys.isUsed() || judge(world, world.account, content.id).mayRead;
  const site: Site = {
    world,
    options: { pageSize, memberPage, isRagged, isBulkBlind, contextPath },
    cursors,
    url: () => simulator.url,
    isVisible: options.isStill ? once(isVisible) : isVisible,
    isSpaceVisible: (space) => keys.isUsed() || mayReadSpace(world, space, world.account),
  };
  /** Somebody themselves: the site as they see it. */
  const siteOf = (person: string): Site => ({
    ...site,
    world: { ...world, account: person },
    isVisible: (content) => judge(world, person, content.id).mayRead,
    isSpaceVisible: (space) => mayReadSpace(world, space, person),
  });
  const answer = async (request: SimulatedRequest): Promise<SimulatedAnswer | undefined> => {
    const { pathname } = request.url;
    if (pathname.startsWith('/media/')) return media(world, request);
    if (world.deployment === 'data-center') {
      const carried = (request.headers.authorization ?? '').replace(/^Bearer /u, '');
      const person = carried === token ? undefined : await options.personOf?.(carried);
      if (carried !== token && person === undefined) return refusal(401, 'Unauthorized');
      return answerDataCenter(
        person === undefined ? site : siteOf(person),
        pathname.slice(contextPath.length),
        request,
      );
    }
    if (pathname === '/_edge/tenant_info') return { status: 200, body: { cloudId: CLOUD_ID } };
    const isGateway = pathname.startsWith(GATEWAY);
    if (!isAuthorised(request.headers.authorization, isGateway, token))
      return refusal(401, isGateway ? 'Unauthorized; scope does not match' : 'Unauthorized');
    keys.look(request);
    if (pathname === ADMIN_KEY) return keys.make(request, world.account);
    return answerCloud(site, isGateway ? pathname.slice(GATEWAY.length) : pathname, request);
  };
  return Object.assign(simulator, {
    expireCursors: () => cursors.expire(),
    setToken: (next: string) => {
      token = next;
    },
  });
}

/** Given for a while to who asks for them; each request says whether it uses the one that is held. */
function createAdminKeys(now: (() => number) | undefined) {
  let until = 0;
  let isAsked = false;
  return {
    look: ({ headers }: SimulatedRequest) => {
      isAsked = headers['atl-confluence-with-admin-key'] === 'true';
    },
    isUsed: () => isAsked && now !== undefined && now() < until,
    make: ({ method, body }: SimulatedRequest, accountId: string): SimulatedAnswer => {
      if (!now || method !== 'POST') return refusal(404, 'Not Found');
      const minutes = (body as { durationInMinutes?: number }).durationInMinutes ?? 10;
      until = now() + minutes * 60_000;
      return { status: 200, body: { accountId, expirationTime: new Date(until).toISOString() } };
    },
  };
}

function once(isVisible: (content: SimulatedContent) => boolean): (content: SimulatedContent) => boolean {
  const known = new Map<string, boolean>();
  return (content) => {
    const found = known.get(content.id) ?? isVisible(content);
    known.set(content.id, found);
    return found;
  };
}

function isAuthorised(header: string | undefined, isGateway: boolean, token: string): boolean {
  const basic = (secret: string) => `Basic ${Buffer.from(`${ACCOUNT_EMAIL}:${secret}`).toString('base64')}`;
  if (!isGateway) return header === basic(token);
  return header === basic(`scoped-${token}`) || header === `Bearer scoped-${token}`;
}

/** Signed addresses: credentials beside the signature are a mistake that the real service punishes. */
function media(world: ConfluenceWorld, { url, headers }: SimulatedRequest): SimulatedAnswer | undefined {
  if (headers.authorization || url.searchParams.get('token') !== 'signed') return refusal(403, 'Forbidden');
  const attachment = world.attachments.get(url.pathname.split('/')[2] ?? '');
  return (
    attachment && { status: 200, body: attachment.bytes, headers: { 'content-type': attachment.mediaType } }
  );
}

function judges(world: ConfluenceWorld, contextPath: string): Specification[] {
  const lenient = ['format'];
  if (world.deployment === 'data-center')
    return [loadSpecification(specification('dc'), { basePath: contextPath, lenient })].map(corrected);
  return [
    loadSpecification(specification('cloud-v2'), { basePath: '/wiki/api/v2', lenient }),
    loadSpecification(specification('cloud-v1'), { lenient }),
  ].map((each) => ({
    find: (method, path) => each.find(method, path.startsWith(GATEWAY) ? path.slice(GATEWAY.length) : path),
  }));
}

/** The description gives one listing the status of something that was made. */
function corrected({ find }: Specification): Specification {
  return {
    find: (method, path) => {
      const described = find(method, path);
      if (!described || !path.endsWith('/child/attachment')) return described;
      return {
        ...described,
        checkAnswer: (status, body) => described.checkAnswer(status === 200 ? 201 : status, body),
      };
    },
  };
}
