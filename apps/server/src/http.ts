import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { McpHttpHandler, McpServerFactory } from '@modelcontextprotocol/server';
import type { SignIn } from './auth/gate.ts';
import { createBrowserPages } from './browser-pages.ts';
import type { BrowserPages } from './browser-pages.ts';
import { addressesBehind } from './client-address.ts';
import { admit, askerOf } from './door.ts';
import type { Door } from './door.ts';
import { DEFAULT_LOAD_LIMITS, LoadGate } from './limits.ts';
import type { LoadLimits } from './limits.ts';
import { memoryGuard } from './memory.ts';
import { addressNotAllowed, isLoopback, LOOPBACK_NAMES, requireLoopback } from './loopback.ts';
import { closeGently, OpenRequests } from './drain.ts';
import { Health } from './health.ts';
import type { Dependency } from './health.ts';
import { listen } from './listen.ts';
import { createProvisioning } from './provisioning.ts';
import type { Provisioning } from './provisioning.ts';
import { createRoute } from './route.ts';
import type { Handle } from './route.ts';
import { cutSlowReaders, SLOW_CLIENTS } from './slow-clients.ts';
import { UpdateBus } from './updates.ts';
import { createWebhooks, WEBHOOKS_PATH } from './webhooks.ts';
import type { TakeDelivery } from './webhooks.ts';

