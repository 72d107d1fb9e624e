import { AppError } from '@fumikura/errors';
import { createHttpClient, createPolicedFetch } from '@fumikura/http';
import type { HttpClient, HttpDeps, QueryValue } from '@fumikura/http';
import type { PersonToken } from '@fumikura/ports';
import { createAdminKey } from './admin-key.ts';
import type { ConfluenceConfig } from './config.ts';

export type Query = Readonly<Record<string, QueryValue>>;

export interface ConfluenceClient {
  /** The same site of Data Center asked with another token, within the same limits. */
  as(token: PersonToken): ConfluenceClient;
  /** `path` below the product: `api/v2/pages`, `rest/api/group`, or a link that an answer gave. */
  get<T>(path: string, query: Query, signal: AbortSignal): Promise<T>;
  /** A question that is too long for an address. */
  ask<T>(path: string, body: unknown, signal: AbortSignal): Promise<T>;
  bytes(path: string, signal: AbortSignal): Promise<Uint8Array>;
  /** Into a new file. @throws SOURCE_ANSWER_TOO_LARGE above `maxFileBytes` */
  file(path: string, to: string, signal: AbortSignal): Promise<void>;
}

/** Answers hold a hundred bodies at most. */
const MAX_ANSWER_BYTES = 64 * 1_024 * 1_024;

