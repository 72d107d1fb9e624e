import { setTimeout as delay } from 'node:timers/promises';
import { inLanes } from '@fumikura/concurrency';
import { AppError } from '@fumikura/errors';
import { createHttpClient, createPolicedFetch, errorOfStatus, retryAfterMs } from '@fumikura/http';
import type { HttpClient, HttpClock, HttpDeps } from '@fumikura/http';
import type { PersonToken } from '@fumikura/ports';
import type { SharepointConfig } from './config.ts';
import type { Page } from './graph-types.ts';
import { createTokens } from './tokens.ts';
import type { Tokens } from './tokens.ts';

/** Parts that one `$batch` may hold. */
const BATCH_PARTS = 20;
const BATCH_ATTEMPTS = 6;
const BATCHES_AT_ONCE = 8;
const MAX_WAIT_MS = 120_000;

export interface GraphClient {
  readonly tokens: Tokens;
  /** The same service asked with another token, within the same limits. A token that is not taken is not asked for again. */
  as(token: PersonToken): GraphClient;
  readonly http: HttpClient;
  get<T>(path: string, query: Query, signal: AbortSignal): Promise<T>;
  /** Every page to the end. @throws SOURCE_ANSWER_INVALID (transient) for a link that repeats */
  pages<T>(path: string, query: Query, signal: AbortSignal): AsyncIterable<Page<T>>;
  bytes(path: string, signal: AbortSignal): Promise<Uint8Array>;
  /** Into a new file. @throws SOURCE_ANSWER_TOO_LARGE above `maxFileBytes` */
  file(path: string, to: string, signal: AbortSignal): Promise<void>;
  send<T>(method: string, path: string, body: unknown, signal: AbortSignal): Promise<T>;
  /** GETs in batches of 20, each part with its own status and wait; answers in the order of the paths. */
  batch<T>(paths: readonly string[], signal: AbortSignal): Promise<readonly Part<T>[]>;
  /** Where a 410 said to begin again, if it did; forgotten once asked. */
  restartOf(link: string): string | undefined;
}

export type Query = Readonly<Record<string, string | number | undefined>>;
/** The body of a success, or why there is none. Only what is final for this part: 4xx without 429. */
export type Part<T> = { readonly body: T } | { readonly error: AppError };

export function createGraphClient(config: SharepointConfig, deps: HttpDeps): GraphClient {
  const baseUrl = new URL('v1.0/', config.graphUrl);
  const login = new URL(config.loginUrl).host;
  const clock = deps.clock ?? { now: Date.now, sleep };
  const policed = createPolicedFetch({
    home: baseUrl,
    // Traffic that does not name its product is throttled first.
    userAgent: 'ISV|Fumikura|Fumikura/0.1',
    budgets: [
      {
        name: 'sign-in',
        matches: (url) => url.host === login && url.pathname.endsWith('/token'),
        concurrency: 1,
      },
      {
        name: 'permissions',
        matches: (url) => url.pathname.endsWith('/$batch'),
        concurrency: BATCHES_AT_ONCE,
      },
      { name: 'items', concurrency: config.concurrency },
    ],
    maxResponseBytes: Math.max(config.maxFileBytes, 64 * 1_024 * 1_024),
    maxWaitMs: MAX_WAIT_MS,
    clock,
    ...(deps.onAnswer && { onAnswer: deps.onAnswer }),
    ...(deps.fetch && { fetch: deps.fetch }),
  });
  return clientOver(config, { baseUrl, policed, clock, tokens: createTokens(config, policed, clock.now) });
}

interface Over {
  readonly baseUrl: URL;
  readonly policed: typeof fetch;
  readonly clock: HttpClock;
  readonly tokens: Tokens;
}

function clientOver(config: SharepointConfig, over: Over): GraphClient {
  const { baseUrl, policed, clock, tokens } = over;
  const restarts = new Map<string, string>();
  const http = createHttpClient({
    baseUrl,
    fetch: noting(policed, tokens, restarts),
    authorise: async (signal) => ({ authorization: `Bearer ${await tokens.get(signal)}` }),
  });
  const get = async <T>(path: string, query: Query, signal: AbortSignal) =>
    (await http.json<T>({ path, query, signal })).body;
  return {
    tokens,
    as: (token) => clientOver(config, { ...over, tokens: tokensOf(token) }),
    http,
    get,
    pages: (path, query, signal) => pages(get, path, query, signal),
    bytes: async (path, signal) => (await http.bytes({ path, signal })).body,
    file: async (path, to, signal) => {
      await http.file({ path, signal }, to, config.maxFileBytes);
    },
    send: async <T>(method: string, path: string, body: unknown, signal: AbortSignal) =>
      (await http.json<T>({ method, path, body, signal })).body,
    batch: (paths, signal) => batch(http, clock, paths, signal),
    restartOf: (link) => {
      const found = restarts.get(new URL(link, baseUrl).href);
      restarts.delete(new URL(link, baseUrl).href);
      return found;
    },
  };
}

