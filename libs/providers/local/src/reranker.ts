import { basename, resolve } from 'node:path';
import { AppError, toAppError } from '@fumikura/errors';
import type { Reranker } from '@fumikura/ports';
import { readPairFacts } from './facts.ts';
import { Lane } from './lane.ts';
import { readManifest, requireFiles } from './manifest.ts';
import type { RuntimeKind } from './runtime.ts';

export interface LocalRerankerOptions {
  readonly folder: string;
  /** Threads that share the passages of one query, about 200 MB each. Default 1. */
  readonly workers?: number;
  /** Default `auto`: the native package when it is installed. */
  readonly runtime?: RuntimeKind;
  /** A folder from which the native package is found; default beside Fumikura. */
  readonly nativeFrom?: string;
  /** Passages of one call; default 20. */
  readonly window?: number;
}

const WINDOW = 20;
/** Of one job: a thread ends what it has begun, so a query that was given up holds up the next one for no longer. */
const TEXTS_PER_JOB = 4;
const IDLE_MS = 600_000;

/**
 * A cross-encoder in a folder, in worker threads: each passage is read together with the query.
 * @throws AppError MODEL_NOT_FOUND, MODEL_DAMAGED, MODEL_UNSUPPORTED (config)
 */
export async function createLocalReranker(options: LocalRerankerOptions): Promise<Reranker> {
  const folder = resolve(options.folder);
  const manifest = await readManifest(folder);
  if (manifest) await requireFiles(folder, manifest.files);
  const { runtime = 'auto', workers = 1, nativeFrom, window = WINDOW } = options;
  const model = { kind: 'pair', facts: await readPairFacts(folder) } as const;
  const lane = new Lane(
    { folder, model, runtime, ...(nativeFrom !== undefined && { nativeFrom }) },
    workers,
    IDLE_MS,
  );
  return {
    name: `local:${manifest?.name ?? basename(folder)}`,
    window,
    rerank: async (query, passages, signal) => {
      const texts = passages.map(({ title, text }) => `${title}\n${text}`);
      const jobs = Array.from({ length: Math.ceil(texts.length / TEXTS_PER_JOB) }, (_, job) =>
        texts.slice(job * TEXTS_PER_JOB, (job + 1) * TEXTS_PER_JOB),
      );
      const results = await Promise.all(
        jobs.map((each) => lane.run({ texts: each, query }, signal).catch(asFailure)),
      );
      const scores = results.flatMap(({ values }) => [...values]);
      return { order: orderOf(scores), tokens: results.reduce((sum, { tokens }) => sum + tokens, 0) };
    },
    close: () => lane.close(),
  };
}

/** What is wrong with the folder is told as it is: only its owner can mend it. */
function asFailure(cause: unknown): never {
  const { code, message } = toAppError(cause);
  if (code !== 'EMBEDDER_UNAVAILABLE') throw cause;
  throw failed(message, cause);
}

function failed(message: string, cause?: unknown): AppError {
  const publicMessage = 'The reranker gave no usable answer.';
  return new AppError('RERANKER_FAILED', 'transient', message, { publicMessage, cause });
}

function orderOf(scores: readonly number[]): number[] {
  if (!scores.every(Number.isFinite)) throw failed('the model gave a score that is no number');
  return scores.map((_, at) => at).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
}
