import { serveHttp } from '@fumikura/composition/serving';
import type { Installation } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import { printConnections, untilAborted } from './commands/up.ts';
import type { Context } from './context.ts';
import type { StartOptions } from './options.ts';
import { VERSION } from './program.ts';

/** Until Ctrl-C. The usual port, or a free one: a visitor's first minute must not fail over a port. */
export async function serveHere(
  context: Context,
  installation: Installation,
  config: Config,
  options: Pick<StartOptions, 'port'>,
  show = (url: string) => printConnections(context.output, url, config),
): Promise<void> {
  const serving = { installation, logger: context.logger, version: VERSION, variables: context.variables };
  const { host, port } = config.server;
  const server = await serveHttp(serving, host, options.port ?? port).catch((error: unknown) => {
    const isTaken = error instanceof AppError && error.code === 'PORT_IN_USE' && options.port === undefined;
    if (!isTaken) throw error;
    context.output.note(`Port ${port} is taken; using a free one.`);
    return serveHttp(serving, host, 0);
  });
  try {
    show(server.url);
    await untilAborted(context.signal);
  } finally {
    await server.close();
  }
}
