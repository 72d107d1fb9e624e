import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@fumikura/errors';
import { createHttpClient, createPolicedFetch, retryAfterMs } from '@fumikura/http';
import type { HttpAnswer, HttpClient, HttpClock, HttpDeps } from '@fumikura/http';
import type { GithubConfig } from './config.ts';
import { rateLimited, refuseLimit, sayingHowLong, waitOf } from './limits.ts';
import { createTokens } from './tokens.ts';
import type { Tokens } from './tokens.ts';

const MAX_WAIT_MS = 120_000;
const GRAPHQL_ATTEMPTS = 4;
/** A minute; a query is one. */
const GRAPHQL_POINTS = 2_000;
/** Of the hour's quota: what files leave to readers, issues and people. */
const RESERVE = 0.1;
/** An archive is read in one piece; above this its files are read one by one. */
export const MAX_ARCHIVE_BYTES = 48 * 1_024 * 1_024;

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface GithubClient {
  readonly tokens: Tokens;
  get<T>(path: string, query: Query, signal: AbortSignal): Promise<T>;
  /** With its headers; 304 without a body when the tag still fits. */
  ask<T>(path: string, query: Query, signal: AbortSignal, tag?: string): Promise<HttpAnswer<T | undefined>>;
  /** Every page to the end, by the links as they are given. @throws SOURCE_ANSWER_INVALID for a link that repeats */
  pages<T>(path: string, query: Query, signal: AbortSignal): AsyncIterable<T>;
  /** A blob as it is, not wrapped into JSON. */
  bytes(path: string, signal: AbortSignal): Promise<Uint8Array>;
  /** What the path leads to elsewhere, into a new file. @throws SOURCE_ANSWER_TOO_LARGE above `MAX_ARCHIVE_BYTES` */
  download(path: string, to: string, signal: AbortSignal): Promise<void>;
  /** Data of an answer; objects that are gone or hidden are null in it. */
  graphql<T>(query: string, variables: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<T>;
}

export function createGithubClient(config: GithubConfig, deps: HttpDeps): GithubClient {
  const baseUrl = new URL(config.apiUrl);
  const clock = deps.clock ?? { now: Date.now, sleep };
  const { now } = clock;
  const policed = createPolicedFetch({
    home: baseUrl,
    userAgent: 'Fumikura/0.1',
    budgets: [
      {
        name: 'graphql',
        matches: (url) => url.pathname.endsWith('/graphql'),
        concurrency: 2,
        points: { most: GRAPHQL_POINTS, windowMs: 60_000 },
      },
      {
        name: 'archives',
        matches: (url) => url.pathname.includes('/tarball/'),
        concurrency: 1,
        reserve: RESERVE,
      },
      {
        name: 'files',
        matches: (url) => url.pathname.includes('/git/blobs/'),
        concurrency: config.concurrency,
        perSecond: config.requestsPerSecond,
        reserve: RESERVE,
      },
      { name: 'rest', concurrency: config.concurrency, perSecond: config.requestsPerSecond },
    ],
    maxResponseBytes: Math.max(config.maxFileBytes, MAX_ARCHIVE_BYTES),
    maxWaitMs: MAX_WAIT_MS,
    waitOf: waitOf(now),
    clock,
    fetch: sayingHowLong(deps.fetch ?? ((input, init) => fetch(input, init)), now),
    ...(deps.onAnswer && { onAnswer: deps.onAnswer }),
  });
  const tokens = createTokens(config, policed, now);
  const http = createHttpClient({
    baseUrl,
    fetch: minding(policed, tokens, now),
    authorise: async (signal) => ({
      authorization: `Bearer ${await tokens.get(signal)}`,
      'x-github-api-version': '2022-11-28',
    }),
  });
  const ask = <T>(path: string, query: Query, signal: AbortSignal, tag?: string) =>
    http.json<T>({
      path,
      query,
      signal,
      headers: { accept: JSON_TYPE, ...(tag && { 'if-none-match': tag }) },
    });
  return {
    tokens,
    ask,
    get: async <T>(path: string, query: Query, signal: AbortSignal) =>
      (await ask<T>(path, query, signal)).body,
    pages: (path, query, signal) => pages(ask, path, query, signal),
    bytes: async (path, signal) => (await http.bytes({ path, signal, headers: { accept: RAW_TYPE } })).body,
    download: async (path, to, signal) => {
      await http.file({ path, signal, headers: { accept: JSON_TYPE } }, to, MAX_ARCHIVE_BYTES);
    },
    graphql: (query, variables, signal) =>
      graphql(http, clock, graphqlPath(baseUrl), { query, variables }, signal),
  };
}

const JSON_TYPE = 'application/vnd.github+json';
const RAW_TYPE = 'application/vnd.github.raw+json';

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
}

