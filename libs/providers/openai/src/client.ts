import { AppError, toAppError } from '@fumikura/errors';
import type { Secret } from '@fumikura/config';
import { createPolicedFetch } from '@fumikura/http';
import type { HttpClock } from '@fumikura/http';
import { ownError } from './failures.ts';
import { openedOnce, refusalOf } from './vendor.ts';
import type { OpenClient } from './vendor.ts';

export interface EndpointOptions {
  /** With its version path: `https://api.openai.com/v1`. */
  readonly baseUrl: URL;
  readonly apiKey?: Secret;
  readonly timeoutMs?: number;
  readonly clock?: HttpClock;
}

export interface EmbeddingRequest {
  readonly model: string;
  readonly input: readonly string[];
  readonly dimensions?: number;
}

/** The endpoint does not take this request; a part of it, it may. */
export class BatchRefused extends Error {
  override readonly name = 'BatchRefused';
}

export type Ask = (request: EmbeddingRequest, signal: AbortSignal) => Promise<unknown>;

/** Longest wait that is slept through; longer ones are for whoever plans the work. */
const MAX_WAIT_MS = 60_000;
/** Requests of the backlog at once. */
const CONCURRENCY = 2;
const MAX_ANSWER_BYTES = 256 * 1_024 * 1_024;

/** Backlog and queries have budgets of their own, so that no query waits for the backlog. */
export function createEndpoint(options: EndpointOptions): { readonly passage: Ask; readonly query: Ask } {
  return {
    passage: createAsk(options, { attempts: 3, concurrency: CONCURRENCY }),
    query: createAsk(options, { attempts: 2, concurrency: 8 }),
  };
}

/** The vendor's client over our own `fetch`, which keeps to limits and repeats. */
export function createClient(
  { baseUrl, apiKey, timeoutMs = 120_000, clock }: EndpointOptions,
  { name, attempts, concurrency }: { name: string; attempts: number; concurrency: number },
): OpenClient {
  return openedOnce({
    // Local endpoints want none, the package wants one.
    apiKey: apiKey?.reveal() ?? 'none',
    baseURL: baseUrl.href.replace(/\/$/u, ''),
    // The environment is not ours to read here.
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: timeoutMs * attempts + MAX_WAIT_MS * attempts,
    logLevel: 'off',
    fetch: createPolicedFetch({
      home: baseUrl,
      userAgent: 'fumikura',
      budgets: [{ name, concurrency }],
      timeoutMs,
      attempts,
      maxWaitMs: MAX_WAIT_MS,
      maxResponseBytes: MAX_ANSWER_BYTES,
      fetch: withoutHopeless,
      ...(clock && { clock }),
    }),
  });
}

function createAsk(options: EndpointOptions, limits: { attempts: number; concurrency: number }): Ask {
  const open = createClient(options, { name: 'embeddings', ...limits });
  return async ({ model, input, dimensions }, signal) => {
    try {
      const client = await open();
      return await client.embeddings.create(
        {
          model,
          input: [...input],
          encoding_format: 'base64',
          ...(dimensions !== undefined && { dimensions }),
        },
        { signal },
      );
    } catch (error) {
      throw understood(error, signal);
    }
  };
}

/** 429 also says that the money is gone, which no waiting mends: it becomes 402, which is not repeated. */
export const withoutHopeless: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status !== 429) return response;
  const text = await response.text();
  const status = text.includes('insufficient_quota') ? 402 : 429;
  const headers = new Headers(response.headers);
  for (const name of ['content-encoding', 'content-length']) headers.delete(name);
  return new Response(text, { status, headers });
};

function understood(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return toAppError(signal.reason);
  const own = ownError(error);
  if (own)
    return unavailable(
      own.message,
      own.kind === 'rate-limited' ? 'rate-limited' : 'transient',
      own,
      own.retryAfterMs,
    );
  const refusal = refusalOf(error);
  if (!refusal)
    return unavailable(error instanceof Error ? error.message : String(error), 'transient', error);
  const { status, message } = refusal;
  if (status === 400 || status === 413 || status === 422) return new BatchRefused(message, { cause: error });
  if (status === 401 || status === 403)
    return new AppError('EMBEDDER_UNAUTHORISED', 'auth', message, {
      publicMessage:
        'The embedder does not accept our key. Set another one and go on with "fumi embed resume".',
      cause: error,
    });
  if (status === 402) return refused('its quota is used up; see its billing page', error);
  if (status === 404) return refused(`it knows no such model or address (${message})`, error);
  if (status === 429) return unavailable(message, 'rate-limited', error, MAX_WAIT_MS);
  return status >= 500 ? unavailable(message, 'transient', error) : refused(message, error);
}

export function refused(why: string, cause: unknown): AppError {
  return new AppError('EMBEDDER_REFUSED', 'config', `the embedder refuses: ${why}`, {
    publicMessage: `The embedder refuses: ${why}.`,
    cause,
  });
}

function unavailable(
  message: string,
  kind: 'transient' | 'rate-limited',
  cause: unknown,
  retryAfterMs?: number,
): AppError {
  return new AppError('EMBEDDER_UNAVAILABLE', kind, message, {
    publicMessage: 'The embedder cannot be reached at the moment.',
    cause,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
