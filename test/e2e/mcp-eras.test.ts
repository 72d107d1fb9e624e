import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startProduct } from '../conformance/product-server.ts';
import type { Product } from '../conformance/product-server.ts';

const program = fileURLToPath(new URL('../../apps/cli/bin/fumi.mjs', import.meta.url));
const info = { name: 'era-test', version: '1' };

interface Conversation {
  connect(): Promise<void>;
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  readResource(resource: { uri: string }): Promise<{ contents: unknown[] }>;
  getPrompt(prompt: { name: string; arguments: Record<string, string> }): Promise<{ messages: unknown[] }>;
  close(): Promise<void>;
}

describe('MCP in both eras, over HTTP and stdio', () => {
  let product: Product;
  before(async () => {
    product = await startProduct();
  });
  after(() => product.stop());

  const stdio = () => ({
    command: process.execPath,
    args: [program, 'mcp', '--config', product.configFile],
    stderr: 'inherit' as const,
  });
  const clients: Readonly<Record<string, () => Conversation>> = {
    'new client, automatic, HTTP': () => modern('auto', new ModernHttp(new URL(product.url))),
    'new client, pinned 2026-07-28, HTTP': () =>
      modern({ pin: '2026-07-28' }, new ModernHttp(new URL(product.url))),
    'new client, default, HTTP': () => modern(undefined, new ModernHttp(new URL(product.url))),
    'old client, HTTP': () => old(new OldHttp(new URL(product.url))),
    'new client, automatic, stdio': () => modern('auto', new ModernStdio(stdio())),
    'new client, default, stdio': () => modern(undefined, new ModernStdio(stdio())),
    'old client, stdio': () => old(new OldStdio(stdio())),
  };

  for (const [name, make] of Object.entries(clients)) {
    it(`[mcp.eras] serves: ${name}`, async () => {
      const client = make();
      await client.connect();
      try {
        assert.deepEqual(
          (await client.listTools()).tools.map((tool) => tool.name),
          ['search_knowledge', 'get_document', 'ask_question', 'create_summary'],
        );
        const found = (await client.callTool({
          name: 'search_knowledge',
          arguments: { query: 'how do we rotate secrets' },
        })) as {
          structuredContent: { results: { id: string; url: string }[]; coverage: { complete: boolean } };
        };
        const [first] = found.structuredContent.results;
        assert.equal(first?.id, 'files:handbook/engineering/rotate-secrets.md');
        assert.equal(found.structuredContent.coverage.complete, true);
        const read = (await client.callTool({ name: 'get_document', arguments: { id: first.id } })) as {
          structuredContent: { text: string };
        };
        assert.match(read.structuredContent.text, /vaultctl rotate/);
        const { contents } = await client.readResource({ uri: `fumi://doc/${first.id}` });
        assert.equal(contents.length, 2, 'the text and its metadata');
        assert.match(JSON.stringify(contents[0]), /vaultctl rotate/);
        await assert.rejects(client.readResource({ uri: 'fumi://doc/files:handbook/none.md' }));
        assert.equal(
          (await client.getPrompt({ name: 'research_topic', arguments: { topic: 'vault' } })).messages.length,
          1,
        );
      } finally {
        await client.close();
      }
    });
  }

  it('[mcp.origin] refuses foreign hosts and origins, unknown paths and large bodies', async () => {
    const post = (path: string, headers: Record<string, string>, body = '{}') =>
      fetch(product.url.replace('/mcp', path), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
    assert.equal((await post('/mcp', { origin: 'https://evil.example' })).status, 403);
    assert.equal((await post('/other', {})).status, 404);
    assert.equal(
      (
        await post(
          '/mcp',
          { accept: 'application/json, text/event-stream' },
          `{"x":"${'y'.repeat(400_000)}"}`,
        )
      ).status,
      413,
    );
    assert.equal((await fetch(product.url.replace('/mcp', '/healthz'))).status, 200);
  });
});

function modern(
  mode: 'auto' | { pin: string } | undefined,
  transport: ModernHttp | ModernStdio,
): Conversation {
  const client = new ModernClient(info, mode === undefined ? {} : { versionNegotiation: { mode } });
  return bound(client, transport);
}

function old(transport: OldHttp | OldStdio): Conversation {
  const client = new OldClient(info);
  return bound(client as never, transport as never);
}

function bound(client: ModernClient, transport: ModernHttp | ModernStdio): Conversation {
  return {
    connect: () => client.connect(transport),
    listTools: () => client.listTools(),
    callTool: (call) => client.callTool(call),
    readResource: (resource) => client.readResource(resource),
    getPrompt: (prompt) => client.getPrompt(prompt),
    close: () => client.close(),
  };
}
