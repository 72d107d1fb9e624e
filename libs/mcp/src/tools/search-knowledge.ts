import type { SourceId } from '@fumikura/model';
import type { IndexFilter } from '@fumikura/ports';
import type { Hit } from '@fumikura/retrieval';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { CallContext } from '../deps.ts';
import { toolReply } from '../reply.ts';
import { coverageSchema, UNTRUSTED } from '../schemas.ts';

const values = (what: string) => z.array(z.string().min(1).max(200)).min(1).max(20).optional().describe(what);

const input = z.object({
  query: z
    .string()
    .min(1)
    .max(2_000)
    .describe('What to look for: words of the answer, names, identifiers. English or Japanese.'),
  sources: values('Only these source ids.'),
  kinds: values('Only these kinds, such as page, document, sheet, slides, mail.'),
  author: values('Only documents by one of these authors.'),
  labels: values('Only documents with one of these labels.'),
  updatedAfter: z
    .string()
    .max(40)
    .optional()
    .describe('Changed on or after: 2026, 2026-01, 2026-01-31 or a full time.'),
  updatedBefore: z.string().max(40).optional().describe('Changed before.'),
  limit: z.int().min(1).max(25).default(10).describe('Hits on a page.'),
  cursor: z.string().max(500).optional().describe('nextCursor of the same search, for the next page.'),
  format: z
    .enum(['concise', 'detailed'])
    .default('concise')
    .describe('detailed adds labels, places and duplicates.'),
});

const result = z.object({
  id: z.string().describe('For get_document.'),
  title: z.string().describe(UNTRUSTED),
  url: z.string(),
  snippet: z.string().describe(UNTRUSTED),
  source: z.string(),
  kind: z.string(),
  updatedAt: z.string().optional(),
  author: z.string().optional(),
  section: z.string().optional(),
  place: z.string().optional(),
  labels: z.array(z.string()).optional(),
  breadcrumbs: z.array(z.string()).optional(),
  duplicates: z.array(z.string()).optional().describe('Ids of documents with nearly the same text.'),
});

const output = z.object({
  results: z.array(result),
  coverage: coverageSchema,
  nextCursor: z.string().optional(),
  notices: z.array(z.string()).optional(),
});

export function registerSearchKnowledge(server: McpServer, call: CallContext): void {
  server.registerTool(
    'search_knowledge',
    {
      title: 'Search company knowledge',
      description:
        'Finds documents of the company that the person may read: wikis, tickets, files, mail. Returns titles, links and the best passage of each. Use get_document to read one, and cite title and url.',
      inputSchema: input,
      outputSchema: output,
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    (args, context) =>
      toolReply(call, context, async (access, signal) => {
        const filter = filterOf(args);
        const page = await call.deps.knowledge.search(
          {
            query: args.query,
            limit: args.limit,
            ...(args.cursor && { cursor: args.cursor }),
            ...(filter && { filter }),
          },
          access,
          signal,
        );
        return {
          results: page.hits.map((hit) => toResult(hit, args.format === 'detailed')),
          coverage: page.coverage,
          ...(page.nextCursor && { nextCursor: page.nextCursor }),
          ...(page.notices.length > 0 && { notices: page.notices }),
        };
      }),
  );
}

function filterOf(args: z.output<typeof input>): IndexFilter | undefined {
  const filter: IndexFilter = {
    ...(args.sources && { sources: args.sources as readonly SourceId[] }),
    ...(args.kinds && { kinds: args.kinds }),
    ...(args.author && { authors: args.author }),
    ...(args.labels && { labels: args.labels }),
    ...(args.updatedAfter && { updatedFrom: args.updatedAfter }),
    ...(args.updatedBefore && { updatedBefore: args.updatedBefore }),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}

function toResult(hit: Hit, isDetailed: boolean): z.output<typeof result> {
  const { snippet } = hit;
  const concise = {
    id: hit.id,
    title: hit.title,
    url: hit.url,
    snippet: snippet.text.replace(/\s+/gu, ' '),
    source: hit.source,
    kind: hit.kind,
    ...(hit.updatedAt && { updatedAt: hit.updatedAt }),
    ...(hit.authors[0] && { author: hit.authors[0] }),
  };
  if (!isDetailed) return concise;
  const { page, slide, sheet } = snippet.place ?? {};
  const place = page ? `page ${page}` : slide ? `slide ${slide}` : sheet ? `sheet ${sheet}` : undefined;
  return {
    ...concise,
    ...(snippet.headingPath.length > 0 && { section: snippet.headingPath.join(' › ') }),
    ...(place && { place }),
    ...(hit.labels.length > 0 && { labels: [...hit.labels] }),
    ...(hit.breadcrumbs.length > 0 && { breadcrumbs: [...hit.breadcrumbs] }),
    ...(hit.duplicates.length > 0 && { duplicates: hit.duplicates.map(({ id }) => id) }),
  };
}
