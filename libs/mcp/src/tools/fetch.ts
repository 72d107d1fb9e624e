import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CallContext } from '../deps.ts';
import { toolReply } from '../reply/tool-reply.ts';
import { meantId, shownId } from '../untrusted/ids.ts';
import { untrustedText } from '../untrusted/schema.ts';
import { challengeFor } from '../scopes.ts';
import { READ_ONLY } from './annotations.ts';
import { readFitting } from './document-page.ts';

/** A page at its longest: this pair has no cursor to go on with. */
const MAX_TOKENS = 8_000;

const output = z.object({
  id: z.string(),
  title: untrustedText,
  text: untrustedText,
  url: z.string(),
  metadata: z.record(z.string(), z.string()).optional(),
});

/** The other half: reads what `search` found. */
export function registerFetch(server: McpServer, call: CallContext): void {
  server.registerTool(
    'fetch',
    {
      title: 'Read a document',
      description: 'Reads one document that search found.',
      inputSchema: z.object({ id: z.string().min(1).max(2_000).describe('Id from search.') }),
      outputSchema: output,
      annotations: READ_ONLY,
      scopeChallenge: challengeFor(call, 'fetch'),
    },
    ({ id: given }, request) => {
      const id = meantId(given);
      return toolReply(call, request, { via: 'fetch', wanted: id }, async ({ access }, signal) => {
        const read = await readFitting((page) => call.deps.knowledge.read(page, access, signal), {
          id,
          maxTokens: MAX_TOKENS,
        });
        const { source, kind, updatedAt, syncedAt, notices } = read.metadata;
        const metadata = {
          source,
          kind,
          ...(typeof updatedAt === 'string' && { updatedAt }),
          syncedAt,
          ...(notices.length > 0 && { notices: notices.join(' ') }),
          ...(read.nextCursor && { truncated: 'Only the beginning of the document is shown.' }),
        };
        const { title, text, url } = read;
        return { documentIds: [id], value: { structured: { id: shownId(id), title, text, url, metadata } } };
      });
    },
  );
}
