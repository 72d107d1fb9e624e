import type { ChunkerOptions } from '@fumikura/documents';
import { AppError, toAppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import type { Embedder } from '@fumikura/ports';
import { LRUCache } from 'lru-cache';
import { fingerprintOf } from './passage.ts';

export interface QueryVectorOptions {
  readonly embedder: Embedder;
  /** After so long a query is answered by its words alone; default 2,000. */
  readonly timeoutMs?: number;
  /** Queries whose vectors are kept; default 5,000, about 8 MB at 384 dimensions. */
  readonly kept?: number;
  /** Milliseconds since any fixed point. */
  readonly now?: () => number;
  /** How the chunks are cut that a query is compared with; default as `chunk` cuts. */
  readonly chunking?: () => ChunkerOptions;
}

export interface QueryVector {
  readonly vector: Float32Array;
  readonly fingerprint: Fingerprint;
}

/** After so many failures in a row … */
const FAILURES = 3;
/** … the embedder is left alone for so long, so that not each query waits for it. */
const REST_MS = 30_000;

/** Undefined when the model does not know the query's language. Rejects when the embedder fails or is late. */
export type QueryVectors = (
  query: string,
  language: string,
  signal: AbortSignal,
) => Promise<QueryVector | undefined>;

export function createQueryVectors(options: QueryVectorOptions): QueryVectors {
  const { embedder, timeoutMs = 2_000, kept = 5_000, now = () => performance.now() } = options;
  const vectors = new LRUCache<string, Float32Array>({ max: kept });
  const underWay = new Map<string, Promise<Float32Array>>();
  const rest = new Rest(now);
  const embed = (text: string): Promise<Float32Array> => {
    const running = underWay.get(text);
    if (running) return running;
    rest.require();
    // Not the caller's signal: another one may wait for the same vector.
    const made = embedQuery(embedder, text, timeoutMs)
      .then((vector) => {
        rest.succeeded();
        vectors.set(text, vector);
        return vector;
      }, rest.failed)
      .finally(() => underWay.delete(text));
    underWay.set(text, made);
    return made;
  };
  return async (query, language, signal) => {
    if (!knowsLanguage(embedder, language, query)) return undefined;
    const text = query.normalize('NFKC').replace(/\s+/gu, ' ').trim();
    const vector = vectors.get(text) ?? (await orAborted(embed(text), signal));
    return { vector, fingerprint: fingerprintOf(embedder, options.chunking?.()) };
  };
}

/** Few words of Latin script may be of any language that writes it; those are left to the model. */
export function knowsLanguage(
  { languages }: Pick<Embedder, 'languages'>,
  language: string,
  text: string,
): boolean {
  if (!languages || languages.includes(language)) return true;
  return language === 'und' && /\p{Script=Latin}/u.test(text);
}

async function embedQuery(embedder: Embedder, text: string, timeoutMs: number): Promise<Float32Array> {
  const signal = AbortSignal.timeout(timeoutMs);
  const {
    results: [result],
  } = await embedder.embed([text], { as: 'query', signal }).catch((cause: unknown) => {
    throw signal.aborted ? late(timeoutMs, cause) : cause;
  });
  if (result && 'vector' in result) return result.vector;
  throw result?.refused ?? new AppError('EMBEDDER_ANSWER_INVALID', 'transient', 'no vector for a query');
}

function late(timeoutMs: number, cause: unknown): AppError {
  return new AppError('EMBEDDER_UNAVAILABLE', 'transient', `no vector within ${timeoutMs} ms`, { cause });
}

/** Counts failures in a row, and says when the embedder is to be left alone. */
class Rest {
  readonly #now: () => number;
  #failures = 0;
  #until = -Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  require(): void {
    if (this.#now() >= this.#until) return;
    throw new AppError(
      'EMBEDDER_UNAVAILABLE',
      'transient',
      `left alone after ${this.#failures} failures in a row`,
    );
  }

  succeeded(): void {
    this.#failures = 0;
  }

  readonly failed = (error: unknown): never => {
    this.#failures++;
    if (this.#failures >= FAILURES) this.#until = this.#now() + REST_MS;
    throw toAppError(error);
  };
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(toAppError(signal.reason));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
