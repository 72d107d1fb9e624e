import type { WithheldDocument } from '@fumikura/retrieval';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CallContext } from '../deps.ts';
import { toCoverage } from '../reply/coverage.ts';
import { toolReply } from '../reply/tool-reply.ts';
import { cleanLine } from '../untrusted/clean.ts';
import { shownId } from '../untrusted/ids.ts';
import { cleanAddress } from '../untrusted/links.ts';
import { untrustedText } from '../untrusted/schema.ts';
import { challengeFor } from '../scopes.ts';
import { READ_ONLY } from './annotations.ts';

const input = z.object({ query: z.string().min(1).max(2_000).describe('What to look for.') });

const output = z.object({
  results: z.array(z.object({ id: z.string(), title: untrustedText, url: z.string() })),
});

/** Half of the pair that ChatGPT connectors and deep research look for, by exactly these names and shapes. */
export function registerSearch(server: McpServer, call: CallContext): void {
  server.registerTool(
    'search',
    {
      title: 'Search company knowledge',
      description: 'Finds documents of the company that the person may read. Use fetch to read one.',
      inputSchema: input,
      outputSchema: output,
      annotations: READ_ONLY,
      scopeChallenge: challengeFor(call, 'search'),
    },
    ({ query }, request) =>
      toolReply(call, request, { via: 'search', query }, async ({ access }, signal) => {
        const withheld: WithheldDocument[] = [];
        const { hits, coverage } = await call.deps.knowledge.search({ query }, access, signal, (found) =>
          withheld.push(...found),
        );
        // A result without an address cannot be cited there.
        const citable = hits
          .map((hit) => ({ ...hit, url: cleanAddress(hit.url) }))
          .filter(({ url }) => url !== '');
        return {
          documentIds: citable.map(({ id }) => id),
          withheld,
          value: {
            structured: {
              results: citable.map(({ id, title, url }) => ({
                id: shownId(id),
                title: cleanLine(title, 300),
                url,
              })),
            },
            // The shape has no room for it; a program that asks finds it here.
            meta: { 'fumikura/coverage': toCoverage(coverage) },
          },
        };
      }),
  );
}
