import { AppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import { issueId } from './mapping.ts';
import type { Run } from './run.ts';
import { countIssues, idPages } from './search.ts';

/** Shares of the count that a listing may miss: the count is called approximate. */
const TOLERANCE = 0.05;
const SMALL = 20;

/**
 * Ids of every issue. Their comments and files are parts of them and not listed. A search that ends long before the
 * number of issues it says there are was cut, not completed.
 */
export async function* listIds(run: Run): AsyncGenerator<readonly DocumentId[]> {
  let listed = 0;
  for await (const { issues } of idPages(run, { by: 'created' })) {
    listed += issues.length;
    yield issues.map(({ id }) => issueId(run.config, id));
  }
  const expected = await countIssues(run);
  const isWhole = listed + SMALL >= expected * (1 - TOLERANCE);
  if (isWhole && (listed > 0 || expected === 0)) return;
  throw new AppError('CENSUS_FAILED', 'transient', `search listed ${listed} issues of about ${expected}`, {
    publicMessage: 'The search of the source ended before all issues were listed.',
  });
}