export interface HttpServerOptions {
  /** Loopback only, unless people sign in and `hosts` names by what names they come. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Path → what is served there: `/mcp`, `/mcp/openai`. */
  readonly endpoints: Readonly<Record<string, McpServerFactory>>;
  /** Source id → what takes its deliveries; default: none is taken. */
  readonly webhooks?: ReadonlyMap<string, TakeDelivery>;
  /** Where directories of the company tell of people; default: nowhere. */
  readonly provisioning?: Provisioning;
  /** What people open in a browser; default: nothing. */
  readonly pages?: BrowserPages;
  readonly logger: Logger;
  /** What answers need; for load balancers and orchestrators. Default: nothing. */
  readonly dependencies?: readonly Dependency[];
  /** Resolves when everything is loaded that the first requests would wait for; default at once. */
  readonly warmUp?: Promise<unknown>;
  /** Absent: everybody on loopback is the one person of this machine. */
  readonly signIn?: SignIn;
  /** Host names by which clients come, beside those of loopback. */
  readonly hosts?: readonly string[];
  /** Through which changes are announced to subscribers; default: none ever is. */
  readonly updates?: UpdateBus;
  readonly loadLimits?: Partial<LoadLimits>;
  /** Addresses and networks whose `X-Forwarded-For` is believed; default none. */
  readonly trustedProxies?: readonly string[];
  /** Requests are refused with 503 while the process holds more; default 0, no limit. */
  readonly maxMemoryBytes?: number;
  /** At `close`, time for load balancers to notice that no more requests should come, ms; default 0. */
  readonly announceMs?: number;
  /** Open requests may take this long to finish after that; default 5,000. */
  readonly drainMs?: number;
  /** An answer that a client does not take within this time is given up, ms; default 30,000. */
  readonly takenWithinMs?: number;
  /** Connections at once; default 512. */
  readonly maxConnections?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface RunningServer {
  /** `http://127.0.0.1:7700` */
  readonly url: string;
  /** Says that it is not ready, stops accepting, lets open requests finish for a while, then closes. Safe to call again. */
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 262_144;
const MAX_CONNECTIONS = 512;
const DRAIN_MS = 5_000;

/** @throws AppError ADDRESS_NOT_ALLOWED, PORT_IN_USE (config) */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningServer> {
  const { host, port, logger } = options;
  const isOpen = options.signIn !== undefined && (options.hosts ?? []).length > 0;
  if (!isOpen) requireLoopback(host);
  const bus = options.updates ?? silentBus();
  const handlers = Object.entries(options.endpoints).map(
    ([path, factory]) => [path, mcpHandler(factory, bus, logger)] as const,
  );
  const open = new OpenRequests();
  const health = new Health({ dependencies: options.dependencies ?? [], logger });
  const server = createHttpServer(options, bus, handlers, { open, health });
  await listen(server, host, port);
  const { address, port: taken } = server.address() as AddressInfo;
  if (!isOpen && !isLoopback(address)) {
    await new Promise((resolve) => server.close(resolve));
    throw addressNotAllowed(`${host} (${address})`);
  }
  const started = () => health.started();
  // What is wrong with it, the first request that needs it is told.
  void (options.warmUp ?? Promise.resolve()).then(started, started);
  const close = async () => {
    const end = async () => void (await Promise.all(handlers.map(([, handler]) => handler.close())));
    const subscriptions = { count: () => bus.size, end };
    health.draining();
    await wait(options.announceMs ?? 0);
    await closeGently(server, open, subscriptions, options.drainMs ?? DRAIN_MS);
  };
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () => (closing ??= close()),
  };
}

function silentBus(): UpdateBus {
  return new UpdateBus(
    () => Promise.resolve(false),
    () => Promise.resolve(false),
    () => undefined,
  );
}

function mcpHandler(factory: McpServerFactory, bus: UpdateBus, logger: Logger): McpHttpHandler {
  return createMcpHandler(factory, {
    bus,
    // Mostly requests that clients got wrong: they were told, nobody here has to act.
    onerror: (error) => logger.info('mcp.request.refused', { message: error.message.slice(0, 300) }),
    maxRequestBodySize: MAX_BODY_BYTES,
  });
}

function createHttpServer(
  options: HttpServerOptions,
  bus: UpdateBus,
  handlers: readonly (readonly [string, McpHttpHandler])[],
  { open, health }: { readonly open: OpenRequests; readonly health: Health },
): Server {
  const { logger, signIn, hosts = [], loadLimits, webhooks, provisioning, now = Date.now } = options;
  const limits = { ...DEFAULT_LOAD_LIMITS, ...loadLimits };
  const persons = new LoadGate(
    { concurrent: limits.concurrentPerPerson, perMinute: limits.perMinutePerPerson },
    now,
  );
  const addresses = new LoadGate(
    { concurrent: limits.concurrentPerAddress, perMinute: limits.perMinutePerAddress },
    now,
  );
  const endpoints = new Map<string, Handle>(
    handlers.map(([path, handler]) => {
      const handle: Handle = (request, auth) =>
        bus.serving(request, (own) => handler.fetch(own, auth ? { authInfo: auth } : undefined));
      return [path, handle] as const;
    }),
  );
  const route = createRoute({
    endpoints,
    ...(signIn && { signIn }),
    hosts,
    persons,
    logger,
  });
  const listener = toNodeHandler(
    { fetch: (request) => route(request) },
    {
      maxRequestBodySize: MAX_BODY_BYTES,
      onerror: (error) => logger.warn('http.request.failed', { message: error.message.slice(0, 300) }),
    },
  );
  const takeDelivery = createWebhooks(webhooks ?? new Map<string, TakeDelivery>(), logger);
  const provision = provisioning && createProvisioning(provisioning, logger);
  const names = [...LOOPBACK_NAMES, ...hosts];
  const pages = options.pages && createBrowserPages(options.pages, { names, logger, now });
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const served = () => {
      if (pages?.serves(request)) return pages.serve(request, response, askerOf(door, request));
      if (request.url?.startsWith(WEBHOOKS_PATH)) return takeDelivery(request, response);
      if (provision && request.url?.startsWith(`${provisioning.path}/`)) return provision(request, response);
      return listener(request, response);
    };
    // Whoever goes away in the middle of a request ends that one, and not the process.
    void served().catch((cause: unknown) => {
      logger.warn('http.request.failed', { message: toAppError(cause).message.slice(0, 300) });
      response.destroy();
    });
  };
  const door: Door = {
    addressOf: addressesBehind(options.trustedProxies ?? []),
    addresses,
    isFull: memoryGuard(options.maxMemoryBytes ?? 0, now),
  };
  const server = createServer(SLOW_CLIENTS, (request, response) => {
    open.add(response);
    // Whoever keeps the connection would send the next request into a server that goes.
    if (health.isDraining) response.shouldKeepAlive = false;
    // Whatever an address asks for otherwise, and by what name: its balancer hears how we are.
    void health.answer(request.url ?? '', response).then((isAnswered) => {
      if (!isAnswered) admit(door, request, response, () => serve(request, response));
    });
  });
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  cutSlowReaders(server, options.takenWithinMs, () => logger.warn('http.client.slow'));
  return server;
}
