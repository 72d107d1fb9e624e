import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '@fumikura/logging';
import type { Dependency } from './health.ts';
import { Health } from './health.ts';
import { listen } from './listen.ts';
import { cutSlowReaders, SLOW_CLIENTS } from './slow-clients.ts';

export interface HealthServer {
  readonly url: string;
  readonly health: Health;
  close(): Promise<void>;
}

/** Balancers and orchestrators; nobody else has to ask. */
const MAX_CONNECTIONS = 64;

/**
 * Health alone, for a process that serves nothing else. It says nothing of documents or people, so any address may ask.
 * @throws AppError PORT_IN_USE (config)
 */
export async function startHealthServer(
  options: { readonly host: string; readonly port: number; readonly logger: Logger },
  dependencies: readonly Dependency[],
): Promise<HealthServer> {
  const { host, port, logger } = options;
  const health = new Health({ dependencies, logger });
  const server = createServer(SLOW_CLIENTS, (request, response) => {
    void health.answer(request.url ?? '', response).then((isAnswered) => {
      if (!isAnswered) response.writeHead(404).end();
    });
  });
  cutSlowReaders(server);
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, host, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    health,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
