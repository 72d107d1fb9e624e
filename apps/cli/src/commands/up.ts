import { connectorsFor, openInstallation, serveHttp } from '@fumikura/composition';
import { connectionLines } from '@fumikura/mcp';
import type { Context } from '../context.ts';
import type { Output } from '../output.ts';
import { VERSION } from '../program.ts';
import { rebuildOptions } from '../progress.ts';
import type { UpOptions } from '../options.ts';
import { stdioEntry } from './mcp.ts';
import { follow, syncOne } from './sync.ts';

export async function upCommand(context: Context, options: UpOptions): Promise<void> {
  const config = await context.config();
  // Mistakes in the sources are told before anything listens.
  const connectors = options.watch ? connectorsFor(config.sources, config, context) : [];
  const installation = await openInstallation(config, {
    logger: context.logger,
    mode: 'service',
    variables: context.variables,
    rebuild: rebuildOptions(context),
  });
  try {
    const host = options.host ?? config.server.host;
    const server = await serveHttp(
      { installation, logger: context.logger, version: VERSION, variables: context.variables },
      host,
      options.port ?? config.server.port,
    );
    try {
      context.output.json({ url: `${server.url}/mcp` });
      printConnections(context.output, server.url, config);
      for (const connector of connectors) {
        if (context.signal.aborted) break;
        await syncOne(context, installation, connector, {}).catch((error: unknown) =>
          context.output.note(`${connector.id}: ${messageOf(error)}`),
        );
      }
      if (connectors.length > 0)
        await follow(context, installation, connectors, {}, config.syncEveryMinutes * 60_000);
      await untilAborted(context.signal);
    } finally {
      await server.close();
    }
  } finally {
    await installation.close();
  }
}

export function printConnections(output: Output, url: string, config: { readonly file: string }): void {
  output.line(`\nServing MCP at ${url}/mcp (and ${url}/mcp/openai). Ctrl-C ends.\n`);
  for (const { client, lines } of connectionLines(`${url}/mcp`, stdioEntry(config))) {
    output.line(`${client}:`);
    for (const line of lines) output.line(`  ${line}`);
  }
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
    // A pending promise alone does not keep a process alive; the server does, and the signal ends both.
  });
}

function messageOf(error: unknown): string {
  return (error as { publicMessage?: string }).publicMessage ?? String(error);
}
