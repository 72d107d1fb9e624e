import type { NotAsked, OwnRightsOf } from '@fumikura/access';
import { toAppError } from '@fumikura/errors';
import type { AppError } from '@fumikura/errors';
import type { SourceId } from '@fumikura/model';
import type { AccessFilter, LiveQuery, OwnRights } from '@fumikura/ports';
import { createGuard } from './guard.ts';
import type { Guard } from './guard.ts';
import { judge, nothingJudged } from './judge.ts';
import type { Judged, JudgeParts } from './judge.ts';
import type { LiveOutcome, LiveSettings, LiveSource } from './types.ts';

export interface AskParts extends Omit<JudgeParts, 'reads'> {
  readonly settings: LiveSettings;
  readonly now: () => number;
  /** Sources that are asked as the caller themselves, where that can be; default none. */
  readonly ownRights?: OwnRightsOf;
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
  const progress: Progress = { isPartial: false, isAnswered: false, notAsked: undefined };
  const error = await guard(async (signal) => {
    const connector = await source.connector();
    const find = async (rights?: OwnRights) => {
      const answer = await (rights ?? connector).search?.(query, signal);
      if (!answer) return;
      progress.isPartial = answer.isPartial === true;
      progress.isAnswered = true;
      // As many as were asked for, each once: repeated ones would use up what may be read.
      const hits = [...new Map(answer.hits.map((hit) => [hit.id, hit])).values()].slice(0, query.limit);
      const judges = { ...parts, reads: parts.settings.reads, ...(rights && { rights }) };
      await judge(judges, connector, hits, access, judged, signal);
    };
    const { ownRights } = parts;
    if (!ownRights?.isFor(source.id, access)) return find();
    const asked = await ownRights.as(source.id, access, signal, find);
    if (!('reason' in asked)) return;
    progress.notAsked = asked;
    forget(judged);
    if (!asked.isClosed) await find();
  }).then(
    () => undefined,
    (cause: unknown) => toAppError(cause),
  );
  if (error) parts.onTrouble(source.id, error);
  return outcomeOf(source.id, judged, progress, error);
}

interface Progress {
  isPartial: boolean;
  isAnswered: boolean;
  /** Not as the caller. */
  notAsked: NotAsked | undefined;
}

/** What a token that was not taken after all had found. */
function forget({ items, withheld, open }: Judged): void {
  for (const each of [items, withheld, open]) each.clear();
}

/** A copy: what still comes in after the deadline changes no reply. */
function outcomeOf(
  source: SourceId,
  { items, withheld }: Judged,
  progress: Progress,
  error: AppError | undefined,
): LiveOutcome {
  const reason = reasonOf(progress, error);
  return {
    source,
    state: stateOf(progress, error),
    ...(reason !== undefined && { reason }),
    items: [...items.values()].sort((a, b) => a.rank - b.rank),
    withheld: [...withheld],
  };
}

function stateOf({ notAsked }: Progress, error: AppError | undefined): LiveOutcome['state'] {
  if (error) return error.code === 'LIVE_TIMED_OUT' ? 'timed-out' : 'failed';
  return notAsked?.isClosed ? 'failed' : 'answered';
}

function reasonOf(
  { isPartial, isAnswered, notAsked }: Progress,
  error: AppError | undefined,
): string | undefined {
  if (error) return `asked live: ${isAnswered ? 'it did not answer whole in time' : error.publicMessage}`;
  if (notAsked?.isClosed) return `not asked live: ${notAsked.reason}`;
  const notes = [
    ...(notAsked ? [`not as you, but by what is known of its readers (${notAsked.reason})`] : []),
    ...(isPartial ? ['it did not look at everything'] : []),
  ];
  return notes.length > 0 ? `asked live: ${notes.join('; ')}` : undefined;
}
