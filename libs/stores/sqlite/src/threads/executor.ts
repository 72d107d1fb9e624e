import { Worker } from 'node:worker_threads';
import { AppError, toAppError } from '@fumikura/errors';
import { StoreCore } from '../store-core.ts';
import type { CoreOptions } from '../store-core.ts';
import { OPERATIONS } from './operations.ts';
import { perform, revive } from './protocol.ts';
import type { OperationName, Reply, WorkerData } from './protocol.ts';

/** Runs operations of one store somewhere: in a thread, or here. */
export interface Executor {
  call(name: OperationName, args: readonly unknown[], signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

/** In the calling thread: nothing to start, but a long operation blocks everything else. */
export function inlineExecutor(options: CoreOptions): Executor {
  const core = new StoreCore(options);
  return {
    call: async (name, args, signal) => {
      if (signal?.aborted) throw toAppError(signal.reason);
      return perform(OPERATIONS, core, { name, args, stop: new Int32Array(1) });
    },
    close: async () => core.close(),
  };
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: AppError) => void;
}

/** In a worker thread; a thread that dies fails its calls and is replaced at the next one. */
export function threadExecutor(options: Omit<CoreOptions, 'now'>): Executor {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let nextId = 0;
  let isClosed = false;

  const start = (): Worker => {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'mjs';
    const data: WorkerData = { options };
    const made = new Worker(new URL(`./store-worker.${extension}`, import.meta.url), { workerData: data });
    made.unref();
    made.on('message', (reply: Reply) => {
      const call = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (waiting.size === 0) made.unref();
      if (!call) return;
      if ('error' in reply) call.reject(revive(reply.error));
      else call.resolve(reply.value);
    });
    made.on('error', (cause) => {
      if (worker === made) worker = undefined;
      const error = new AppError('UNEXPECTED', 'internal', `store thread ended: ${cause.message}`, { cause });
      for (const call of waiting.values()) call.reject(error);
      waiting.clear();
    });
    return made;
  };

  return {
    call: (name, args, signal) => {
      if (isClosed) return Promise.reject(new AppError('STORE_CLOSED', 'internal', 'the store is closed'));
      if (signal?.aborted) return Promise.reject(toAppError(signal.reason));
      const running = (worker ??= start());
      const id = nextId++;
      const stop = new Int32Array(new SharedArrayBuffer(4));
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          Atomics.store(stop, 0, 1);
          reject(toAppError(signal?.reason));
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        const settled = () => signal?.removeEventListener('abort', onAbort);
        waiting.set(id, {
          resolve: (value) => {
            settled();
            resolve(value);
          },
          reject: (error) => {
            settled();
            reject(error);
          },
        });
        running.ref();
        running.postMessage({ id, name, args, stop });
      });
    },
    close: async () => {
      isClosed = true;
      const ending = worker;
      if (!ending) return;
      const ended = new Promise((resolve) => ending.once('exit', resolve));
      ending.ref();
      ending.postMessage('close');
      await ended;
    },
  };
}
