import { toAppError } from '@fumikura/errors';
import type { AccessFilter } from '@fumikura/ports';
import type { Ranker, Ranking } from './ranker.ts';
import type { Outage } from './types.ts';

export const NOTHING_SEARCHED =
  'The search index did not answer, so nothing was searched: finding nothing means nothing here. Documents can still be read by their ids. Try again later.';
const AWAY: Outage = { state: 'failed', reason: 'the search index cannot be reached' };
const SILENT: Outage = { state: 'timed-out', reason: 'the search index did not answer in time' };

/**
 * The ranking, or an empty one with the reason when the index is away. A catalog that is away is no outage of this kind:
 * without it nobody's rights are known, and whatever reads it next refuses.
 */
export async function rankOrSay(
  { rank, indexTimeoutMs }: { readonly rank: Ranker; readonly indexTimeoutMs: number },
  query: Parameters<Ranker>[0],
  access: AccessFilter,
  signal: AbortSignal,
): Promise<Ranking & { readonly outage?: Outage }> {
  const late = AbortSignal.timeout(indexTimeoutMs);
  try {
    return await rank(query, access, AbortSignal.any([signal, late]));
  } catch (cause) {
    signal.throwIfAborted();
    const outage = late.aborted ? SILENT : toAppError(cause).code === 'STORE_UNREACHABLE' ? AWAY : undefined;
    if (!outage) throw cause;
    return { ranked: [], indexVersion: 0, request: { candidates: 0 }, notices: [NOTHING_SEARCHED], outage };
  }
}
