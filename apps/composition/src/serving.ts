import type { Logger } from '@fumikura/logging';
import { buildServer } from '@fumikura/mcp';
import type { McpDeps, ToolSet } from '@fumikura/mcp';
import { startHttpServer } from '@fumikura/server';
import type { RunningServer } from '@fumikura/server';
import type { McpServerFactory } from '@modelcontextprotocol/server';
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
): McpServerFactory {
  const { knowledge, access } = installation;
  const deps: McpDeps = {
    knowledge,
    access,
    logger,
    version,
    resolvePerson: () => installation.localPerson(),
  };
  return (context) => buildServer(deps, toolSet, context);
}

/** @throws AppError PERSON_UNKNOWN before anything listens: a server that can show nobody anything is a mistake */
export async function serveHttp(options: ServeOptions, host: string, port: number): Promise<RunningServer> {
  options.installation.localPerson();
  return startHttpServer({
    host,
    port,
    logger: options.logger,
    isReady: () => options.installation.store.catalog.accessVersion().then(Boolean, () => false),
    endpoints: { '/mcp': mcpFactory(options, 'knowledge'), '/mcp/openai': mcpFactory(options, 'openai') },
  });
}
