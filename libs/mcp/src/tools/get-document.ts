import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CallContext } from '../deps.ts';
import { toolReply } from '../reply.ts';
import { UNTRUSTED } from '../schemas.ts';

/** Headings of an outline in one reply. */
const MAX_OUTLINE = 100;

const input = z.object({
  id: z.string().min(1).max(2_000).describe('Document id from search_knowledge.'),
  section: z.string().max(500).optional().describe('Heading of one section, as the outline writes it.'),
  cursor: z.string().max(500).optional().describe('nextCursor of the same document, for its next page.'),
  maxTokens: z.int().min(100).max(8_000).default(4_000).describe('Length of the page.'),
});

const output = z.object({
  id: z.string(),
  title: z.string().describe(UNTRUSTED),
  url: z.string(),
  text: z.string().describe(UNTRUSTED),
  metadata: z.object({
    source: z.string(),
    kind: z.string(),
    language: z.string(),
    syncedAt: z.string(),
    updatedAt: z.string().optional(),
    authors: z.array(z.string()),
    labels: z.array(z.string()),
    breadcrumbs: z.array(z.string()),
    notices: z.array(z.string()).describe('What is missing from the text, and why.'),
  }),
  outline: z
    .array(z.object({ heading: z.string(), level: z.number() }))
    .describe('Sections; on the first page only.'),
  nextCursor: z.string().optional(),
});

export function registerGetDocument(server: McpServer, call: CallContext): void {
  server.registerTool(
    'get_document',
    {
      title: 'Read a document',
      description:
        'Reads one document that search_knowledge found: a page of its text, its outline and facts about it. Ask for a section when the document is long.',
      inputSchema: input,
      outputSchema: output,
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    (args, context) =>
      toolReply(call, context, async (access, signal) => {
        const { id, section, cursor, maxTokens } = args;
        const page = await call.deps.knowledge.read(
          { id, maxTokens, ...(section && { section }), ...(cursor && { cursor }) },
          access,
          signal,
        );
        const { createdAt: _created, fields: _fields, ...metadata } = page.metadata;
        return {
          id: page.id,
          title: page.title,
          url: page.url,
          text: page.text,
          metadata: { ...metadata, source: page.source },
          outline: cursor
            ? []
            : page.outline.slice(0, MAX_OUTLINE).map(({ heading, level }) => ({ heading, level })),
          ...(page.nextCursor && { nextCursor: page.nextCursor }),
        };
      }),
  );
}
