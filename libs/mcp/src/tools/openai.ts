import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CallContext } from '../deps.ts';
import { toolReply } from '../reply.ts';
import { UNTRUSTED } from '../schemas.ts';

const annotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** The pair that ChatGPT connectors and deep research look for, by exactly these names and shapes. */
export function registerSearch(server: McpServer, call: CallContext): void {
  server.registerTool(
    'search',
    {
      title: 'Search company knowledge',
      description: 'Finds documents of the company that the person may read. Use fetch to read one.',
      inputSchema: z.object({ query: z.string().min(1).max(2_000).describe('What to look for.') }),
      outputSchema: z.object({
        results: z.array(
          z.object({ id: z.string(), title: z.string().describe(UNTRUSTED), url: z.string() }),
        ),
      }),
      annotations,
    },
    ({ query }, context) =>
      toolReply(call, context, async (access, signal) => {
        const { hits } = await call.deps.knowledge.search({ query }, access, signal);
        // A result without an address cannot be cited there.
        return {
          results: hits.filter(({ url }) => url !== '').map(({ id, title, url }) => ({ id, title, url })),
        };
      }),
  );
}

export function registerFetch(server: McpServer, call: CallContext): void {
  server.registerTool(
    'fetch',
    {
      title: 'Read a document',
      description: 'Reads one document that search found.',
      inputSchema: z.object({ id: z.string().min(1).max(2_000).describe('Id from search.') }),
      outputSchema: z.object({
        id: z.string(),
        title: z.string().describe(UNTRUSTED),
        text: z.string().describe(UNTRUSTED),
        url: z.string(),
        metadata: z.record(z.string(), z.string()).optional(),
      }),
      annotations,
    },
    ({ id }, context) =>
      toolReply(call, context, async (access, signal) => {
        const page = await call.deps.knowledge.read({ id, maxTokens: 8_000 }, access, signal);
        const { title, text, url, source, metadata } = page;
        return {
          id: page.id,
          title,
          text,
          url,
          metadata: {
            source,
            kind: metadata.kind,
            ...(metadata.updatedAt && { updatedAt: metadata.updatedAt }),
            ...(page.nextCursor && { truncated: 'Only the beginning of the document is shown.' }),
          },
        };
      }),
  );
}
