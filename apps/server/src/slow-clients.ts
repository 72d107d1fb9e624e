import type { Server, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';

/** In ms: until the headers are in, until the whole request is, and between requests. Who never sends a byte counts as the first. */
export const SLOW_CLIENTS: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  /** How often the first two are looked at. */
  connectionsCheckingInterval: 2_000,
  // A machine that went away without a word is noticed by the network, not by us.
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
};

const LOOK_EVERY_MS = 1_000;
const TAKEN_WITHIN_MS = 30_000;

/**
 * Cuts off who does not take an answer: what waits for a client has to be gone within the time, however many bytes of it are read in
 * between. Ends with the server. @param withinMs default 30,000
 */
export function cutSlowReaders(
  server: Server,
  withinMs = TAKEN_WITHIN_MS,
  onCut: () => void = () => undefined,
): void {
  const waitingSince = new Map<Socket, number | undefined>();
  server.on('connection', (socket) => {
    waitingSince.set(socket, undefined);
    socket.once('close', () => waitingSince.delete(socket));
  });
  const look = setInterval(
    () => {
      const now = performance.now();
      for (const [socket, since = now] of waitingSince) {
        waitingSince.set(socket, socket.writableLength > 0 ? since : undefined);
        if (socket.writableLength === 0 || now - since < withinMs) continue;
        socket.destroy();
        onCut();
      }
    },
    Math.min(LOOK_EVERY_MS, withinMs / 2),
  );
  look.unref();
  server.once('close', () => clearInterval(look));
}
