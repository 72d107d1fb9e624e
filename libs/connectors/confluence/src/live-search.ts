import type { LiveAnswer, LiveQuery } from '@fumikura/ports';
import { invalid } from './client.ts';
import type { ConfluenceConfig } from './config.ts';
import { itemId, utc } from './mapping.ts';
import type { Run } from './run.ts';

interface Found {
  readonly id?: string;
  readonly type?: string;
  readonly version?: { readonly when?: string };
}

const KINDS = ['page', 'blogpost', 'attachment', 'comment'] as const;

/** By CQL in the site's own order of relevance: any of the words, in title or text. */
export async function liveSearch(
  { client, config, signal }: Pick<Run, 'client' | 'config' | 'signal'>,
  { words, limit }: LiveQuery,
): Promise<LiveAnswer> {
  const query = { cql: cqlOf(config, words), limit, expand: 'version' };
  const { results } = await client.get<{ readonly results?: readonly Found[] }>(
    'rest/api/content/search',
    query,
    signal,
  );
  if (!Array.isArray(results)) throw invalid('the search answered without a list');
  const hits = (results as readonly Found[]).flatMap(({ id, type, version }) => {
    const kind = KINDS.find((each) => each === type);
    const updatedAt = utc(version?.when);
    return kind && id
      ? [{ id: itemId(config, { kind, id: String(id) }), ...(updatedAt && { updatedAt }) }]
      : [];
  });
  return { hits };
}

function cqlOf({ spaces, attachments, comments }: ConfluenceConfig, words: readonly string[]): string {
  // Operators of the search are in capitals: words are not.
  const any = words.map((word) => word.toLowerCase()).join(' OR ');
  const kinds = [
    'page',
    'blogpost',
    ...(attachments ? ['attachment'] : []),
    ...(comments ? ['comment'] : []),
  ];
  return [
    `(title ~ "${any}" OR text ~ "${any}")`,
    `type in (${kinds.join(',')})`,
    ...(spaces === 'all'
      ? []
      : [`space in (${spaces.map((key) => `"${key.replace(/["\\]/gu, '')}"`).join(',')})`]),
  ].join(' AND ');
}
