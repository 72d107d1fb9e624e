import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError, toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import type { McpHttpHandler, McpServerFactory } from '@modelcontextprotocol/server';
import { DEFAULT_LOAD_LIMITS, LoadGate } from './limits.ts';
import type { LoadLimits } from './limits.ts';

export interface HttpServerOptions {
  /** Loopback only, until authorization is configured. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Path → what is served there: `/mcp`, `/mcp/openai`. */
  readonly endpoints: Readonly<Record<string, McpServerFactory>>;
  readonly logger: Logger;
  /** Whether requests can be answered now; for load balancers and start-up scripts. */
  readonly isReady: () => Promise<boolean>;
  readonly loadLimits?: LoadLimits;
}

export interface RunningServer {
  /** `http://127.0.0.1:7700` */
  readonly url: string;
  /** Stops accepting, lets open requests finish for a while, then closes. */
  close(): Promise<void>;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);
const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];
const MAX_BODY_BYTES = 262_144;
/** Slow clients: headers, then the whole request, in ms. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const DRAIN_MS = 5_000;

/** @throws AppError ADDRESS_NOT_ALLOWED, PORT_IN_USE (config) */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningServer> {
  const { host, port, logger, endpoints } = options;
  if (!LOOPBACK.has(host)) throw addressNotAllowed(host);
  const handlers = new Map(
    Object.entries(endpoints).map(([path, factory]) => [path, mcpHandler(factory, logger)]),
  );
  const route = createRoute(options, handlers);
  const listener = toNodeHandler({ fetch: route }, { maxRequestBodySize: MAX_BODY_BYTES });
  const gate = new LoadGate(options.loadLimits ?? DEFAULT_LOAD_LIMITS);
  const server = createServer((request, response) =>
    admit(gate, request, response, () => void listener(request, response)),
  );
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: () => close(server, [...handlers.values()]),
  };
}

function mcpHandler(factory: McpServerFactory, logger: Logger): McpHttpHandler {
  return createMcpHandler(factory, {
    onerror: (error) => logger.warn('mcp.request.failed', { message: error.message }),
    maxRequestBodySize: MAX_BODY_BYTES,
  });
}

function createRoute({ isReady }: HttpServerOptions, handlers: ReadonlyMap<string, McpHttpHandler>) {
  return async (request: Request): Promise<Response> => {
    // Names, not addresses, are what a rebinding attack gets wrong.
    const refused =
      hostHeaderValidationResponse(request, LOOPBACK_NAMES) ??
      originValidationResponse(request, LOOPBACK_NAMES);
    if (refused) return refused;
    const { pathname } = new URL(request.url);
    if (pathname === '/healthz') return text(200, 'ok');
    if (pathname === '/readyz') return (await isReady()) ? text(200, 'ready') : text(503, 'not ready');
    const handler = handlers.get(pathname);
    return handler ? handler.fetch(request) : text(404, 'Not found. The MCP endpoint is /mcp.');
  };
}

function text(status: number, body: string): Response {
  return new Response(`${body}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

function admit(gate: LoadGate, request: IncomingMessage, response: ServerResponse, serve: () => void): void {
  const entered = gate.enter(request.socket.remoteAddress ?? '');
  if (typeof entered === 'number') {
    request.resume();
    response.writeHead(429, { 'retry-after': String(entered), 'content-type': 'text/plain' });
    response.end(`Too many requests. Try again in ${entered} s.\n`);
    return;
  }
  response.once('close', entered);
  serve();
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portInUse(port, error) : toAppError(error)),
    );
    server.listen(port, host, () => resolve());
  });
}

async function close(server: Server, handlers: readonly McpHttpHandler[]): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await Promise.all(handlers.map((handler) => handler.close()));
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(timer);
}

function addressNotAllowed(host: string): AppError {
  return new AppError('ADDRESS_NOT_ALLOWED', 'config', `refused to listen on ${host}`, {
    publicMessage: `Fumikura listens on 127.0.0.1, localhost or ::1 only: without sign-in, any other address ("${host}") would let everybody on the network ask as you.`,
  });
}

function portInUse(port: number, cause: Error): AppError {
  return new AppError('PORT_IN_USE', 'config', `port ${port} is in use`, {
    publicMessage: `Port ${port} is taken, perhaps by another Fumikura. Choose another with --port, or --port 0 for any free one.`,
    cause,
  });
}
