import { AppError } from '@fumikura/errors';
import { createHttpClient, createPolicedFetch } from '@fumikura/http';
import type { HttpDeps } from '@fumikura/http';
import type { PersonToken } from '@fumikura/ports';
import type { JiraConfig } from './config.ts';
import type { OffsetPage } from './jira-types.ts';

export interface JiraClient {
  /** The same site asked with another token, within the same limits. */
  as(token: PersonToken): JiraClient;
  readonly isCloud: boolean;
  get<T>(path: string, query: Query, signal: AbortSignal): Promise<T>;
  post<T>(path: string, body: unknown, signal: AbortSignal): Promise<Answered<T>>;
  /** Lists of `startAt` and `total`, to the end. @throws SOURCE_ANSWER_INVALID (transient) for an answer without a list */
  pages<T>(path: string, query: Query, signal: AbortSignal): AsyncIterable<readonly T[]>;
  /** Of an attachment: by its id in Cloud, at the address it names in Data Center. */
  attachment(id: string, address: string | undefined, signal: AbortSignal): Promise<Uint8Array>;
  /** The same into a new file. @throws SOURCE_ANSWER_TOO_LARGE above `maxFileBytes` */
  saveAttachment(id: string, address: string | undefined, to: string, signal: AbortSignal): Promise<void>;
}

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface Answered<T> {
  readonly body: T;
  /** By the server's clock, or ours where it does not say. Milliseconds. */
  readonly atMs: number;
}

export function createJiraClient(config: JiraConfig, { onAnswer, fetch: send, clock }: HttpDeps): JiraClient {
  const isCloud = config.deployment === 'cloud';
  const site = new URL(config.baseUrl.endsWith('/') ? config.baseUrl : `${config.baseUrl}/`);
  const baseUrl = new URL(isCloud ? 'rest/api/3/' : 'rest/api/2/', site);
  const now = clock?.now ?? Date.now;
  const policed = createPolicedFetch({
    home: site,
    userAgent: 'Fumikura/0.1',
    budgets: budgets(config.concurrency),
    maxResponseBytes: Math.max(config.maxFileBytes, 64 * 1_024 * 1_024),
    waitOf: (status, headers) => quotaWait(status, headers, now()),
    ...(clock && { clock }),
    ...(onAnswer && { onAnswer }),
    ...(send && { fetch: send }),
  });
  return clientOver(config, { baseUrl, policed, now, authorization: () => authorization(config) });
}

interface Over {
  readonly baseUrl: URL;
  readonly policed: typeof fetch;
  readonly now: () => number;
  readonly authorization: () => string;
}

function clientOver(config: JiraConfig, over: Over): JiraClient {
  const { baseUrl, policed, now } = over;
  const isCloud = config.deployment === 'cloud';
  const http = createHttpClient({
    baseUrl,
    fetch: policed,
    authorise: async () => ({ authorization: over.authorization() }),
  });
  const attachmentPath = (id: string, address: string | undefined) =>
    isCloud || !address ? `attachment/content/${encodeURIComponent(id)}` : address;
  const get = async <T>(path: string, query: Query, signal: AbortSignal) =>
    (await http.json<T>({ path, query, signal })).body;
  return {
    isCloud,
    as: (token) => clientOver(config, { ...over, authorization: () => `Bearer ${token.reveal()}` }),
    get,
    post: async <T>(path: string, body: unknown, signal: AbortSignal) => {
      const answer = await http.json<T>({ method: 'POST', path, body, signal });
      const at = Date.parse(answer.headers.get('date') ?? '');
      return { body: answer.body, atMs: Number.isNaN(at) ? now() : at };
    },
    pages: (path, query, signal) => pages(get, path, query, signal),
    attachment: async (id, address, signal) =>
      (await http.bytes({ path: attachmentPath(id, address), signal })).body,
    saveAttachment: async (id, address, to, signal) => {
      await http.file({ path: attachmentPath(id, address), signal }, to, config.maxFileBytes);
    },
  };
}

/** Of the hourly points: what content leaves to readers, people and single issues. */
const RESERVE = 0.1;

/** Each endpoint has limits of its own: a download that waits must not hold up a search. */
function budgets(concurrency: number) {
  const at = (name: string, pattern: RegExp, most: number, reserve?: number) => ({
    name,
    matches: (url: URL) => pattern.test(url.pathname),
    concurrency: most,
    ...(reserve !== undefined && { reserve }),
  });
  return [
    at('search', /\/search(?:\/|$)/u, 2),
    at('downloads', /\/attachment\/content\/|\/secure\/attachment\//u, 16, RESERVE),
    at('history', /\/changelog\/bulkfetch$/u, concurrency, RESERVE),
    at('permissions', /\/(?:permissionscheme|role|issuesecurityschemes|applicationrole)(?:\/|$)/u, 4),
    at('directory', /\/(?:users\/search|user(?:\/list)?|group\/\w+|groups\/picker)$/u, 4),
    { name: 'issues', concurrency: concurrency * 2 },
  ];
}

function authorization({ credential }: JiraConfig): string {
  const token = credential.token.reveal();
  if (!('email' in credential)) return `Bearer ${token}`;
  return `Basic ${Buffer.from(`${credential.email}:${token}`).toString('base64')}`;
}

/** A spent quota says when it fills again, and often nothing else. */
function quotaWait(status: number, headers: Headers, nowMs: number): number | undefined {
  if (status !== 429 || headers.has('retry-after')) return undefined;
  const reset = Date.parse(headers.get('x-ratelimit-reset') ?? '');
  return Number.isNaN(reset) ? undefined : Math.max(0, reset - nowMs);
}

const MAX_PAGES = 100_000;

async function* pages<T>(
  get: JiraClient['get'],
  path: string,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<readonly T[]> {
  let startAt = 0;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { values, isLast, total } = await get<OffsetPage<T>>(path, { ...query, startAt }, signal);
    if (!Array.isArray(values)) throw invalid(`${path} answered without a list`);
    yield values;
    startAt += values.length;
    // A page may be shorter than asked; where the total is said, only that ends the list.
    if (values.length === 0 || (total === undefined ? isLast !== false : startAt >= total)) return;
  }
  throw invalid(`${path} has no end`);
}

export function invalid(message: string): AppError {
  return new AppError('SOURCE_ANSWER_INVALID', 'transient', message, {
    publicMessage: 'The source answered with something that is not its API.',
  });
}
