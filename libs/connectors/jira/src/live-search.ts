import type { LiveAnswer, LiveQuery } from '@fumikura/ports';
import { invalid } from './client.ts';
import { utc } from './dates.ts';
import type { JiraIssue } from './jira-types.ts';
import { issueId } from './mapping.ts';
import { inProjects } from './run.ts';
import type { Run } from './run.ts';

/** By JQL without an order, which is the site's own of relevance: any of the words, in any text of an issue. */
export async function liveSearch(
  { client, config, signal }: Pick<Run, 'client' | 'config' | 'signal'>,
  { words, limit }: LiveQuery,
): Promise<LiveAnswer> {
  // Operators of the search are in capitals: words are not.
  const any = words.map((word) => word.toLowerCase()).join(' OR ');
  const jql = [...inProjects(config), `text ~ "${any}"`].join(' AND ');
  const asked = { jql, maxResults: limit, fields: ['updated'] };
  const { body } = client.isCloud
    ? await client.post<{ issues?: readonly JiraIssue[] }>('search/jql', asked, signal)
    : await client.post<{ issues?: readonly JiraIssue[] }>(
        'search',
        { ...asked, startAt: 0, validateQuery: false },
        signal,
      );
  if (!Array.isArray(body?.issues)) throw invalid('search answered without issues');
  const hits = body.issues.map(({ id, fields }: JiraIssue) => {
    const updatedAt = utc(fields?.['updated'] as string | undefined);
    return { id: issueId(config, id), ...(updatedAt && { updatedAt }) };
  });
  return { hits };
}
