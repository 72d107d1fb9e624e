import { Worker } from 'node:worker_threads';
import { AppError, toAppError } from '@fumikura/errors';
import type { AccessGrant } from '@fumikura/ports';
import { StoreCore } from '../store-core.ts';
import type { CoreOptions } from '../store-core.ts';
import { perform } from './operations.ts';
import type { OperationName } from './operations.ts';
import { GrantSender, OPENING, revive } from './protocol.ts';
import type { Call, Reply, WorkerData } from './protocol.ts';

export interface CallOptions {
  readonly grant?: AccessGrant;
  readonly signal?: AbortSignal;
}

/** Runs operations of one store somewhere: in a thread, or here. */
export interface Executor {
  call(name: OperationName, args: readonly unknown[], options?: CallOptions): Promise<unknown>;
  /** Calls that were not answered yet. */
  readonly waiting: number;
  /** Waits for the calls that were made before; later ones reject with STORE_CLOSED. */
  close(): Promise<void>;
}

/** In the calling thread: nothing to start, but a long operation blocks everything else. */
export function inlineExecutor(options: CoreOptions): Executor {
  let core: StoreCore | undefined = new StoreCore(options);
  return {
    waiting: 0,
    call: async (name, args, { grant, signal } = {}) => {
      if (!core) throw closed();
      if (signal?.aborted) throw toAppError(signal.reason);
      return perform(core, name, args, { grant, shouldStop: () => signal?.aborted === true });
    },
    close: async () => {
      core?.close();
      core = undefined;
    },
  };
}

/** In a worker thread, started at once; a thread that dies fails its calls and is replaced at the next one. */
export function threadExecutor(data: WorkerData): Executor {
  let thread = new StoreThread(data);
  let isClosed = false;
  return {
    get waiting() {
      return thread.waiting;
    },
    call: async (name, args, options = {}) => {
      if (isClosed) throw closed();
      if (options.signal?.aborted) throw toAppError(options.signal.reason);
      if (!thread.isAlive) thread = new StoreThread(data);
      return thread.call(name, args, options);
    },
    close: async () => {
      isClosed = true;
      await thread.close();
    },
  };
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: AppError) => void;
}

/** One worker and the calls it has not answered; keeps the process alive only while there are any. */
class StoreThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #grants = new GrantSender();
  readonly #ended: Promise<void>;
  #nextId = 0;
  #failure: Error | undefined;
  #refusal: AppError | undefined;
  isAlive = true;

  constructor(data: WorkerData) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'mjs';
    this.#worker = new Worker(new URL(`./store-worker.${extension}`, import.meta.url), {
      workerData: data,
      // What writes makes much that lives for one batch; left to itself it takes many times this before it tidies up.
      ...(data.isWriter && { resourceLimits: { maxYoungGenerationSizeMb: 8 } }),
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (error) => (this.#failure = error));
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#fail(code);
        resolve();
      });
    });
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  call(name: OperationName, args: readonly unknown[], { grant, signal }: CallOptions): Promise<unknown> {
    const id = this.#nextId++;
    const stop = signal && new Int32Array(new SharedArrayBuffer(4));
    const call: Call = {
      id,
      name,
      args,
      ...(grant && { grant: this.#grants.message(grant) }),
      ...(stop && { stop }),
    };
    const answered = new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(call);
    });
    return signal && stop ? stoppable(answered, signal, stop) : answered;
  }

  async close(): Promise<void> {
    if (!this.isAlive) return;
    this.#worker.ref();
    this.#worker.postMessage('close');
    await this.#ended;
  }

  #settle(reply: Reply): void {
    if (reply.id === OPENING && 'error' in reply) {
      this.#refusal = revive(reply.error);
      return;
    }
    const call = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in reply) call?.reject(revive(reply.error));
    else call?.resolve(reply.value);
  }

  #fail(code: number): void {
    this.isAlive = false;
    const message = this.#failure?.message ?? `exit code ${code}`;
    const error =
      this.#refusal ??
      new AppError('UNEXPECTED', 'internal', `a store thread ended: ${message}`, { cause: this.#failure });
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** Rejects as soon as the signal fires; the thread stops at its next look at `stop`, and its answer is dropped. */
async function stoppable(
  answered: Promise<unknown>,
  signal: AbortSignal,
  stop: Int32Array,
): Promise<unknown> {
  let onAbort = (): void => undefined;
  const aborted = new Promise((_, reject) => {
    onAbort = () => {
      Atomics.store(stop, 0, 1);
      reject(toAppError(signal.reason));
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([answered, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function closed(): AppError {
  return new AppError('STORE_CLOSED', 'internal', 'the store is closed');
}
