import { toAppError } from '@fumikura/errors';
import type { AppError } from '@fumikura/errors';
import type { SourceId } from '@fumikura/model';
import type { AccessFilter, LiveQuery } from '@fumikura/ports';
import { createGuard } from './guard.ts';
import type { Guard } from './guard.ts';
import { judge, nothingJudged } from './judge.ts';
import type { Judged, JudgeParts } from './judge.ts';
import type { LiveOutcome, LiveSettings, LiveSource } from './types.ts';

export interface AskParts extends Omit<JudgeParts, 'reads'> {
  readonly settings: LiveSettings;
  readonly now: () => number;
  /** Told of each source that did not answer whole. */
  readonly onTrouble: (source: SourceId, error: AppError) => void;
}

export type AskSources = (
  sources: readonly LiveSource[],
  words: readonly string[],
  access: AccessFilter,
) => Promise<readonly LiveOutcome[]>;

/** Every source at once, each behind its own guard, none waited for longer than the deadline. Never rejects. */
export function createAsk(parts: AskParts): AskSources {
  const guards = new Map<SourceId, Guard>();
  const guardOf = (source: SourceId): Guard => {
    const guard = guards.get(source) ?? createGuard(parts.settings, parts.now);
    guards.set(source, guard);
    return guard;
  };
  return (sources, words, access) => {
    const query = { words, limit: parts.settings.limit };
    return Promise.all(sources.map((source) => askOne(parts, guardOf(source.id), source, query, access)));
  };
}

async function askOne(
  parts: AskParts,
  guard: Guard,
  source: LiveSource,
  query: LiveQuery,
  access: AccessFilter,
): Promise<LiveOutcome> {
  const judged = nothingJudged();
  const progress = { isPartial: false, isAnswered: false };
  const error = await guard(async (signal) => {
    const connector = await source.connector();
    const answer = await connector.search?.(query, signal);
    if (!answer) return;
    progress.isPartial = answer.isPartial === true;
    progress.isAnswered = true;
    const hits = answer.hits.slice(0, query.limit);
    await judge({ ...parts, reads: parts.settings.reads }, connector, hits, access, judged, signal);
  }).then(
    () => undefined,
    (cause: unknown) => toAppError(cause),
  );
  if (error) parts.onTrouble(source.id, error);
  return outcomeOf(source.id, judged, progress, error);
}

/** A copy: what still comes in after the deadline changes no reply. */
function outcomeOf(
  source: SourceId,
  { items, withheld }: Judged,
  { isPartial, isAnswered }: { readonly isPartial: boolean; readonly isAnswered: boolean },
  error: AppError | undefined,
): LiveOutcome {
  const reason = error
    ? `asked live: ${isAnswered ? 'it did not answer whole in time' : error.publicMessage}`
    : isPartial
      ? 'asked live: it did not look at everything'
      : undefined;
  return {
    source,
    state: !error ? 'answered' : error.code === 'LIVE_TIMED_OUT' ? 'timed-out' : 'failed',
    ...(reason !== undefined && { reason }),
    items: [...items.values()].sort((a, b) => a.rank - b.rank),
    withheld: [...withheld],
  };
}
