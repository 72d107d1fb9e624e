import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

export interface Envelope {
  readonly type: 'events_api' | 'interactive' | 'slash_commands';
  readonly payload: unknown;
  readonly retryAttempt?: number;
  readonly retryReason?: string;
}

/** What the app said to an envelope: `unacknowledged` when the connection ended or the time was over. */
export type Acknowledgement =
  { readonly payload: unknown; readonly afterMs: number } | 'unacknowledged' | 'not-connected';

const PING_MS = 10_000;

/** The connections of an app in socket mode; an envelope goes to one of them. */
export class Sockets {
  readonly #server: WebSocketServer;
  readonly #tickets = new Map<string, string>();
  readonly #open: WebSocket[] = [];
  readonly #tokens = new WeakMap<WebSocket, string>();
  readonly #waiting = new Map<
    string,
    { readonly socket: WebSocket; readonly settle: (payload: unknown) => void }
  >();
  readonly #pings: NodeJS.Timeout;
  #next = 0;

  constructor(server: Server) {
    this.#server = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      const ticket = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('ticket') ?? '';
      const token = this.#tickets.get(ticket);
      if (token === undefined) {
        socket.destroy();
        return;
      }
      this.#tickets.delete(ticket);
      this.#server.handleUpgrade(request, socket, head, (connected) => this.#connected(connected, token));
    });
    this.#pings = setInterval(() => {
      for (const each of this.#open) each.ping();
    }, PING_MS);
    this.#pings.unref();
  }

  get connections(): number {
    return this.#open.length;
  }

  /** Whether an app that came with this token is connected. */
  isConnected(token: string): boolean {
    return this.#open.some((each) => this.#tokens.get(each) === token);
  }

  /** The next envelope goes to the app that came with this token. */
  prefer(token: string): void {
    this.#next = Math.max(
      0,
      this.#open.findIndex((each) => this.#tokens.get(each) === token),
    );
  }

  /** An address that serves for one connection. */
  open(base: string, token: string): string {
    const ticket = randomUUID();
    this.#tickets.set(ticket, token);
    return `${base.replace('http', 'ws')}/link/?ticket=${ticket}`;
  }

  send({ type, payload, retryAttempt, retryReason }: Envelope, withinMs: number): Promise<Acknowledgement> {
    const socket = this.#open[this.#next++ % Math.max(1, this.#open.length)];
    if (!socket) return Promise.resolve('not-connected');
    const id = randomUUID();
    const started = performance.now();
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle('unacknowledged'), withinMs);
      const settle = (answer: Acknowledgement) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(answer);
      };
      this.#waiting.set(id, {
        socket,
        settle: (said) =>
          settle(
            said === undefined ? 'unacknowledged' : { payload: said, afterMs: performance.now() - started },
          ),
      });
      socket.send(
        JSON.stringify({
          envelope_id: id,
          type,
          payload,
          accepts_response_payload: type !== 'events_api',
          ...(retryAttempt !== undefined && { retry_attempt: retryAttempt, retry_reason: retryReason }),
        }),
      );
    });
  }

  /** Slack recycles its side of a connection every few hours. */
  recycle(): void {
    for (const each of this.#open)
      each.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }));
  }

  close(): void {
    clearInterval(this.#pings);
    for (const each of this.#open) each.terminate();
    this.#server.close();
  }

  #connected(socket: WebSocket, token: string): void {
    this.#open.push(socket);
    this.#tokens.set(socket, token);
    socket.send(JSON.stringify({ type: 'hello', num_connections: this.#open.length }));
    socket.on('message', (data) => {
      const said = JSON.parse(String(data)) as { envelope_id?: string; payload?: unknown };
      this.#waiting.get(said.envelope_id ?? '')?.settle(said.payload ?? {});
    });
    socket.on('close', () => {
      this.#open.splice(this.#open.indexOf(socket), 1);
      for (const each of this.#waiting.values()) if (each.socket === socket) each.settle(undefined);
    });
    socket.on('error', () => socket.terminate());
  }
}
