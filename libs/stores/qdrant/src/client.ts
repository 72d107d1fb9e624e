import { AppError } from '@fumikura/errors';
import { QdrantClient } from '@qdrant/js-client-rest';
import {
  BrokenCircuitError,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';

export interface ClientOptions {
  /** `http://host:6333`, or https. */
  readonly url: string;
  readonly apiKey?: { reveal(): string };
  /** For one request, ms; default 30,000. */
  readonly timeoutMs?: number;
  /** Times a request is sent before it fails; default 4. Every request here may be sent again. */
  readonly attempts?: number;
}

const BREAK_AFTER = 8;
const HALF_OPEN_AFTER_MS = 1_000;
/** A wait that is longer is the caller's to decide about. */
const LONGEST_WAIT_MS = 5_000;

export type Call = <T>(work: (client: QdrantClient) => Promise<T>) => Promise<T>;

/**
 * One server or cluster, with what every request to it gets: a time-out, repeats for what may pass, and a breaker, so
 * that a server that is gone is not waited for again and again. Rejects with STORE_UNREACHABLE, STORE_REFUSED.
 */
export function createCall({ url, apiKey, timeoutMs = 30_000, attempts = 4 }: ClientOptions): Call {
  const { protocol, hostname, port, pathname } = new URL(url);
  const client = new QdrantClient({
    host: hostname,
    port: port === '' ? (protocol === 'https:' ? 443 : 6_333) : Number(port),
    https: protocol === 'https:',
    ...(pathname.length > 1 && { prefix: pathname.replace(/\/$/, '') }),
    ...(apiKey && { apiKey: apiKey.reveal() }),
    timeout: timeoutMs,
    checkCompatibility: false,
  });
  const mayPass = handleWhen((error) => error instanceof AppError && error.kind === 'transient');
  const policy = wrap(
    retry(mayPass, {
      maxAttempts: attempts - 1,
      backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: LONGEST_WAIT_MS }),
    }),
    circuitBreaker(mayPass, {
      halfOpenAfter: HALF_OPEN_AFTER_MS,
      breaker: new ConsecutiveBreaker(BREAK_AFTER),
    }),
  );
  return async (work) => {
    try {
      return await policy.execute(async () => {
        try {
          return await work(client);
        } catch (error) {
          throw qdrantError(error);
        }
      });
    } catch (error) {
      throw error instanceof BrokenCircuitError
        ? unreachable('not asked, because it failed before', error)
        : error;
    }
  };
}

export function statusOf(error: unknown): number | undefined {
  const cause = error instanceof AppError ? error.cause : error;
  return (cause as { status?: number } | undefined)?.status;
}

function qdrantError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { message } = error as Error;
  const status = statusOf(error);
  const said = (error as { data?: { status?: { error?: string } } }).data?.status?.error ?? message;
  if (status === 429 || (error as Error).name === 'QdrantClientResourceExhaustedError')
    return new AppError('STORE_LOCKED', 'transient', said, {
      publicMessage: 'The search index is busy. Try again.',
      retryAfterMs: (secondsToWait(error, said) ?? 1) * 1_000,
      cause: error,
    });
  if (status === 401 || status === 403)
    return new AppError('STORE_REFUSED', 'config', `${status} ${said}`, {
      publicMessage: 'The search index refuses the key. Check the key of the index in the configuration.',
      cause: error,
    });
  const isGone = status === undefined ? isNetwork(error) : status >= 500;
  if (isGone) return unreachable(`${status ?? ''} ${said}`, error);
  return new AppError('UNEXPECTED', 'internal', `${status ?? ''} ${said}`.trim(), { cause: error });
}

/** The server's own words first: the client keeps one digit of the header. */
function secondsToWait(error: unknown, said: string): number | undefined {
  const told = /Retry after (\d+)s/.exec(said)?.[1] ?? (error as { retry_after?: number }).retry_after;
  return told === undefined ? undefined : Number(told);
}

function isNetwork(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === 'QdrantClientTimeoutError' || (name === 'TypeError' && message === 'fetch failed');
}

function unreachable(message: string, cause: unknown): AppError {
  return new AppError('STORE_UNREACHABLE', 'transient', message, {
    publicMessage:
      'The search index cannot be reached at the moment. Check that Qdrant runs and that its address is right.',
    cause,
  });
}
