import { open, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { AppError, toAppError } from '@fumikura/errors';
import { boundBody } from './bounded-body.ts';
import { errorOfStatus } from './status.ts';
import { retryAfterMs } from './waits.ts';

export type QueryValue = string | number | boolean | readonly string[] | undefined;

export interface HttpRequest {
  /** Below the base URL, or an absolute address of the same origin (a `next` link). */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

export interface HttpAnswer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
  /** The address that answered, redirects followed. */
  readonly url: string;
}

/** Calls of one source. Every failure is an AppError whose kind decides what happens next. */
export interface HttpClient {
  /** 304 answers with an undefined body. @throws SOURCE_ANSWER_INVALID (transient) for anything that is not JSON */
  json<T>(request: HttpRequest): Promise<HttpAnswer<T>>;
  bytes(request: HttpRequest): Promise<HttpAnswer<Uint8Array>>;
  /**
   * The body as a new file, whatever its size, without holding it in memory; its size in bytes is what is answered. A part
   * of a file is never left behind. @throws SOURCE_ANSWER_TOO_LARGE (invalid-input) above `maxBytes`
   */
  file(request: HttpRequest, path: string, maxBytes: number): Promise<HttpAnswer<number>>;
}

export interface HttpClientOptions {
  /** With a trailing slash when it has a path. */
  readonly baseUrl: URL;
  /** Usually made by `createPolicedFetch`. */
  readonly fetch: typeof fetch;
  /** Asked for each request to the base URL's own origin; redirects elsewhere carry none of it. */
  readonly authorise?: (signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
}

export function createHttpClient({ baseUrl, fetch: send, authorise }: HttpClientOptions): HttpClient {
  const ask = async (request: HttpRequest, accept: string): Promise<Response> => {
    const url = address(baseUrl, request);
    const method = request.method ?? 'GET';
    const credentials = url.origin === baseUrl.origin ? await authorise?.(request.signal) : undefined;
    const response = await send(url, {
      method,
      signal: request.signal,
      headers: {
        accept,
        ...credentials,
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    });
    if (response.ok || response.status === 304) return response;
    const wait = retryAfterMs(response.headers, Date.now());
    throw errorOfStatus({
      status: response.status,
      method,
      url: url.href,
      reason: await reasonOf(response),
      ...(wait !== undefined && { retryAfterMs: wait }),
    });
  };
  return {
    json: <T>(request: HttpRequest) =>
      whole(async () => {
        const response = await ask(request, 'application/json');
        const body = response.status === 304 ? undefined : await parse(response, request.signal);
        return { status: response.status, headers: response.headers, body: body as T, url: response.url };
      }, request.signal),
    bytes: (request) =>
      whole(async () => {
        const response = await ask(request, '*/*');
        const body = await read(response, request.signal);
        return { status: response.status, headers: response.headers, body, url: response.url };
      }, request.signal),
    file: (request, path, maxBytes) =>
      whole(async () => {
        const response = boundBody(await ask(request, '*/*'), maxBytes);
        const body = await saved(response, path, request.signal);
        return { status: response.status, headers: response.headers, body, url: response.url };
      }, request.signal),
  };
}

/** Answers of which only a part came, or none of the API's. */
const ATTEMPTS = 3;

/** Asks again when an answer began well and did not end so: nobody below sees that. */
async function whole<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const isPart =
        error instanceof AppError && PARTIAL.has(error.code) && error.details['status'] === undefined;
      if (!isPart || attempt >= ATTEMPTS || signal.aborted) throw error;
    }
  }
}

const PARTIAL = new Set(['SOURCE_UNAVAILABLE', 'SOURCE_ANSWER_INVALID']);

/** @throws AppError SOURCE_REDIRECT_REFUSED for a link that leaves the source's origin */
function address(baseUrl: URL, { path, query = {} }: HttpRequest): URL {
  const url = new URL(path, baseUrl);
  if (url.origin !== baseUrl.origin)
    throw new AppError(
      'SOURCE_REDIRECT_REFUSED',
      'permission',
      `${baseUrl.origin} sends us to ${url.origin}`,
      {
        publicMessage: 'The source named an address that is not its own.',
      },
    );
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (Array.isArray(value))
      for (const each of value as readonly string[]) url.searchParams.append(name, each);
    else url.searchParams.set(name, String(value));
  }
  return url;
}

async function parse(response: Response, signal: AbortSignal): Promise<unknown> {
  const text = new TextDecoder().decode(await read(response, signal));
  if (response.status === 204 || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const isPage = /^\s*</.test(text);
    const { origin, pathname } = new URL(response.url);
    throw new AppError(
      'SOURCE_ANSWER_INVALID',
      'transient',
      `${origin}${pathname} answered ${isPage ? 'with a page' : 'with damaged or cut JSON'} instead of JSON`,
      { publicMessage: 'The source answered with something that is not its API.', cause },
    );
  }
}

async function read(response: Response, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw cutOff(response, error, signal);
  }
}

async function saved(response: Response, path: string, signal: AbortSignal): Promise<number> {
  const file = await open(path, 'wx').catch(async (error: unknown) => {
    await response.body?.cancel();
    throw error;
  });
  try {
    await pipeline(response.body ?? [], file.createWriteStream(), { signal });
    return (await stat(path)).size;
  } catch (error) {
    await rm(path, { force: true });
    const isOurs = (error as NodeJS.ErrnoException).syscall !== undefined;
    throw isOurs ? error : cutOff(response, error, signal);
  }
}

function cutOff(response: Response, error: unknown, signal: AbortSignal): AppError {
  if (error instanceof AppError) return error;
  if (signal.aborted) return toAppError(signal.reason);
  const what = `the answer of ${response.url.split('?')[0]} was cut off`;
  return new AppError('SOURCE_UNAVAILABLE', 'transient', what, { cause: error });
}

/** The first words of a refusal; its body may fail or be of any kind. */
async function reasonOf(response: Response): Promise<string> {
  return response.text().catch(() => '');
}
