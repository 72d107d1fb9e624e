import { AppError, toAppError } from '@fumikura/errors';
import { boundBody } from './bounded-body.ts';
import { Budget } from './budget.ts';
import type { BudgetLimits } from './budget.ts';
import { systemClock } from './clock.ts';
import type { HttpClock } from './clock.ts';
import { startDeadline } from './deadline.ts';
import { Quotas } from './quotas.ts';
import { judgedConnections } from './judged-connections.ts';
import type { Dispatcher } from './judged-connections.ts';
import { CREDENTIAL_HEADERS, redirectTarget } from './redirects.ts';
import type { Resolve } from './redirects.ts';
import { backoffMs, retryAfterMs } from './waits.ts';

export interface FetchPolicy {
  /** Where the source lives: redirects are judged by it. */
  readonly home: URL;
  readonly userAgent: string;
  /** The first that fits a request is used; one for everything else is added. */
  readonly budgets?: readonly BudgetLimits[];
  /** Per attempt, the whole body included; default 60,000. */
  readonly timeoutMs?: number;
  /** Default 64 MiB. */
  readonly maxResponseBytes?: number;
  /** Attempts in all for one request; default 6. */
  readonly attempts?: number;
  /** A longer wait is not slept through but handed to the caller as `rate-limited`; default 120,000. */
  readonly maxWaitMs?: number;
  /**
   * Whether an answer means "wait and ask again" although its status does not say so, and how long; asked for each
   * answer that is not a success. `undefined` leaves it to the status and to Retry-After.
   */
  readonly waitOf?: (status: number, headers: Headers) => number | undefined;
  /** Told of every answer: for counters, quota and tests. */
  readonly onAnswer?: (fact: AnswerFact) => void;
  readonly clock?: HttpClock;
  readonly random?: () => number;
  readonly fetch?: typeof fetch;
  /** What names stand for; the system's by default. */
  readonly resolve?: Resolve;
}

/** What an app hands to the client of a source. */
export type HttpDeps = Pick<FetchPolicy, 'onAnswer' | 'clock' | 'fetch'>;

export interface AnswerFact {
  readonly budget: string;
  readonly method: string;
  readonly path: string;
  /** 0 when no answer came. */
  readonly status: number;
  readonly durationMs: number;
  readonly headers?: Headers;
}

/** A policy and what it keeps between requests. */
type Kept = FetchPolicy & { readonly clock: HttpClock; readonly judged: () => Promise<Dispatcher> };

interface Sent {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly signal: AbortSignal;
}

const NEVER = new AbortController().signal;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 60_000;
const MAX_REDIRECTS = 5;
const REPEATED = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * A `fetch` that keeps to a source's limits: budgets, Retry-After, jittered back-off with ceiling, a timeout for each
 * attempt, bounded bodies, redirects without credentials. Vendor clients are given it as their own. An answer that is
 * still no success after the last attempt is returned, not thrown; it throws AppError for everything that is no answer.
 * Requests must be repeatable: connectors only read.
 */
export function createPolicedFetch(policy: FetchPolicy): typeof fetch {
  const clock = policy.clock ?? systemClock;
  const judged = judgedConnections(policy.home, policy.resolve);
  const quotas = new Quotas();
  const budgets = [...(policy.budgets ?? []), { name: 'other' }].map(
    (limits) => new Budget(limits, quotas, clock),
  );
  const onAnswer = (fact: AnswerFact) => {
    if (fact.headers) quotas.told(fact.budget, fact.headers);
    policy.onAnswer?.(fact);
  };
  return async (input, init) => {
    const sent = await toSent(input, init, policy.userAgent);
    const budget = budgets.find((each) => each.fits(sent.url, sent.method));
    if (!budget) throw new AppError('UNEXPECTED', 'internal', 'no budget fits');
    return persist(sent, budget, { ...policy, clock, onAnswer, judged });
  };
}

async function persist(sent: Sent, budget: Budget, policy: Kept): Promise<Response> {
  const { attempts = 6, maxWaitMs = 120_000, clock, random = Math.random } = policy;
  for (let attempt = 0; ; attempt++) {
    const isLast = attempt + 1 >= attempts;
    refuseLongWait(budget.pausedMs(), maxWaitMs, sent);
    const outcome = await budget
      .run(() => attemptOnce(sent, budget.name, policy), budget.costOf(sent.url, sent.method), sent.signal)
      .catch((error: unknown) => {
        const reason = sent.signal.aborted ? toAppError(sent.signal.reason) : transportError(error, sent);
        if (isLast || reason.kind !== 'transient' || sent.signal.aborted) throw reason;
        return reason;
      });
    const backoff = backoffMs(attempt, FIRST_DELAY_MS, MAX_DELAY_MS, random);
    if (outcome instanceof AppError) {
      await clock.sleep(backoff, sent.signal);
      continue;
    }
    if (outcome.ok || outcome.status === 304) return outcome;
    const asked =
      policy.waitOf?.(outcome.status, outcome.headers) ?? retryAfterMs(outcome.headers, clock.now());
    const isRepeated =
      REPEATED.has(outcome.status) || policy.waitOf?.(outcome.status, outcome.headers) !== undefined;
    if (!isRepeated || isLast) return outcome;
    await outcome.body?.cancel();
    // A source that always answers "1" or nothing would be hammered: the back-off is the least we wait.
    const waitMs = Math.max(asked ?? 0, backoff);
    refuseLongWait(waitMs, maxWaitMs, sent);
    if (outcome.status === 429 || asked !== undefined) budget.pause(waitMs);
    else await clock.sleep(waitMs, sent.signal);
  }
}

