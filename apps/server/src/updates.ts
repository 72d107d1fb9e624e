import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';

/** Whether the caller of a request may hear of a change of this resource, now. */
export type MayHear = (request: Request, uri: string) => Promise<boolean>;
/** Whether the caller of a request is somebody still. */
export type MayStay = (request: Request) => Promise<boolean>;

/** How often open subscriptions are asked whose they are: what ended without an event ends them within so long. */
const SWEEP_EVERY_MS = 2_000;

interface Subscription {
  readonly request: Request;
  readonly listener: (event: ServerEvent) => void;
  readonly end: () => void;
}

interface Serving {
  readonly request: Request;
  readonly end: () => void;
}

/**
 * Change events for open subscriptions, each asked anew whether it may hear of this one: a subscription to a document
 * that its caller may not read stays silent, like one to a document that does not exist.
 */
export class UpdateBus implements ServerEventBus {
  readonly #mayHear: MayHear;
  readonly #mayStay: MayStay;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<Subscription>();
  readonly #serving = new AsyncLocalStorage<Serving>();
  #timer: NodeJS.Timeout | undefined;

  constructor(mayHear: MayHear, mayStay: MayStay, onError: (error: unknown) => void) {
    this.#mayHear = mayHear;
    this.#mayStay = mayStay;
    this.#onError = onError;
  }

  /** Open subscriptions. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Runs the handling of a request, so that a subscription made in it is known to be its caller's and can be ended. */
  serving<T>(request: Request, handle: (request: Request) => Promise<T>): Promise<T> {
    const ending = new AbortController();
    const signal = AbortSignal.any([request.signal, ending.signal]);
    // Held as long as the subscription: a request that is collected no longer hears of the end.
    const endable = new Request(request, { signal });
    const serving = { request: endable, end: () => ending.abort() };
    return this.#serving.run(serving, () => handle(endable));
  }

  publish(event: ServerEvent): void {
    for (const subscription of this.#listeners) {
      this.#deliver(subscription, event).catch(this.#onError);
    }
  }

  subscribe(listener: (event: ServerEvent) => void): () => void {
    const serving = this.#serving.getStore();
    if (!serving) throw new Error('a subscription outside of a request');
    const subscription = { ...serving, listener };
    this.#listeners.add(subscription);
    this.#timer ??= setInterval(() => void this.sweep(), SWEEP_EVERY_MS).unref();
    return () => this.#forget(subscription);
  }

  /** Ends the subscriptions of callers who are nobody any more. One whose caller cannot be looked up hears nothing meanwhile. */
  async sweep(): Promise<void> {
    await Promise.all(
      [...this.#listeners].map((subscription) =>
        this.#mayStay(subscription.request).then((mayStay) => {
          if (mayStay) return;
          this.#forget(subscription);
          subscription.end();
        }, this.#onError),
      ),
    );
  }

  async #deliver(subscription: Subscription, event: ServerEvent): Promise<void> {
    if (event.kind === 'resource_updated' && !(await this.#mayHear(subscription.request, event.uri))) return;
    if (this.#listeners.has(subscription)) subscription.listener(event);
  }

  #forget(subscription: Subscription): void {
    this.#listeners.delete(subscription);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
