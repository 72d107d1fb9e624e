import type { McpServer } from '@modelcontextprotocol/server';
import { ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import type { CallContext } from '../deps.ts';

/** Sources with something the person may read, with their freshness. */
export function registerSourceResource(server: McpServer, call: CallContext): void {
  const template = new ResourceTemplate('fumi://source/{id}', {
    list: async () => {
      const sources = await call.deps.knowledge.sources(await call.access());
      return {
        resources: sources.map(({ id }) => ({
          uri: `fumi://source/${encodeURIComponent(id)}`,
          name: id,
          title: id,
          description: 'What is indexed of this source and how fresh it is.',
          mimeType: 'application/json',
        })),
      };
    },
  });
  server.registerResource(
    'source',
    template,
    {
      title: 'Source',
      description: 'What is indexed of a source and how fresh it is.',
      mimeType: 'application/json',
    },
    async (uri, { id }) => {
      const wanted = decodeURIComponent(String(id));
      const sources = await call.deps.knowledge.sources(await call.access());
      const source = sources.find((each) => each.id === wanted);
      if (!source) throw new ResourceNotFoundError(uri.href);
      return { contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(source) }] };
    },
  );
}
