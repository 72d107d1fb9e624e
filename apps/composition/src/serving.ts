import type { AuditClient } from '@fumikura/audit';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { buildServer, documentAddress } from '@fumikura/mcp';
import type { McpDeps, ToolSet } from '@fumikura/mcp';
import { startHttpServer, UpdateBus } from '@fumikura/server';
import type { MayHear, RunningServer } from '@fumikura/server';
import type { McpRequestContext, McpServerFactory } from '@modelcontextprotocol/server';
import { recordShown } from './audit.ts';
import type { Installation } from './installation.ts';

export interface ServeOptions {
  readonly installation: Installation;
  readonly logger: Logger;
  readonly version: string;
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
    onShown: (event, context) =>
      recordShown(installation.audit, installation.store.catalog, event, clientOf(context)),
  };
  return (context) => buildServer(deps, toolSet, context);
}

function clientOf({ requestInfo }: McpRequestContext): AuditClient {
  return requestInfo === undefined ? { channel: 'stdio' } : { channel: 'http' };
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
