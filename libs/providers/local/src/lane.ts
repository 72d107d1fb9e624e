import { Worker } from 'node:worker_threads';
import { AppError, toAppError } from '@fumikura/errors';
import type { ErrorCode } from '@fumikura/errors';
import type { ModelJob, ModelReply, ModelResult, WorkerStart } from './protocol.ts';

interface Job {
  readonly job: ModelJob;
  readonly resolve: (result: ModelResult) => void;
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

  /** A job is one worker's, one after another. Leaves the queue when the signal fires. */
  run(job: ModelJob, signal: AbortSignal): Promise<ModelResult> {
    if (this.#isClosed) return Promise.reject(closed());
    if (signal.aborted) return Promise.reject(toAppError(signal.reason));
    clearTimeout(this.#idleTimer);
    return new Promise((resolve, reject) => {
      const leave = () => {
        const at = this.#queue.indexOf(queued);
        if (at >= 0) this.#queue.splice(at, 1);
        reject(toAppError(signal.reason));
      };
      const settled = () => signal.removeEventListener('abort', leave);
      const queued: Job = {
        job,
        resolve: (result) => (settled(), resolve(result)),
        reject: (error) => (settled(), reject(error)),
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.push(queued);
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
      const queued = this.#queue.shift();
      if (queued) void this.#give(worker, queued);
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

  async #give(worker: SessionThread, { job, resolve, reject }: Job): Promise<void> {
    await worker.run(job).then(resolve, reject);
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
  #waiting: { resolve: (result: ModelResult) => void; reject: (error: AppError) => void } | undefined;
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
    this.#worker.on('message', (reply: ModelReply) => this.#settle(reply));
    this.#worker.on('error', (error) => (this.#failure = error));
    this.#worker.on('exit', (code) => this.#died(code));
  }

  get isBusy(): boolean {
    return this.#waiting !== undefined;
  }

  run(job: ModelJob): Promise<ModelResult> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.ref();
      this.#worker.postMessage(job);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: ModelReply): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#worker.unref();
    if ('failure' in reply) waiting?.reject(failed(reply.failure));
    else waiting?.resolve(reply);
  }

  #died(code: number): void {
    this.isAlive = false;
    const why = this.#failure?.message ?? `exit code ${code}`;
    this.#waiting?.reject(
      new AppError('EMBEDDER_UNAVAILABLE', 'transient', `a thread of the model ended: ${why}`, {
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
  return new AppError('CANCELLED', 'transient', 'the model is closed');
}