async function attemptOnce(
  sent: Sent,
  budget: string,
  {
    fetch: send = fetch,
    timeoutMs = 60_000,
    maxResponseBytes = 64 * 1_024 * 1_024,
    home,
    resolve,
    judged,
    onAnswer,
    clock,
  }: Kept,
): Promise<Response> {
  const startedAt = clock.now();
  const deadline = startDeadline(sent.signal, timeoutMs);
  const tell = (status: number, headers?: Headers) =>
    onAnswer?.({
      budget,
      method: sent.method,
      path: sent.url.pathname,
      status,
      durationMs: clock.now() - startedAt,
      ...(headers && { headers }),
    });
  try {
    const response = await follow(sent, { home, resolve }, async (url, headers) =>
      send(url, {
        ...(url.hostname !== home.hostname && { dispatcher: await judged() }),
        method: sent.method,
        headers,
        redirect: 'manual',
        signal: deadline.signal,
        ...(sent.body && { body: sent.body }),
      }),
    );
    tell(response.status, response.headers);
    return boundBody(response, maxResponseBytes, deadline.end);
  } catch (error) {
    deadline.end();
    tell(0);
    throw error;
  }
}

async function follow(
  { url, method, headers }: Sent,
  { home, resolve }: Pick<FetchPolicy, 'home'> & { readonly resolve: Resolve | undefined },
  send: (url: URL, headers: Headers) => Promise<Response>,
): Promise<Response> {
  let at = url;
  const carried = new Headers(headers);
  for (let hops = 0; ; hops++) {
    const response = await send(at, carried);
    const location = response.headers.get('location');
    const isRedirect = [301, 302, 303, 307, 308].includes(response.status) && location !== null;
    if (!isRedirect || (method !== 'GET' && method !== 'HEAD')) return response;
    await response.body?.cancel();
    if (hops >= MAX_REDIRECTS)
      throw new AppError('SOURCE_REDIRECT_REFUSED', 'permission', `${url.origin} redirects without end`);
    const next = await redirectTarget(at, location, home, resolve);
    if (next.origin !== at.origin) for (const name of CREDENTIAL_HEADERS) carried.delete(name);
    at = next;
  }
}

async function toSent(
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
  userAgent: string,
): Promise<Sent> {
  const { body: content, signal } = init ?? {};
  const isPlain = !(input instanceof Request) && (content === undefined || typeof content === 'string');
  // A `Request` of its own costs ten kilobytes for as long as the signal lives that it follows.
  const request = isPlain ? undefined : new Request(input, init);
  const headers = new Headers(request?.headers ?? init?.headers);
  headers.set('user-agent', userAgent);
  if (!request)
    return {
      url: new URL(input as string | URL),
      method: init?.method ?? 'GET',
      headers,
      body: typeof content === 'string' ? new TextEncoder().encode(content) : undefined,
      signal: signal ?? NEVER,
    };
  const body = request.body ? new Uint8Array(await request.arrayBuffer()) : undefined;
  return { url: new URL(request.url), method: request.method, headers, body, signal: request.signal };
}

function refuseLongWait(waitMs: number, maxWaitMs: number, { url }: Sent): void {
  if (waitMs <= maxWaitMs) return;
  throw new AppError(
    'SOURCE_RATE_LIMITED',
    'rate-limited',
    `${url.origin} asks us to wait ${Math.ceil(waitMs / 1_000)} s`,
    { retryAfterMs: waitMs, publicMessage: 'The source is busy; the sync goes on when it allows.' },
  );
}

function transportError(error: unknown, { method, url }: Sent): AppError {
  if (error instanceof AppError) return error;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  // Refused while it was connected to.
  if (cause instanceof AppError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError('SOURCE_UNAVAILABLE', 'transient', `${method} ${url.origin}${url.pathname}: ${why}`, {
    publicMessage: `The source at ${url.origin} cannot be reached.`,
    cause: error,
  });
}
