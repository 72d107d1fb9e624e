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
import { qdrantError, unreachable } from './failures.ts';
import { createSend } from './send.ts';
import type { Send, Server } from './send.ts';

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

export type Call = <T>(work: (client: QdrantClient, send: Send) => Promise<T>) => Promise<T>;

/**
 * One server or cluster, with what every request to it gets: a time-out, repeats for what may pass, and a breaker, so
 * that a server that is gone is not waited for again and again. Rejects with STORE_UNREACHABLE, STORE_REFUSED.
 */
export function createCall({ url, apiKey, timeoutMs = 30_000, attempts = 4 }: ClientOptions): Call {
  const server = serverOf(url);
  const key = apiKey?.reveal();
  const client = clientOf(server, key, timeoutMs);
  const send = createSend({ ...server, ...(key !== undefined && { apiKey: key }), timeoutMs });
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
          return await work(client, send);
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

/**
 * For collections and aliases, which are changed now and then. It would keep connections that the server has closed
 * already, so each request has its own; and the key is handed over as a header, because the option speaks on the terminal.
 */
function clientOf(server: Server, key: string | undefined, timeout: number): QdrantClient {
  const headers = { connection: 'close', ...(key !== undefined && { 'api-key': key }) };
  return new QdrantClient({ ...server, headers, timeout, checkCompatibility: false });
}

/** The server's own port where an address names none: 6333, and 443 with TLS. */
function serverOf(url: string): Server {
  const { protocol, hostname, pathname } = new URL(url);
  const https = protocol === 'https:';
  const named = /^\w+:\/\/[^/]*:(\d+)(?:\/|$)/.exec(url)?.[1];
  const prefix = pathname.replace(/\/+$/, '');
  return {
    host: hostname,
    port: named === undefined ? (https ? 443 : 6_333) : Number(named),
    https,
    ...(prefix !== '' && { prefix }),
  };
}