function tokensOf(token: PersonToken): Tokens {
  return {
    get: async () => token.reveal(),
    forget: () => false,
    rights: async () => undefined,
  };
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
}

/** Keeps what the status alone does not tell: where a 410 points, and that a token ended before its time. */
function noting(send: typeof fetch, tokens: Tokens, restarts: Map<string, string>): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : new URL(input).href;
    const response = await send(input, init);
    const location = response.headers.get('location');
    if (response.status === 410 && location) restarts.set(url, location);
    const headers = new Headers(init?.headers);
    const carried = headers.get('authorization')?.slice('Bearer '.length);
    if (response.status !== 401 || !carried) return response;
    if (!tokens.forget(carried)) return response;
    await response.body?.cancel();
    headers.set('authorization', `Bearer ${await tokens.get(init?.signal ?? new AbortController().signal)}`);
    return send(input, { ...init, headers });
  };
}

async function* pages<T>(
  get: GraphClient['get'],
  path: string,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<Page<T>> {
  const seen = new Set<string>();
  let next: string | undefined = path;
  let first: Query = query;
  while (next !== undefined) {
    const page: Page<T> = await get<Page<T>>(next, first, signal);
    if (!Array.isArray(page?.value)) throw invalid(`${path} answered without a list`);
    yield page;
    // A short or an empty page ends nothing; only a missing link does.
    next = page['@odata.nextLink'];
    first = {};
    if (next !== undefined && seen.has(next)) throw invalid(`${path} repeats its next link`);
    if (next !== undefined) seen.add(next);
  }
}

interface BatchAnswer {
  readonly responses?: readonly {
    readonly id: string;
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  }[];
}

async function batch<T>(
  http: HttpClient,
  clock: HttpClock,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly Part<T>[]> {
  const groups: string[][] = [];
  for (let at = 0; at < paths.length; at += BATCH_PARTS) groups.push(paths.slice(at, at + BATCH_PARTS));
  const answers = await inLanes(BATCHES_AT_ONCE, groups, (group) => oneBatch<T>(http, clock, group, signal));
  return answers.flat();
}

/** Sends again only the parts that were told to wait, after the longest of their waits. */
async function oneBatch<T>(
  http: HttpClient,
  clock: HttpClock,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly Part<T>[]> {
  const parts = new Map<number, Part<T>>();
  for (let attempt = 0; parts.size < paths.length; attempt++) {
    const open = paths.map((_, index) => index).filter((index) => !parts.has(index));
    const requests = open.map((index) => ({ id: String(index), method: 'GET', url: `/${paths[index]}` }));
    const { body } = await http.json<BatchAnswer>({
      method: 'POST',
      path: '$batch',
      body: { requests },
      signal,
    });
    let waitMs = 0;
    for (const { id, status, headers = {}, body: answer } of body?.responses ?? []) {
      const path = paths[Number(id)];
      if (path === undefined) throw invalid('a batch answered a part that was not asked for');
      if (status < 300) {
        parts.set(Number(id), { body: answer as T });
        continue;
      }
      const wait = retryAfterMs(new Headers(headers), clock.now());
      const error = errorOfStatus({
        status,
        method: 'GET',
        url: new URL(path, 'https://batch.invalid/').href,
        reason: JSON.stringify(answer ?? ''),
        ...(wait !== undefined && { retryAfterMs: wait }),
      });
      if (error.kind !== 'rate-limited' && error.kind !== 'transient') parts.set(Number(id), { error });
      else if (attempt + 1 >= BATCH_ATTEMPTS || (wait ?? 0) > MAX_WAIT_MS) throw error;
      else waitMs = Math.max(waitMs, wait ?? 0, 500 * 2 ** attempt);
    }
    if (waitMs === 0 && parts.size < paths.length) throw invalid('a batch left parts unanswered');
    if (waitMs > 0) await clock.sleep(waitMs, signal);
  }
  return paths.map((path, index) => parts.get(index) ?? { error: invalid(`no answer for ${path}`) });
}

function invalid(what: string): AppError {
  return new AppError('SOURCE_ANSWER_INVALID', 'transient', what, {
    publicMessage: 'SharePoint answered with something that is not its API.',
  });
}
