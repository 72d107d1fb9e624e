import {
  connectorsFor,
  followAudit,
  forwardTargets,
  openInstallation,
  startSlack,
} from '@fumikura/composition';
import { serveHttp } from '@fumikura/composition/serving';
import { connectionLines } from '@fumikura/mcp';
import type { Context } from '../context.ts';
import type { Output } from '../output.ts';
import { VERSION } from '../program.ts';
import { rebuildOptions } from '../progress.ts';
import type { UpOptions } from '../options.ts';
import { stdioEntry } from './mcp.ts';
import { followBacklog } from '../embedding.ts';
import { createFollower } from '../follow.ts';
import { followUpkeep } from '../upkeep.ts';
import { followPeople } from './people-sync.ts';

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
    const targets = forwardTargets(config, context.variables, VERSION);
    const scheduler = createFollower(context, installation, connectors);
    const server = await serveHttp(
      {
        installation,
        logger: context.logger,
        version: VERSION,
        variables: context.variables,
        webhooks: { connectors, onNews: () => scheduler.wake() },
      },
      host,
      options.port ?? config.server.port,
    );
    let slack: Awaited<ReturnType<typeof startSlack>> | undefined;
    try {
      slack = config.slack && (await startSlack(installation, context));
      context.output.json({
        url: `${server.url}/mcp`,
        ...(slack?.url !== undefined && { slack: slack.url }),
      });
      printConnections(context.output, server.url, config);
      if (slack) context.output.note(whereSlackIs(slack.url));
      const vectors = followBacklog(context, installation);
      const upkeep = installation.store.paired && followUpkeep(context, installation);
      const records = followAudit(installation, targets, context.logger, context.signal);
      const people = options.watch ? followPeople(context, installation) : undefined;
      if (connectors.length > 0) context.output.note('Following changes. Ctrl-C ends.');
      await scheduler.run(context.signal);
      await untilAborted(context.signal);
      await Promise.all([vectors, upkeep, people, records]);
    } finally {
      await slack?.stop();
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

export function whereSlackIs(url: string | undefined): string {
  return url === undefined ? 'Connected to Slack.' : `Slack's deliveries are taken at ${url}.`;
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
    // A pending promise alone does not keep a process alive; the server does, and the signal ends both.
  });
}
