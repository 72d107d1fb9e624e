import { Worker } from 'node:worker_threads';
import { AppError } from '@fumikura/errors';
import type { BodyJob, WriteBody } from './bodies.ts';
import type { BodyCall, BodyReply } from './protocol.ts';

/**
 * Points are many short-lived values: with this much room most are gone before anybody looks for what can be tidied up,
 * which with the little room that `fumi` starts with takes a quarter of all time.
 */
const YOUNG_MB = 24;
/** Without work for so long it ends, and what it held is free. */
const IDLE_MS = 1_000;

interface Waiting {
  readonly resolve: (body: WriteBody | undefined) => void;
  readonly reject: (error: AppError) => void;
}

/** Makes bodies in a thread, one ahead of what is asked for; started at the first job, and anew when it died. */
export class BodyThread {
  #running: Running | undefined;
  #jobs = 0;
  #nextJob = 0;
  #idle: NodeJS.Timeout | undefined;

  async *bodies(job: BodyJob): AsyncGenerator<WriteBody, void> {
    clearTimeout(this.#idle);
    this.#jobs++;
    const thread = (this.#running ??= this.#start());
    const jobId = this.#nextJob++;
    let ahead = thread.next(jobId, job);
    try {
      for (let body = await ahead; body; body = await ahead) {
        ahead = thread.next(jobId);
        ahead.catch(() => undefined); // whoever asks for it hears of it
        yield body;
      }
    } finally {
      thread.end(jobId);
      this.#jobs--;
      if (this.#jobs === 0) this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const running = this.#running;
    this.#running = undefined;
    await running?.close();
  }

  #start(): Running {
    const running: Running = new Running(() => {
      if (this.#running === running) this.#running = undefined;
    });
    return running;
  }
}

/** One worker; keeps the process alive only while it makes something. */
class Running {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextCall = 0;
  #failure: Error | undefined;

  constructor(onExit: () => void) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'mjs';
    this.#worker = new Worker(new URL(`./body-worker.${extension}`, import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: BodyReply) => this.#settle(reply));
    this.#worker.on('error', (error) => (this.#failure = error));
    this.#worker.on('exit', (code) => {
      onExit();
      this.#died(code);
    });
  }

  next(jobId: number, job?: BodyJob): Promise<WriteBody | undefined> {
    const id = this.#nextCall++;
    const call: BodyCall = { kind: 'next', id, jobId, ...(job && { job }) };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(call);
    });
  }

  end(jobId: number): void {
    const call: BodyCall = { kind: 'end', jobId };
    this.#worker.postMessage(call);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: BodyReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('failure' in reply) waiting?.reject(failed(reply.failure));
    else waiting?.resolve(reply.body);
  }

  #died(code: number): void {
    const error = failed(this.#failure?.message ?? `exit code ${code}`, this.#failure);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function failed(why: string, cause?: Error): AppError {
  return new AppError('UNEXPECTED', 'internal', `the thread that makes points failed: ${why}`, {
    ...(cause && { cause }),
  });
}
