import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { buildServer, documentAddress } from '@fumikura/mcp';
import type { McpDeps, ToolSet } from '@fumikura/mcp';
import { startHttpServer, UpdateBus } from '@fumikura/server';
import type { MayHear, RunningServer } from '@fumikura/server';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import type { Installation } from './installation.ts';
import { webhooksOf } from './webhooks.ts';
import type { WebhookOptions } from './webhooks.ts';

export interface ServeOptions {
  readonly installation: Installation;
  readonly logger: Logger;
  readonly version: string;
  /** Deliveries that are taken over HTTP; default: none. */
  readonly webhooks?: WebhookOptions;
}

/** MCP for the person at this machine. */
export function mcpFactory(
  { installation, logger, version }: ServeOptions,
  toolSet: ToolSet,
  announcesUpdates = false,
): McpServerFactory {
  const { knowledge, access } = installation;
  const deps: McpDeps = {
    knowledge,
    access,
    logger,
    version,
    announcesUpdates,
    resolvePerson: () => installation.localPerson(),
  };
  return (context) => buildServer(deps, toolSet, context);
}

/** @throws AppError PERSON_UNKNOWN before anything listens: a server that can show nobody anything is a mistake */
export async function serveHttp(options: ServeOptions, host: string, port: number): Promise<RunningServer> {
  const { installation, logger } = options;
  installation.localPerson();
  const updates = new UpdateBus(mayHear(installation), (cause) =>
    logger.warn('mcp.update.failed', { message: toAppError(cause).message }),
  );
  const server = await startHttpServer({
    host,
    port,
    logger,
    updates,
    ...(options.webhooks && { webhooks: webhooksOf(installation.store.catalog, options.webhooks) }),
    isReady: () => installation.store.catalog.accessVersion().then(Boolean),
    callerOf: () => personKey(installation),
    endpoints: {
      '/mcp': mcpFactory(options, 'knowledge', true),
      '/mcp/openai': mcpFactory(options, 'openai'),
    },
  });
  const stop = installation.onChanged((ids) => {
    for (const id of ids) updates.publish({ kind: 'resource_updated', uri: documentAddress.addressOf(id) });
  });
  return {
    url: server.url,
    close: () => {
      stop();
      return server.close();
    },
  };
}

function personKey({ localPerson }: Installation): string {
  const { issuer, subject } = localPerson();
  return JSON.stringify([issuer, subject]);
}

/** Who may read a document may hear that it changed; asked when it did, with the rights of that moment. */
function mayHear({ access, store, localPerson }: Installation): MayHear {
  return async (_request, uri) => {
    const filter = await access.filterFor(localPerson());
    const readable = await store.catalog.readable([documentAddress.idOf(uri)], filter);
    return readable.length > 0;
  };
}
