import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';

/** Whether the caller of a request may hear of a change of this resource, now. */
export type MayHear = (request: Request, uri: string) => Promise<boolean>;

/**
 * Change events for open subscriptions, each asked anew whether it may hear of this one: a subscription to a document
 * that its caller may not read stays silent, like one to a document that does not exist.
 */
export class UpdateBus implements ServerEventBus {
  readonly #mayHear: MayHear;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<{ request: Request; listener: (event: ServerEvent) => void }>();
  readonly #request = new AsyncLocalStorage<Request>();

  constructor(mayHear: MayHear, onError: (error: unknown) => void) {
    this.#mayHear = mayHear;
    this.#onError = onError;
  }

  /** Open subscriptions. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Runs the handling of a request, so that a subscription made in it is known to be its caller's. */
  serving<T>(request: Request, handle: () => Promise<T>): Promise<T> {
    return this.#request.run(request, handle);
  }

  publish(event: ServerEvent): void {
    for (const subscription of this.#listeners) {
      this.#deliver(subscription, event).catch(this.#onError);
    }
  }

  subscribe(listener: (event: ServerEvent) => void): () => void {
    const request = this.#request.getStore();
    if (!request) throw new Error('a subscription outside of a request');
    const subscription = { request, listener };
    this.#listeners.add(subscription);
    return () => void this.#listeners.delete(subscription);
  }

  async #deliver(
    subscription: { request: Request; listener: (event: ServerEvent) => void },
    event: ServerEvent,
  ): Promise<void> {
    if (event.kind === 'resource_updated' && !(await this.#mayHear(subscription.request, event.uri))) return;
    if (this.#listeners.has(subscription)) subscription.listener(event);
  }
}
