import { connectorsFor, followAudit, forwardTargets } from '@fumikura/composition';
import { dependenciesOf } from '@fumikura/composition/serving';
import { startHealthServer } from '@fumikura/server';
import type { Context } from '../context.ts';
import { followBacklog } from '../embedding.ts';
import { createFollower } from '../follow.ts';
import type { WorkerOptions } from '../options.ts';
import { openPatiently } from '../patient.ts';
import { VERSION } from '../program.ts';
import { followUpkeep } from '../upkeep.ts';

/** One of any number of workers: reads the sources, makes vectors, keeps the stores in order; answers nobody. */
export async function workerCommand(context: Context, options: WorkerOptions): Promise<void> {
  const written = await context.written();
  const { logger, variables, signal, output } = context;
  const connectors = connectorsFor(written.sources, written, context);
  const address =
    options.port === undefined ? undefined : { host: options.host ?? '127.0.0.1', port: options.port };
  const targets = forwardTargets(written, variables, VERSION);
  const installation = await openPatiently(context, address);
  try {
    const server =
      address && (await startHealthServer({ ...address, logger }, dependenciesOf(installation.store)));
    server?.health.started();
    signal.addEventListener('abort', () => server?.health.draining(), { once: true });
    try {
      output.json({ sources: connectors.map(({ id }) => id), ...(server && { health: server.url }) });
      output.note(`Working for ${connectors.length} sources. Ctrl-C ends.`);
      // What is under way stops at its last batch; another worker, or the next start, goes on from there.
      await Promise.all([
        createFollower(context, installation, connectors).run(signal),
        followBacklog(context, installation),
        followUpkeep(context, installation),
        followAudit(installation, targets, logger, signal),
      ]);
    } finally {
      await server?.close();
    }
  } finally {
    await installation.close();
  }
}
