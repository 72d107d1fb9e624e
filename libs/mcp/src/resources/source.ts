import { AppError } from '@fumikura/errors';
import type { SourceSummary } from '@fumikura/retrieval';
import type { McpServer, Resource } from '@modelcontextprotocol/server';
import { ResourceTemplate } from '@modelcontextprotocol/server';
import type { CallContext } from '../deps.ts';
import { resourceReply } from '../reply/resource-reply.ts';
import { sourceAddress } from './address.ts';

const DESCRIPTION = 'How many documents of this source the person may read, and how fresh they are.';
/** A list cannot be paged; further sources are read by their address. */
const MAX_LISTED = 200;

/** Sources with something the person may read, with their freshness. */
export function registerSourceResource(server: McpServer, call: CallContext): void {
  const listed = 'fumi://source';
  const template = new ResourceTemplate(sourceAddress, {
    list: (request) =>
      resourceReply(call, request, listed, undefined, async ({ access }) => {
        const sources = await call.deps.knowledge.sources(access);
        return { documentIds: [], value: { resources: sources.slice(0, MAX_LISTED).map(toResource) } };
      }),
  });
  server.registerResource(
    'source',
    template,
    { title: 'Source', description: DESCRIPTION, mimeType: 'application/json' },
    ({ href }, _variables, request) =>
      resourceReply(call, request, href, undefined, async ({ access }) => {
        const wanted = sourceAddress.idOf(href);
        const source = (await call.deps.knowledge.sources(access)).find(({ id }) => id === wanted);
        if (!source) throw new AppError('SOURCE_UNKNOWN', 'not-found', 'no such source for this caller');
        const content = { uri: href, mimeType: 'application/json', text: JSON.stringify(source) };
        return { documentIds: [], value: { contents: [content] } };
      }),
  );
}

function toResource({ id }: SourceSummary): Resource {
  return {
    uri: sourceAddress.addressOf(id),
    name: id,
    title: id,
    description: DESCRIPTION,
    mimeType: 'application/json',
  };
}
