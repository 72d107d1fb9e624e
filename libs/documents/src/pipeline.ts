import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AppError, toAppError } from '@fumikura/errors';
import type { ErrorCode, ErrorKind } from '@fumikura/errors';
import type { Block } from '@fumikura/model';
import { CHUNKER_DEFAULTS } from './chunking.ts';
import type { ChunkerOptions } from './chunking.ts';
import { tooLarge } from './prepare.ts';
import { DEFAULT_LIMITS } from './types.ts';
import type { ParseInput, ParseLimits, Prepared } from './types.ts';

/** Left to itself a thread lets short-lived objects grow to many times this before it tidies up, for no gain measured. */
const YOUNG_HEAP_MB = 8;

/** Bytes at hand, or a file that the thread reads itself and leaves where it is. */
export type PipelineInput =
  | ParseInput
  | (Omit<ParseInput, 'bytes'> & { readonly path: string })
  | { readonly blocks: readonly Block[] };

/** Parses hostile input where it can do no harm: in worker threads with bounds on time and memory. */
export interface DocumentPipeline {
  /** Rejects with the AppErrors of `FormatParser`, PARSE_TIMEOUT, PARSE_FAILED, CANCELLED. */
  prepare(input: PipelineInput, signal: AbortSignal): Promise<Prepared>;
  close(): Promise<void>;
}

export interface PipelineOptions {
  /** Threads; default one less than the cores, at least one. */
  readonly workers?: number;
  readonly limits?: Partial<ParseLimits>;
  /** Heap of one worker, MiB; default 1,024. */
  readonly maxHeapMb?: number;
  /** Asked for each document; default: always `CHUNKER_DEFAULTS`. */
  readonly chunking?: () => Promise<ChunkerOptions>;
}

/** What goes to a worker and what comes back. */
export interface ParseTask {
  readonly id: number;
  readonly input: PipelineInput;
  readonly limits: ParseLimits;
  readonly chunking: ChunkerOptions;
}

export type ParseReply =
  | { readonly id: number; readonly prepared: Prepared }
  | { readonly id: number; readonly error: CarriedError };

export interface CarriedError {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly publicMessage: string;
}

interface Job {
  readonly task: ParseTask;
  readonly resolve: (prepared: Prepared) => void;
  readonly reject: (error: AppError) => void;
}

export function createDocumentPipeline(options: PipelineOptions = {}): DocumentPipeline {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const pool = new WorkerPool(
    options.workers || Math.max(1, availableParallelism() - 1),
    options.maxHeapMb ?? 1_024,
  );
  let nextId = 0;
  return {
    prepare: async (input, signal) => {
      if (signal.aborted) throw toAppError(signal.reason);
      if ('bytes' in input && input.bytes.length > limits.maxBytes)
        throw tooLarge(input.bytes.length, limits.maxBytes);
      const chunking = (await options.chunking?.()) ?? CHUNKER_DEFAULTS;
      return pool.run({ id: nextId++, input, limits, chunking }, signal);
    },
    close: () => pool.close(),
  };
}

class WorkerPool {
  readonly #size: number;
  readonly #maxHeapMb: number;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #queue: Job[] = [];
  #isClosed = false;

  constructor(size: number, maxHeapMb: number) {
    this.#size = size;
    this.#maxHeapMb = maxHeapMb;
  }

  run(task: ParseTask, signal: AbortSignal): Promise<Prepared> {
    if (this.#isClosed) return Promise.reject(new AppError('CANCELLED', 'transient', 'pipeline is closed'));
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const waiting = this.#queue.indexOf(job);
        if (waiting >= 0) this.#queue.splice(waiting, 1);
        job.reject(toAppError(signal.reason));
      };
      const settle =
        <T>(deliver: (value: T) => void) =>
        (value: T) => {
          signal.removeEventListener('abort', onAbort);
          deliver(value);
        };
      const job: Job = { task, resolve: settle(resolve), reject: settle(reject) };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(job);
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#queue.splice(0))
      job.reject(new AppError('CANCELLED', 'transient', 'pipeline is closed'));
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? (this.#all.size < this.#size ? this.#start() : undefined);
      if (!worker) return;
      const job = this.#queue.shift();
      if (job) this.#assign(worker, job);
    }
  }

  #start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'mjs';
    const worker = new Worker(new URL(`./parse-worker.${extension}`, import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: this.#maxHeapMb, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
      stdout: true,
      stderr: true,
    });
    worker.unref();
    this.#all.add(worker);
    return worker;
  }

  #assign(worker: Worker, job: Job): void {
    worker.ref();
    const { timeoutMs } = job.task.limits;
    const onMessage = (reply: ParseReply) => {
      finish();
      if ('prepared' in reply) job.resolve(reply.prepared);
      else job.reject(revive(reply.error));
      this.#idle.push(worker);
      this.#dispatch();
    };
    const onError = (cause: Error) => {
      finish();
      this.#discard(worker, job, crashed(cause));
    };
    const onExit = () => {
      finish();
      this.#discard(worker, job, new AppError('CANCELLED', 'transient', 'the worker was ended'));
    };
    const timer = setTimeout(() => {
      finish();
      this.#discard(worker, job, timedOut(timeoutMs));
    }, timeoutMs);
    const finish = () => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      worker.unref();
    };
    // A worker that is ended while it works would leave its caller, and this timer, waiting.
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(job.task);
  }

  /** A worker that hung or died is never used again. */
  #discard(worker: Worker, job: Job, error: AppError): void {
    // A terminated worker may still report why it ended; nobody waits for that any more.
    worker.on('error', () => undefined);
    this.#all.delete(worker);
    void worker.terminate();
    job.reject(error);
    if (!this.#isClosed) this.#dispatch();
  }
}

function revive({ code, kind, message, publicMessage }: CarriedError): AppError {
  return new AppError(code, kind, message, { publicMessage });
}

function timedOut(timeoutMs: number): AppError {
  return new AppError('PARSE_TIMEOUT', 'invalid-input', `not parsed within ${timeoutMs} ms`, {
    publicMessage: `The file could not be read within ${timeoutMs / 1_000} s. Raise parsing.timeoutMs, or split the file.`,
  });
}

function crashed(cause: Error): AppError {
  const isMemory = (cause as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
  return new AppError(isMemory ? 'CONTENT_TOO_LARGE' : 'PARSE_FAILED', 'invalid-input', cause.message, {
    publicMessage: isMemory
      ? 'The file needs more memory than is allowed for one file. Split it.'
      : 'The file made its reader fail. It is left out; the log has the details.',
    cause,
  });
}