export function createConfluenceClient(config: ConfluenceConfig, deps: HttpDeps): ConfluenceClient {
  const site = new URL(`${config.url}/`);
  const rate = config.requestsPerSecond === undefined ? {} : { perSecond: config.requestsPerSecond };
  const send = createPolicedFetch({
    home: site,
    userAgent: 'Fumikura/0.1',
    // Each with its own limit at the source: a search that is told to wait holds up no listing.
    budgets: [
      {
        name: 'search',
        matches: ({ pathname }) => pathname.endsWith('/content/search'),
        concurrency: 2,
        ...rate,
      },
      {
        name: 'groups',
        matches: ({ pathname }) => pathname.includes('/rest/api/group'),
        concurrency: config.concurrency,
        ...rate,
      },
      {
        name: 'downloads',
        matches: ({ pathname }) =>
          pathname.endsWith('/download') || pathname.includes('/download/attachments/'),
        concurrency: config.concurrency,
        // Of the hourly points: what files leave to readers and pages.
        reserve: 0.1,
        ...rate,
      },
      { name: 'content', concurrency: config.concurrency, ...rate },
    ],
    maxResponseBytes: Math.max(config.maxFileBytes, MAX_ANSWER_BYTES),
    ...(deps.clock && { clock: deps.clock }),
    ...(deps.onAnswer && { onAnswer: deps.onAnswer }),
    ...(deps.fetch && { fetch: deps.fetch }),
  });
  let opened: Promise<HttpClient> | undefined;
  /** The cloud id is asked for once, and again after a failure. */
  const http = (signal: AbortSignal) => {
    opened ??= open(config, site, send, deps.clock?.now ?? Date.now, signal).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const asPerson = (token: PersonToken) =>
    createHttpClient({
      baseUrl: site,
      fetch: send,
      authorise: async () => ({ authorization: `Bearer ${token.reveal()}` }),
    });
  return { ...clientOver(config, http), as: (token) => askedWith(config, asPerson(token)) };
}

/** A token is one person's: asked with it, nothing leads to another. */
function askedWith(config: ConfluenceConfig, http: HttpClient): ConfluenceClient {
  const client: ConfluenceClient = {
    ...clientOver(config, async () => http),
    as: () => client,
  };
  return client;
}

function clientOver(
  config: ConfluenceConfig,
  http: (signal: AbortSignal) => Promise<HttpClient>,
): Omit<ConfluenceClient, 'as'> {
  return {
    get: async <T>(path: string, query: Query, signal: AbortSignal) => {
      const { body } = await (await http(signal)).json<T>({ path: addressOf(config, path), query, signal });
      if (typeof body !== 'object' || body === null) throw invalid(`${path} answered without an object`);
      return body;
    },
    ask: async <T>(path: string, body: unknown, signal: AbortSignal) =>
      (await (await http(signal)).json<T>({ method: 'POST', path: addressOf(config, path), body, signal }))
        .body,
    bytes: async (path, signal) =>
      (await (await http(signal)).bytes({ path: addressOf(config, path), signal })).body,
    file: async (path, to, signal) => {
      await (await http(signal)).file({ path: addressOf(config, path), signal }, to, config.maxFileBytes);
    },
  };
}

async function open(
  config: ConfluenceConfig,
  site: URL,
  send: typeof fetch,
  now: () => number,
  signal: AbortSignal,
): Promise<HttpClient> {
  const authorization = authorizationOf(config);
  const authorise = async () => ({ authorization });
  const isScoped = 'scopedToken' in config.credential || 'accessToken' in config.credential;
  if (!isScoped) {
    const plain = createHttpClient({ baseUrl: site, fetch: send, authorise });
    if (!config.adminKey) return plain;
    const key = createAdminKey(plain, now);
    const withKey = async (asking: AbortSignal) => ({ authorization, ...(await key(asking)) });
    return createHttpClient({ baseUrl: site, fetch: send, authorise: withKey });
  }
  const cloudId = config.cloudId ?? (await askCloudId(site, send, signal));
  const baseUrl = new URL(`ex/confluence/${encodeURIComponent(cloudId)}/`, config.apiUrl);
  return createHttpClient({ baseUrl, fetch: send, authorise });
}

async function askCloudId(site: URL, send: typeof fetch, signal: AbortSignal): Promise<string> {
  const plain = createHttpClient({ baseUrl: site, fetch: send });
  const { body } = await plain.json<{ readonly cloudId?: unknown }>({ path: '_edge/tenant_info', signal });
  if (typeof body?.cloudId === 'string' && /^[\w-]+$/u.test(body.cloudId)) return body.cloudId;
  throw new AppError('CONFIG_INVALID', 'config', `${site.origin} tells no cloud id`, {
    publicMessage: `${site.origin} does not look like a site of Confluence Cloud: it tells no cloud id.`,
  });
}

function authorizationOf({ credential }: ConfluenceConfig): string {
  const basic = (name: string, word: string) => `Basic ${Buffer.from(`${name}:${word}`).toString('base64')}`;
  if ('token' in credential) return basic(credential.email, credential.token.reveal());
  if ('scopedToken' in credential) return basic(credential.email, credential.scopedToken.reveal());
  if ('accessToken' in credential) return `Bearer ${credential.accessToken.reveal()}`;
  if ('personalToken' in credential) return `Bearer ${credential.personalToken.reveal()}`;
  return basic(credential.username, credential.password.reveal());
}

/**
 * Links name the site, or the site without its context, or neither: what they are below is known here. The part from
 * the interface's own root on is all that is taken of them.
 */
function addressOf({ deployment }: ConfluenceConfig, path: string): string {
  const below = /(?:^|\/)((?:rest\/api|api\/v2|download)\/.*)$/su.exec(path)?.[1];
  if (below === undefined) throw invalid(`a link leads away from the interface: ${path.split('?')[0]}`);
  return deployment === 'cloud' ? `wiki/${below}` : below;
}

export function invalid(what: string): AppError {
  return new AppError('SOURCE_ANSWER_INVALID', 'transient', what, {
    publicMessage: 'Confluence answered with something that is not its interface.',
  });
}

interface Listed<T> {
  readonly results?: readonly T[];
  readonly start?: number;
  readonly limit?: number;
  readonly _links?: { readonly next?: string };
}

export interface ListedPage<T> {
  readonly results: readonly T[];
  /** Link to the next page; none at the end. */
  readonly next: string | undefined;
}

/** From a place in a walk on. A short or an empty page ends nothing; only a missing link does. */
export async function* linkedPages<T>(
  client: ConfluenceClient,
  path: string,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<ListedPage<T>> {
  const seen = new Set<string>();
  for (let at: string | undefined = path; at !== undefined;) {
    const answer: Listed<T> = await client.get<Listed<T>>(at, at === path ? query : {}, signal);
    if (!Array.isArray(answer.results)) throw invalid(`${path} answered without a list`);
    const next = answer._links?.next;
    yield { results: answer.results, next };
    if (next !== undefined && seen.has(next)) throw invalid(`${path} repeats its next link`);
    if (next !== undefined) seen.add(next);
    at = next;
  }
}

/** The older listings of v1: by number, and some of them without links. */
export async function* numberedPages<T>(
  client: ConfluenceClient,
  path: string,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<readonly T[]> {
  for (let start = 0; ;) {
    const answer: Listed<T> = await client.get<Listed<T>>(path, { ...query, start }, signal);
    if (!Array.isArray(answer.results)) throw invalid(`${path} answered without a list`);
    yield answer.results;
    const { length } = answer.results;
    const isFull = length > 0 && length >= (answer.limit ?? length);
    if (length === 0 || (!isFull && answer._links?.next === undefined)) return;
    start += length;
  }
}
