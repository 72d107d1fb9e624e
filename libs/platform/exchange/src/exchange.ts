import { createHash } from 'node:crypto';
import type { Secret } from '@fumikura/config';
import { AppError, toAppError } from '@fumikura/errors';
import { createPolicedFetch, refuseInnerAddress } from '@fumikura/http';
import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { LRUCache } from 'lru-cache';
import { exchangedToken, refusalOf } from './answer.ts';
import type { ExchangedToken } from './answer.ts';
import { formOf } from './request.ts';
import type { ExchangeSettings, SubjectToken, TokenExchange } from './types.ts';

const MAX_CACHED = 10_000;
const MAX_ANSWER_BYTES = 262_144;
/** What ends within this time is not used any more: a request may wait that long in our own queue. */
const MARGIN_MS = 10_000;
/** A refusal is believed so long: consent that was given meanwhile counts after it. */
const REFUSED_MS = 30_000;
const FAILURES_BEFORE_BREAK = 3;
const BREAK_MS = 15_000;

export interface ExchangeDeps {
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

type Known = ExchangedToken | { readonly refused: AppError; readonly until: number };

/**
 * Tokens are kept in memory alone, under a hash of whose and of which token they were made; never beyond the end of either. One exchange
 * at a time for the same, whoever waits for it.
 */
export function createTokenExchange(settings: ExchangeSettings, deps: ExchangeDeps = {}): TokenExchange {
  const { now = Date.now } = deps;
  const known = new LRUCache<string, Known>({ max: MAX_CACHED });
  const asked = new Map<string, Promise<Secret>>();
  const breaker = circuitBreaker(
    handleWhen((error) => toAppError(error).code === 'EXCHANGE_UNAVAILABLE'),
    { halfOpenAfter: BREAK_MS, breaker: new ConsecutiveBreaker(FAILURES_BEFORE_BREAK) },
  );
  const send = createPolicedFetch({
    home: new URL(settings.tokenUrl),
    userAgent: 'Fumikura/0.1',
    attempts: 1,
    timeoutMs: settings.timeoutMs,
    maxResponseBytes: MAX_ANSWER_BYTES,
    ...(deps.fetch && { fetch: deps.fetch }),
  });
  let generation = 0;

  const ask = async (key: string, subject: SubjectToken): Promise<Secret> => {
    const began = generation;
    try {
      const given = await breaker.execute(() => exchange(settings, subject, send, now));
      const expiresAt = given.expiresAt - MARGIN_MS;
      // What was asked for before somebody left is not kept for after.
      if (began === generation) known.set(key, { ...given, expiresAt });
      return given.token;
    } catch (cause) {
      const error =
        cause instanceof BrokenCircuitError
          ? unavailable('it failed again and again', cause)
          : toAppError(cause);
      if (error.code === 'EXCHANGE_REFUSED' && began === generation)
        known.set(key, { refused: error, until: now() + REFUSED_MS });
      throw error;
    }
  };

  return {
    issuer: settings.issuer,
    tokenFor: async (subject, signal) => {
      await requireHolding(settings, subject, now);
      const key = keyOf(subject);
      const hit = known.get(key);
      if (hit && 'token' in hit && hit.expiresAt > now()) return hit.token;
      if (hit && 'refused' in hit && hit.until > now()) throw hit.refused;
      const running = asked.get(key);
      if (running) return orAborted(running, signal);
      const own = ask(key, subject).finally(() => {
        if (asked.get(key) === own) asked.delete(key);
      });
      asked.set(key, own);
      return orAborted(own, signal);
    },
    forget: (token) => {
      for (const [key, value] of known.entries())
        if ('token' in value && value.token === token) known.delete(key);
    },
    clear: () => {
      generation++;
      known.clear();
      asked.clear();
    },
  };
}

/** Sent to its own issuer alone, and only while it holds. */
async function requireHolding(
  { issuer }: ExchangeSettings,
  subject: SubjectToken,
  now: () => number,
): Promise<void> {
  const holds =
    subject.issuer === issuer &&
    subject.expiresAt * 1_000 > now() &&
    ((await subject.holdsStill?.()) ?? true);
  if (!holds) throw refusalOf(401, { error: 'invalid_grant' });
}

async function exchange(
  settings: ExchangeSettings,
  subject: SubjectToken,
  send: typeof fetch,
  now: () => number,
): Promise<ExchangedToken> {
  const { status, answer } = await answerOf(settings, subject, send, now);
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) throw refusalOf(status, answer);
  if (status !== 200) throw unavailable(`status ${status}`);
  if (!answer) throw unavailable('the answer is no JSON object');
  const given = exchangedToken(answer, settings, subject, now());
  if (given.expiresAt - MARGIN_MS <= now())
    throw new AppError('EXCHANGE_INVALID', 'auth', 'the token exchange gave a token that ends at once', {
      publicMessage: 'the sign-in service answered with a token that is not to be used',
    });
  return given;
}

async function answerOf(
  settings: ExchangeSettings,
  subject: SubjectToken,
  send: typeof fetch,
  now: () => number,
): Promise<{ readonly status: number; readonly answer: Record<string, unknown> | undefined }> {
  const body = (await formOf(settings, subject, now())).toString();
  try {
    await refuseInnerAddress(new URL(settings.tokenUrl), new URL(settings.issuer));
    // A redirect is an answer like any other: a form with somebody's token in it follows nobody.
    const response = await send(settings.tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body,
    });
    return { status: response.status, answer: parsed(await response.text()) };
  } catch (cause) {
    throw unavailable(toAppError(cause).code, cause);
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // What is no object holds no token.
  }
}

function unavailable(why: string, cause?: unknown): AppError {
  return new AppError('EXCHANGE_UNAVAILABLE', 'transient', `the token exchange did not answer: ${why}`, {
    publicMessage: 'the sign-in service did not give a token of yours for it in time',
    ...(cause !== undefined && { cause }),
  });
}

/** The exchange goes on for the others who wait for it, and for the next time. */
async function orAborted(work: Promise<Secret>, signal: AbortSignal): Promise<Secret> {
  signal.throwIfAborted();
  let leave: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(toAppError(signal.reason));
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (leave) signal.removeEventListener('abort', leave);
  }
}

/** Whose and which: one person's never serves another one, even if they came with the same token. */
function keyOf({ issuer, subject, token }: SubjectToken): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject, token.reveal()]))
    .digest('base64url');
}
