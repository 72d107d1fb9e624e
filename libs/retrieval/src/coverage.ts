import type { Coverage, SourceCoverage, SourceId } from '@fumikura/model';
import type { AccessFilter, Catalog, LateTrouble, SourceRecord } from '@fumikura/ports';
import type { SourceSummary } from './types.ts';

/** Sources a reply lists at most. */
const MAX_SOURCES = 1_000;

/** Sources with at least one document the caller may read; others stay unnamed. */
export async function visibleSources(catalog: Catalog, access: AccessFilter): Promise<SourceSummary[]> {
  const [records, counts] = await Promise.all([
    catalog.sources(),
    catalog.fieldValues('source', access, MAX_SOURCES),
  ]);
  const documents = new Map(counts.map(({ value, documents: count }) => [value, count]));
  return records.flatMap((record) => {
    const count = documents.get(record.id);
    if (count === undefined) return [];
    const { id, lastCompletedAt } = record;
    return [{ id, documents: count, state: stateOf(record), ...(lastCompletedAt && { lastCompletedAt }) }];
  });
}

/** Clocks of two machines may be so far apart. */
const SKEW_MS = 5 * 60_000;

/** Indexed sources always answer; what can be wrong with them is their age, and that they did not confirm who may read. */
export function coverageOf(
  sources: readonly SourceSummary[],
  freshnessMs: number,
  now: number,
  troubled: ReadonlyMap<SourceId, LateTrouble> = new Map(),
): Coverage {
  const covered = sources.map(({ id, lastCompletedAt }): SourceCoverage => {
    const trouble = troubled.get(id);
    if (trouble) return { source: id, ...trouble };
    if (lastCompletedAt === undefined) {
      return {
        source: id,
        state: 'answered',
        reason: 'first sync not finished: some documents are still missing',
      };
    }
    const age = now - Date.parse(lastCompletedAt);
    if (age < -SKEW_MS) {
      const reason = `its last sync is dated ${lastCompletedAt}, which is still to come: a clock is wrong`;
      return { source: id, state: 'answered', reason };
    }
    const isStale = age > freshnessMs;
    return { source: id, state: 'answered', ...(isStale && { staleSince: lastCompletedAt }) };
  });
  return { complete: covered.every(({ staleSince, reason }) => !staleSince && !reason), sources: covered };
}

/** Nothing was looked at, so nothing follows from finding nothing: said of each source. */
export function withoutIndex(
  sources: readonly SourceSummary[],
  { state, reason }: Required<Pick<SourceCoverage, 'state' | 'reason'>>,
): Coverage {
  return { complete: false, sources: sources.map(({ id }) => ({ source: id, state, reason })) };
}

function stateOf({ lastRun, lastCompletedAt }: SourceRecord): SourceSummary['state'] {
  if (lastRun?.outcome === 'running') return 'syncing';
  if (lastRun && lastRun.outcome !== 'completed' && lastRun.outcome !== 'cancelled') return 'failed';
  return lastCompletedAt === undefined ? 'never-synced' : 'ready';
}
