import type { SourceId } from '@fumikura/model';
import type { AccessFilter, IndexFilter } from '@fumikura/ports';
import type { SearchPage, WithheldDocument } from '@fumikura/retrieval';
import type { McpServer, ResourceLink } from '@modelcontextprotocol/server';
import type { CallContext } from '../deps.ts';
import type { Answer } from '../reply/answer.ts';
import { toCoverage } from '../reply/coverage.ts';
import { fitItems } from '../reply/size.ts';
import { toolReply } from '../reply/tool-reply.ts';
import type { ToolAnswer } from '../reply/tool-reply.ts';
import { meantId } from '../untrusted/ids.ts';
import { documentAddress } from '../resources/address.ts';
import { challengeFor } from '../scopes.ts';
import { READ_ONLY } from './annotations.ts';
import { pageBudget, toFacets, toResult } from './search-results.ts';
import { searchInput, searchOutput } from './search-schema.ts';
import type { SearchInput, SearchResult } from './search-schema.ts';

export function registerSearchKnowledge(server: McpServer, call: CallContext): void {
  server.registerTool(
    'search_knowledge',
    {
      title: 'Search company knowledge',
      description:
        'Finds documents of the company that the person may read: wikis, tickets, files, mail. Returns titles, links and the best passage of each. Use get_document to read one, and cite title and url.',
      inputSchema: searchInput,
      outputSchema: searchOutput,
      annotations: READ_ONLY,
      scopeChallenge: challengeFor(call, 'search_knowledge'),
    },
    (args, request) =>
      toolReply(call, request, { via: 'search_knowledge', query: args.query }, ({ access }, signal) =>
        searchPage(call, args, access, signal),
      ),
  );
}

/**
 * A page that fits. When long ids and addresses leave no room for all hits, it is asked for again with fewer, so that
 * its cursor goes on exactly where it ends.
 */
async function searchPage(
  { deps }: CallContext,
  args: SearchInput,
  access: AccessFilter,
  signal: AbortSignal,
): Promise<Answer<ToolAnswer>> {
  const withheld: WithheldDocument[] = [];
  const search = (limit: number) =>
    deps.knowledge.search({ ...queryOf(args), limit }, access, signal, (found) => withheld.push(...found));
  const page = await search(args.limit);
  const results = page.hits.map((hit) => toResult(hit, args.format));
  const parts = results.map((result) =>
    args.format === 'detailed' ? [result, resourceLink(result)] : result,
  );
  const fitting = fitItems(parts, pageBudget(args.format, args.limit));
  if (fitting.length === results.length) return { ...answerOf(page, results, args, []), withheld };
  const smaller = await search(Math.max(1, fitting.length));
  const notice = `${smaller.hits.length} of ${results.length} hits fit into this reply; ask for the next page.`;
  const cut = smaller.hits.map((hit) => toResult(hit, args.format));
  return { ...answerOf(smaller, cut, args, [notice]), withheld };
}

function answerOf(
  page: SearchPage,
  results: readonly SearchResult[],
  { format }: SearchInput,
  ownNotices: readonly string[],
): Answer<ToolAnswer> {
  const notices = [...ownNotices, ...page.notices];
  return {
    documentIds: page.hits.flatMap(({ id, duplicates }) => [id, ...duplicates.map((copy) => copy.id)]),
    value: {
      structured: {
        results,
        coverage: toCoverage(page.coverage),
        ...(page.corrections && { corrections: page.corrections }),
        ...(page.facets && { matches: page.facets.documents, facets: toFacets(page.facets) }),
        ...(page.nextCursor && { nextCursor: page.nextCursor }),
        ...(notices.length > 0 && { notices }),
      },
      ...(format === 'detailed' && { content: results.map(resourceLink) }),
    },
  };
}

/** Named by its id: a host shows names as labels, and a title is somebody else's text. */
function resourceLink({ id }: SearchResult): ResourceLink & { type: 'resource_link' } {
  return {
    type: 'resource_link',
    uri: documentAddress.addressOf(meantId(id)),
    name: id,
    mimeType: 'text/markdown',
  };
}

function queryOf(args: SearchInput) {
  const filter = filterOf(args);
  return {
    query: args.query,
    ...(args.similarTo !== undefined && { similarTo: meantId(args.similarTo) }),
    ...(args.facets && { facets: true }),
    ...(args.cursor && { cursor: args.cursor }),
    ...(filter && { filter }),
    ...(args.live && { live: true }),
  };
}

function filterOf(args: SearchInput): IndexFilter | undefined {
  const filter: IndexFilter = {
    ...(args.sources && { sources: args.sources as readonly SourceId[] }),
    ...(args.kinds && { kinds: args.kinds }),
    ...(args.author && { authors: args.author }),
    ...(args.labels && { labels: args.labels }),
    ...(args.spaces && { spaces: args.spaces }),
    ...(args.languages && { languages: args.languages }),
    ...(args.updatedAfter && { updatedFrom: args.updatedAfter }),
    ...(args.updatedBefore && { updatedBefore: args.updatedBefore }),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}
