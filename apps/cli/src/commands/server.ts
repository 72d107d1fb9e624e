import {
  connectorsFor,
  followAudit,
  forwardTargets,
  openInstallation,
  serveHttp,
} from '@fumikura/composition';
import type { Context } from '../context.ts';
import type { ServerOptions } from '../options.ts';
import { whenReachable } from '../patient.ts';
import { VERSION } from '../program.ts';
import { printConnections, untilAborted } from './up.ts';

/** One of any number of servers: it answers, and leaves reading the sources to workers. */
export async function serverCommand(context: Context, options: ServerOptions): Promise<void> {
  const config = await context.config();
  const { logger, variables, signal, output } = context;
  // Deliveries are verified by what knows the source, and done by a worker.
  const connectors = connectorsFor(config.sources, config, context);
  const targets = forwardTargets(config, variables, VERSION);
  const installation = await whenReachable(context, () =>
    openInstallation(config, { logger, mode: 'service', variables }),
  );
  try {
    const { announceSeconds, limitSeconds } = config.server.drain;
    const warmUp = installation.embedder?.warmUp(signal);
    const server = await serveHttp(
      {
        installation,
        logger,
        version: VERSION,
        variables,
        webhooks: { connectors, onNews: () => undefined },
        drain: { announceMs: announceSeconds * 1_000, limitMs: limitSeconds * 1_000 },
        ...(warmUp && { warmUp }),
      },
      options.host ?? config.server.host,
      options.port ?? config.server.port,
    );
    output.json({ url: `${server.url}/mcp` });
    printConnections(output, server.url, config);
    const records = followAudit(installation, targets, logger, signal);
    await untilAborted(signal);
    output.note('Ending: no new requests; those under way are finished.');
    await server.close();
    await records;
  } finally {
    await installation.close();
  }
}
