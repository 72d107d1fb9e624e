import { AppError } from '@fumikura/errors';
import type { ItemPage, Listing, Walk } from './items.ts';
import type { Run } from './run.ts';

/** Walks that are refused again and again are refused for good. */
const MAX_RESTARTS = 3;

/**
 * A walk that goes on where another one stopped. A token that is refused starts it over: telling twice is harmless.
 * Bodies that are too large together are left to be read in smaller parts.
 */
export async function* steadyWalk(
  { api, signal, logger }: Pick<Run, 'api' | 'signal' | 'logger'>,
  listing: Listing,
  walk: Omit<Walk, 'from'>,
  start: string | null,
): AsyncGenerator<ItemPage> {
  let from = start ?? undefined;
  let { hasBodies } = walk;
  for (let restarts = 0; ;) {
    try {
      const asked = { ...walk, hasBodies, ...(from !== undefined && { from }) };
      for await (const page of api.walk(listing, asked, signal)) {
        from = page.next;
        yield page;
      }
      return;
    } catch (error) {
      const isHeavy = hasBodies && isTooLarge(error);
      if (!isHeavy && (from === undefined || !isRefused(error))) throw error;
      if (restarts >= MAX_RESTARTS) throw error;
      restarts++;
      from = undefined;
      hasBodies &&= !isHeavy;
      logger.info('confluence.walk.restarted', { listing, restarts });
    }
  }
}

/** A token that ended or belongs to another query is a request that the source does not understand. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof AppError &&
    (error.details['status'] === 400 || error.details['status'] === 404 || error.details['status'] === 410)
  );
}

export function isTooLarge(error: unknown): boolean {
  return error instanceof AppError && error.code === 'SOURCE_ANSWER_TOO_LARGE';
}
