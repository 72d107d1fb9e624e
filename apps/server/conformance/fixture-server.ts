// The HTTP application of the product with the conformance suite's fixtures instead of knowledge. Started as a process
// by test/conformance/run.ts; prints its address and ends with SIGTERM.
import { silentLogger } from '@fumikura/logging';
import { McpServer } from '@modelcontextprotocol/server';
import type { McpRequestContext } from '@modelcontextprotocol/server';
import { startHttpServer, UpdateBus } from '../src/index.ts';
import {
  registerContentTools,
  registerPrompts,
  registerResources,
  registerTalkingTools,
} from './content-fixtures.ts';
import { registerInputTools, stateCodec } from './input-fixtures.ts';

const updates = new UpdateBus(
  () => Promise.resolve(true),
  () => Promise.resolve(true),
  (cause) => {
    throw cause;
  },
);

function buildFixtures({ era }: McpRequestContext): McpServer {
  const server = new McpServer(
    { name: 'fumikura-fixtures', version: '0' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        completions: {},
        logging: {},
      },
      requestState: { verify: stateCodec.verify },
    },
  );
  registerContentTools(server);
  registerTalkingTools(server);
  registerInputTools(server);
  registerResources(server);
  registerPrompts(server);
  registerTriggers(server);
  server.server.setRequestHandler('completion/complete', () => ({ completion: { values: [] } }));
  if (era === 'legacy') {
    server.server.setRequestHandler('resources/subscribe', () => ({}));
    server.server.setRequestHandler('resources/unsubscribe', () => ({}));
  }
  return server;
}

/** Tools that make the server announce a change of its lists. */
function registerTriggers(server: McpServer): void {
  for (const [name, kind] of [
    ['test_trigger_tool_change', 'tools_list_changed'],
    ['test_trigger_prompt_change', 'prompts_list_changed'],
  ] as const) {
    server.registerTool(name, { description: `Announces ${kind}.` }, () => {
      updates.publish({ kind });
      return { content: [{ type: 'text', text: 'announced' }] };
    });
  }
}

const running = await startHttpServer({
  host: '127.0.0.1',
  port: 0,
  endpoints: { '/mcp': buildFixtures },
  logger: silentLogger,
  updates,
});
process.stdout.write(`${JSON.stringify({ url: `${running.url}/mcp` })}\n`);
process.once('SIGTERM', () => void running.close());
