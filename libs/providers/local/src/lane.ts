import { Worker } from 'node:worker_threads';
import { AppError, toAppError } from '@fumikura/errors';
import type { ErrorCode } from '@fumikura/errors';
import type { EmbedReply, WorkerStart } from './protocol.ts';

export interface EmbeddedTexts {
  readonly vectors: Float32Array;
  readonly tokens: number;
}

interface Job {
  readonly texts: readonly string[];
  readonly resolve: (embedded: EmbeddedTexts) => void;
  readonly reject: (error: AppError) => void;
}

/** Some workers with a session each, started when they are needed and ended when nothing came for a while. */
export class Lane {
  readonly #start: WorkerStart;
  readonly #size: number;
  readonly #idleMs: number;
  readonly #queue: Job[] = [];
  readonly #workers = new Set<SessionThread>();
  #idleTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(start: WorkerStart, size: number, idleMs: number) {
    this.#start = start;
    this.#size = size;
    this.#idleMs = idleMs;
  }

  /** A text list is one worker's, one after another. Leaves the queue when the signal fires. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<EmbeddedTexts> {
    if (this.#isClosed) return Promise.reject(closed());
    if (signal.aborted) return Promise.reject(toAppError(signal.reason));
    clearTimeout(this.#idleTimer);
    return new Promise((resolve, reject) => {
      const leave = () => {
        const at = this.#queue.indexOf(job);
        if (at >= 0) this.#queue.splice(at, 1);
        reject(toAppError(signal.reason));
      };
      const settled = () => signal.removeEventListener('abort', leave);
      const job: Job = {
        texts,
        resolve: (embedded) => (settled(), resolve(embedded)),
        reject: (error) => (settled(), reject(error)),
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.push(job);
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idleTimer);
    for (const { reject } of this.#queue.splice(0)) reject(closed());
    await this.#endWorkers();
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#freeWorker();
      if (!worker) return;
      const job = this.#queue.shift();
      if (job) void this.#give(worker, job);
    }
  }

  #freeWorker(): SessionThread | undefined {
    for (const worker of this.#workers) {
      if (!worker.isAlive) this.#workers.delete(worker);
      else if (!worker.isBusy) return worker;
    }
    if (this.#workers.size >= this.#size) return undefined;
    const worker = new SessionThread(this.#start);
    this.#workers.add(worker);
    return worker;
  }

  async #give(worker: SessionThread, { texts, resolve, reject }: Job): Promise<void> {
    await worker.embed(texts).then(resolve, reject);
    if (this.#isClosed) return;
    this.#dispatch();
    if ([...this.#workers].some(({ isBusy }) => isBusy)) return;
    this.#idleTimer = setTimeout(() => void this.#endWorkers(), this.#idleMs).unref();
  }

  async #endWorkers(): Promise<void> {
    const workers = [...this.#workers];
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.end()));
  }
}

/** One worker thread; keeps the process alive only while it works. */
class SessionThread {
  readonly #worker: Worker;
  #waiting: { resolve: (embedded: EmbeddedTexts) => void; reject: (error: AppError) => void } | undefined;
  #failure: Error | undefined;
  isAlive = true;

  constructor(start: WorkerStart) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'mjs';
    // What a runtime prints about a damaged model is told by our error; standard output belongs to the protocol.
    this.#worker = new Worker(new URL(`./embed-worker.${extension}`, import.meta.url), {
      workerData: start,
      stdout: true,
      stderr: true,
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: EmbedReply) => this.#settle(reply));
    this.#worker.on('error', (error) => (this.#failure = error));
    this.#worker.on('exit', (code) => this.#died(code));
  }

  get isBusy(): boolean {
    return this.#waiting !== undefined;
  }

  embed(texts: readonly string[]): Promise<EmbeddedTexts> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.ref();
      this.#worker.postMessage({ texts });
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: EmbedReply): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#worker.unref();
    if ('vectors' in reply) waiting?.resolve({ vectors: reply.vectors, tokens: reply.tokens });
    else waiting?.reject(failed(reply.failure));
  }

  #died(code: number): void {
    this.isAlive = false;
    const why = this.#failure?.message ?? `exit code ${code}`;
    this.#waiting?.reject(
      new AppError('EMBEDDER_UNAVAILABLE', 'transient', `an embedding thread ended: ${why}`, {
        cause: this.#failure,
      }),
    );
    this.#waiting = undefined;
  }
}

function failed({ code, message }: { readonly code: ErrorCode; readonly message: string }): AppError {
  if (code.startsWith('MODEL_')) return new AppError(code, 'config', message, { publicMessage: message });
  return new AppError('EMBEDDER_UNAVAILABLE', 'transient', `the model failed: ${message}`);
}

function closed(): AppError {
  return new AppError('CANCELLED', 'transient', 'the embedder is closed');
}
