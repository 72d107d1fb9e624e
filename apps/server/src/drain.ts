import type { Server, ServerResponse } from 'node:http';

const SWEEP_MS = 20;
/** For the last bytes to clients that were just told that it is over. */
const FAREWELL_MS = 500;

/** Requests whose answer is not finished. */
export class OpenRequests {
  readonly #open = new Set<ServerResponse>();
  #changed: () => void = () => undefined;

  add(response: ServerResponse): void {
    this.#open.add(response);
    response.once('close', () => {
      this.#open.delete(response);
      this.#changed();
    });
  }

  /** Resolves when at most `remaining()` are left, or when the time is up. */
  async settle(remaining: () => number, withinMs: number): Promise<void> {
    if (this.#open.size <= remaining()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#changed = () => {
        if (this.#open.size > remaining()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/**
 * Refuses new connections at once and lets running requests finish; subscriptions never would, so they are not waited
 * for but told. Whoever is still there after that is cut off.
 */
export async function closeGently(
  server: Server,
  open: OpenRequests,
  subscriptions: { count(): number; end(): Promise<void> },
  drainMs: number,
): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  await open.settle(() => subscriptions.count(), drainMs);
  await subscriptions.end();
  const cut = setTimeout(() => server.closeAllConnections(), FAREWELL_MS);
  await closed;
  clearTimeout(cut);
  clearInterval(sweep);
}
