import type { McpServer } from '@modelcontextprotocol/server';
import type { CallContext } from '../deps.ts';
import { toolReply } from '../reply/tool-reply.ts';
import { challengeFor } from '../scopes.ts';
import { READ_ONLY } from './annotations.ts';
import { readFitting } from './document-page.ts';
import { meantId } from '../untrusted/ids.ts';
import { documentInput, documentOutput } from './document-schema.ts';

export function registerGetDocument(server: McpServer, call: CallContext): void {
  server.registerTool(
    'get_document',
    {
      title: 'Read a document',
      description:
        'Reads one document that search_knowledge found: a page of its text, its outline and facts about it. Ask for a section when the document is long.',
      inputSchema: documentInput,
      outputSchema: documentOutput,
      annotations: READ_ONLY,
      scopeChallenge: challengeFor(call, 'get_document'),
    },
    ({ id: given, section, cursor, maxTokens }, request) => {
      const id = meantId(given);
      return toolReply(call, request, { via: 'get_document', wanted: id }, async ({ access }, signal) => {
        const wanted = { id, maxTokens, ...(section && { section }), ...(cursor && { cursor }) };
        const structured = await readFitting(
          (page) => call.deps.knowledge.read(page, access, signal),
          wanted,
        );
        return { documentIds: [id], value: { structured } };
      });
    },
  );
}