/** On an Enterprise Server it lies beside the REST root, not below it. */
function graphqlPath(baseUrl: URL): string {
  const isServer = baseUrl.pathname.endsWith('/api/v3/');
  return new URL(isServer ? '../graphql' : 'graphql', baseUrl).href;
}

/** What a status alone does not tell: that a limit looks like a refusal, and that a token ended before its time. */
function minding(send: typeof fetch, tokens: Tokens, now: () => number): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    refuseLimit(response, now);
    const headers = new Headers(init?.headers);
    const carried = headers.get('authorization')?.slice('Bearer '.length);
    if (response.status !== 401 || !carried || !tokens.forget(carried)) return response;
    await response.body?.cancel();
    headers.set('authorization', `Bearer ${await tokens.get(init?.signal ?? new AbortController().signal)}`);
    return send(input, { ...init, headers });
  };
}

export function linkOf(headers: Headers, relation: 'next' | 'last'): string | undefined {
  const found = new RegExp(`<([^>]+)>;[^,]*rel="${relation}"`, 'u').exec(headers.get('link') ?? '');
  return found?.[1];
}

async function* pages<T>(
  ask: GithubClient['ask'],
  path: string,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const seen = new Set<string>();
  let next: string | undefined = path;
  let first: Query = { per_page: 100, ...query };
  while (next !== undefined) {
    const { body, headers }: HttpAnswer<T | undefined> = await ask<T>(next, first, signal);
    if (typeof body !== 'object' || body === null) throw invalid(`${path} answered without a list`);
    yield body;
    next = linkOf(headers, 'next');
    first = {};
    if (next !== undefined && seen.has(next)) throw invalid(`${path} repeats its next link`);
    if (next !== undefined) seen.add(next);
  }
}

interface GraphqlBody<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly type?: string; readonly message?: string }[];
}

/** Limits come inside a success. @throws kinds rate-limited, permission, not-found, transient */
async function graphql<T>(
  http: HttpClient,
  clock: HttpClock,
  path: string,
  asked: { readonly query: string; readonly variables: Readonly<Record<string, unknown>> },
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const { body, headers } = await http.json<GraphqlBody<T> | undefined>({
      method: 'POST',
      path,
      body: asked,
      signal,
    });
    const errors = body?.errors ?? [];
    const isLimit = errors.some(
      ({ type, message }) => type === 'RATE_LIMITED' || /rate limit/iu.test(message ?? ''),
    );
    if (!isLimit) {
      // What is gone is null in the data; any other error leaves something out that is there.
      const wrong = errors.filter(({ type }) => type !== 'NOT_FOUND');
      if (body?.data && wrong.length === 0) return body.data;
      throw graphqlError(wrong.length > 0 ? wrong : errors);
    }
    const waitMs = graphqlWait(headers, clock.now(), attempt);
    if (waitMs > MAX_WAIT_MS || attempt + 1 >= GRAPHQL_ATTEMPTS) throw rateLimited(waitMs);
    await clock.sleep(waitMs, signal);
  }
}

function graphqlWait(headers: Headers, nowMs: number, attempt: number): number {
  const asked = retryAfterMs(headers, nowMs);
  if (asked !== undefined) return Math.max(asked, 1_000);
  const reset = Number(headers.get('x-ratelimit-reset')) * 1_000 - nowMs;
  const isUsedUp = headers.get('x-ratelimit-remaining') === '0';
  return isUsedUp && reset > 0 ? reset + 1_000 : 60_000 * 2 ** attempt;
}

function graphqlError(errors: readonly { readonly type?: string; readonly message?: string }[]): AppError {
  const [{ type = '', message = 'no data' } = {}] = errors;
  const what = `GraphQL: ${message.slice(0, 200)}`;
  if (type === 'NOT_FOUND') return new AppError('SOURCE_ITEM_NOT_FOUND', 'not-found', what);
  // An older Enterprise Server does not know every field.
  const isUnknown = /doesn't exist on type|Cannot query field/u.test(message);
  if (type === 'FORBIDDEN' || type === 'INSUFFICIENT_SCOPES' || isUnknown)
    return new AppError('SOURCE_FORBIDDEN', 'permission', what, {
      publicMessage: 'GitHub does not allow our account to read this.',
    });
  return invalid(what);
}

export function invalid(what: string): AppError {
  return new AppError('SOURCE_ANSWER_INVALID', 'transient', what, {
    publicMessage: 'GitHub answered with something that is not its API.',
  });
}
