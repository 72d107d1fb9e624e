import { AppError } from '@fumikura/errors';

/** Work of this process, alone or beside other work of its kind, and the versions it is numbered by. */
export class Turns {
  #last = 0;
  #isClosed = false;
  /** What came last of what runs alone, and what runs beside each other since. */
  #running: Promise<unknown> = Promise.resolve();
  readonly #together = new Set<Promise<unknown>>();

  /** The version that was given out last. */
  get last(): number {
    return this.#last;
  }

  /** Versions are numbers of the clock: used alone by several processes, their clocks decide who was last. */
  next(): number {
    this.#last = Math.max(this.#last + 1, Date.now() * 1_000);
    return this.#last;
  }

  /** @throws AppError STORE_CLOSED (internal) */
  alone<T>(work: () => Promise<T>): Promise<T> {
    this.requireOpen();
    const turn = Promise.allSettled([this.#running, ...this.#together]).then(work);
    this.#running = turn.catch(() => undefined);
    return turn;
  }

  /** Beside others that came like this; after what came alone before. @throws AppError STORE_CLOSED (internal) */
  together<T>(work: () => Promise<T>): Promise<T> {
    this.requireOpen();
    const turn = this.#running.then(work).finally(() => this.#together.delete(turn));
    this.#together.add(turn);
    return turn;
  }

  requireOpen(): void {
    if (this.#isClosed)
      throw new AppError('STORE_CLOSED', 'internal', 'the index was closed', {
        publicMessage: 'The search index was closed.',
      });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled([this.#running, ...this.#together]);
  }
}
