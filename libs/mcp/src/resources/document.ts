import { AppError } from '@fumikura/errors';
import type { McpServer } from '@modelcontextprotocol/server';
import { ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import type { CallContext } from '../deps.ts';

/** Suggestions for a document id that is being typed. */
const MAX_COMPLETIONS = 20;

/** Documents are read by address and never listed: there are too many, and each list would tell what exists. */
export function registerDocumentResource(server: McpServer, call: CallContext): void {
  const template = new ResourceTemplate('fumi://doc/{+id}', {
    list: undefined,
    complete: { id: (value) => complete(call, value) },
  });
  server.registerResource(
    'document',
    template,
    {
      title: 'Document',
      description: 'A document that the person may read, as text.',
      mimeType: 'text/markdown',
    },
    async (uri, { id }, context) => {
      const wanted = decodeURIComponent(Array.isArray(id) ? id.join('/') : String(id));
      try {
        const page = await call.deps.knowledge.read(
          { id: wanted, maxTokens: 8_000 },
          await call.access(),
          context.mcpReq.signal,
        );
        return { contents: [{ uri: uri.href, mimeType: 'text/markdown', text: page.text }] };
      } catch (error) {
        if (error instanceof AppError && error.kind === 'not-found')
          throw new ResourceNotFoundError(uri.href);
        throw error;
      }
    },
  );
}

/** Completion by search: only documents the person may read can be suggested. */
async function complete({ deps, access }: CallContext, value: string): Promise<string[]> {
  const words = value.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  if (words === '') return [];
  const page = await deps.knowledge
    .search(
      { query: words.slice(0, 200), limit: MAX_COMPLETIONS },
      await access(),
      AbortSignal.timeout(2_000),
    )
    .catch(() => undefined);
  return (page?.hits ?? []).map(({ id }) => id).filter((id) => id.startsWith(value));
}
