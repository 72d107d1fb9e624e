import { connectorsFor, followAudit, forwardTargets } from '@fumikura/composition';
import { serveHttp } from '@fumikura/composition/serving';
import type { Context } from '../context.ts';
import type { ServerOptions } from '../options.ts';
import { openPatiently } from '../patient.ts';
import { VERSION } from '../program.ts';
import { printConnections, untilAborted } from './up.ts';

/** One of any number of servers: it answers, and leaves reading the sources to workers. */
export async function serverCommand(context: Context, options: ServerOptions): Promise<void> {
  const written = await context.written();
  const { logger, variables, signal, output } = context;
  // Deliveries are verified by what knows the source, and done by a worker.
  const connectors = connectorsFor(written.sources, written, context);
  const address = {
    host: options.host ?? written.server.host,
    port: options.port ?? written.server.port,
  };
  const targets = forwardTargets(written, variables, VERSION);
  const installation = await openPatiently(context, address);
  try {
    const { config } = installation;
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
      address.host,
      address.port,
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
