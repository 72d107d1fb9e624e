import { AppError, toAppError } from '@fumikura/errors';
import type { DocumentId, Principal, SourceId } from '@fumikura/model';
import type { AccessFilter, Connector, LateCheck, LateRefusal, LateTrouble } from '@fumikura/ports';
import { readGrant } from '@fumikura/ports';
import { circuitBreaker, ConsecutiveBreaker, handleAll, handleWhen } from 'cockatiel';
import type { CircuitBreakerPolicy } from 'cockatiel';
import { LRUCache } from 'lru-cache';

type Ask = NonNullable<Connector['mayRead']>;

/** `cannot`: our account may not ask about others. */
export type LateAnswer = 'admitted' | 'refused' | 'timed-out' | 'failed' | 'cannot';

/** The way to ask a source. */
export interface Asker {
  readonly ask: Ask;
  /** As the caller themselves: what goes wrong says nothing of how it is for others. */
  readonly isOwn: boolean;
}

export interface LateCheckOptions {
  /** Undefined where a source cannot be asked. */
  readonly askOf: (source: SourceId, access: AccessFilter) => Asker | undefined;
  /** `due`: its readers are too old. `always`: asked however fresh they are, and closed where it cannot be asked. */
  readonly whenOf: (source: SourceId) => Promise<'not-due' | 'due' | 'always'>;
  /** A caller waits so long; default 300. */
  readonly budgetMs?: number;
  /** An answer counts so long; default 60,000. */
  readonly cacheMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface LateChecker extends LateCheck {
  /** What the source says of one document now, however fresh its readers are; for `explain`. */
  ask(
    document: { readonly id: DocumentId; readonly source: SourceId },
    access: AccessFilter,
  ): Promise<LateAnswer>;
  /** Nothing is asked for later any more. */
  stop(): void;
}

const BUDGET_MS = 300;
const CACHE_MS = 60_000;
/** What comes after the caller stopped waiting is kept for the next time. */
const KEEP_ASKING_MS = 5_000;
const MAX_CACHED = 100_000;
const FAILURES_BEFORE_BREAK = 3;
const BREAK_MS = 15_000;
/** Our account's rights seldom change: it is tried again after so long. */
const CANNOT_MS = 600_000;

/**
 * Answers are remembered by source, accounts and document. A source that fails again and again is left alone for a while, and
 * what would have to be asked there is closed meanwhile.
 */
export function createLateCheck(options: LateCheckOptions): LateChecker {
  const { askOf, whenOf, budgetMs = BUDGET_MS, cacheMs = CACHE_MS, now = Date.now } = options;
  const known = new LRUCache<string, { readonly mayRead: boolean; readonly until: number }>({
    max: MAX_CACHED,
  });
  const breakers = new Map<string, CircuitBreakerPolicy>();
  const stopping = new AbortController();
  const cannotUntil = new LRUCache<string, number>({ max: MAX_CACHED });

  const breakerOf = (source: SourceId, isOwn: boolean) => {
    const key = `${source}${isOwn ? ' as its people' : ''}`;
    const made =
      breakers.get(key) ??
      circuitBreaker(isOwn ? handleWhen(isFault) : handleAll, {
        halfOpenAfter: BREAK_MS,
        breaker: new ConsecutiveBreaker(FAILURES_BEFORE_BREAK),
      });
    breakers.set(key, made);
    return made;
  };

  /** Puts into `known` what the source says, as it comes. */
  const askSource = async (
    source: SourceId,
    ask: Ask,
    accounts: readonly Principal[],
    ids: readonly DocumentId[],
    told: Map<DocumentId, LateAnswer>,
  ) => {
    const signal = AbortSignal.any([
      AbortSignal.timeout(Math.max(KEEP_ASKING_MS, budgetMs)),
      stopping.signal,
    ]);
    for await (const { id, mayRead } of ask(accounts, ids, signal)) {
      told.set(id, mayRead ? 'admitted' : 'refused');
      known.set(keyOf(source, accounts, id), { mayRead, until: now() + cacheMs });
    }
  };

  /** Of each document what the source says, within the budget. */
  const answersOf = async (
    source: SourceId,
    asker: Asker,
    accounts: readonly Principal[],
    ids: readonly DocumentId[],
  ): Promise<ReadonlyMap<DocumentId, LateAnswer>> => {
    const remembered = (id: DocumentId): LateAnswer | undefined => {
      const hit = known.get(keyOf(source, accounts, id));
      if (!hit || now() >= hit.until) return undefined;
      return hit.mayRead ? 'admitted' : 'refused';
    };
    const open = ids.filter((id) => remembered(id) === undefined);
    const answers = new Map(ids.map((id) => [id, remembered(id) ?? 'failed']));
    if (open.length === 0) return answers;
    const told = new Map<DocumentId, LateAnswer>();
    const ended = await attempt(source, asker, accounts, open, told);
    for (const id of open) answers.set(id, told.get(id) ?? ended);
    return answers;
  };

  /** How it ended for those that were not answered. */
  const attempt = async (
    source: SourceId,
    { ask, isOwn }: Asker,
    accounts: readonly Principal[],
    ids: readonly DocumentId[],
    told: Map<DocumentId, LateAnswer>,
  ): Promise<LateAnswer> => {
    // Our account may ask about everybody or nobody; a person's token is theirs alone.
    const who = isOwn ? JSON.stringify([source, accounts]) : source;
    if ((cannotUntil.get(who) ?? 0) > now()) return 'cannot';
    let isForbidden = false;
    const asked = breakerOf(source, isOwn).execute(() =>
      askSource(source, ask, accounts, ids, told).catch((cause: unknown) => {
        isForbidden = toAppError(cause).kind === 'permission';
        // It answered: what it said is no failure of it.
        if (!isForbidden) throw cause;
        cannotUntil.set(who, now() + (isOwn ? cacheMs : CANNOT_MS));
      }),
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'timed-out'>((resolve) => {
      timer = setTimeout(() => resolve('timed-out'), budgetMs);
    });
    const ended = await Promise.race([
      asked.then(
        () => (isForbidden ? ('cannot' as const) : ('failed' as const)),
        () => 'failed' as const,
      ),
      late,
    ]);
    clearTimeout(timer);
    return ended;
  };

  return {
    stop: () => stopping.abort(),
    ask: async ({ id, source }, access) => {
      const asker = askOf(source, access);
      if (!asker) return 'cannot';
      return (await answersOf(source, asker, accountsOf(access, source), [id])).get(id) ?? 'failed';
    },
    check: async (documents, access) => {
      const withheld = new Map<DocumentId, LateRefusal>();
      const troubled = new Map<SourceId, LateTrouble>();
      const bySource = Map.groupBy(documents, ({ source }) => source);
      await Promise.all(
        [...bySource].map(async ([source, group]) => {
          const when = await whenOf(source);
          if (when === 'not-due') return;
          const asker = askOf(source, access);
          if (!asker && when === 'due') return;
          const ids = [...new Set(group.map(({ id }) => id))];
          const answers = asker
            ? await answersOf(source, asker, accountsOf(access, source), ids)
            : new Map(ids.map((id) => [id, 'cannot' as const]));
          for (const [id, answer] of answers) {
            const refusal = refusalOf(answer, when);
            if (refusal) withheld.set(id, refusal);
          }
          const trouble = troubleOf([...answers.values()], when, source, budgetMs);
          if (trouble) troubled.set(source, trouble);
        }),
      );
      return { withheld, troubled };
    },
  };
}

function isFault(error: unknown): boolean {
  return toAppError(error).kind === 'transient';
}

function refusalOf(answer: LateAnswer, when: 'due' | 'always'): LateRefusal | undefined {
  if (answer === 'admitted') return undefined;
  if (answer === 'refused') return 'source-refused';
  // A source that never tells of others is in no worse place than one that cannot be asked at all: its lists count.
  return answer === 'cannot' && when === 'due' ? undefined : 'source-unconfirmed';
}

/** Said whether or not the caller would have been let in. */
function troubleOf(
  answers: readonly LateAnswer[],
  when: 'due' | 'always',
  source: SourceId,
  budgetMs: number,
): LateTrouble | undefined {
  const left = 'what it did not confirm that you may read is left out';
  if (answers.includes('timed-out'))
    return { state: 'timed-out', reason: `${source} did not answer within ${budgetMs} ms: ${left}` };
  if (answers.includes('failed')) return { state: 'failed', reason: `${source} could not be asked: ${left}` };
  if (!answers.includes('cannot')) return undefined;
  return when === 'always'
    ? { state: 'failed', reason: `${source} does not tell our account of others: ${left}` }
    : {
        state: 'answered',
        reason: `who may read ${source} was read some time ago, and it does not tell our account of others`,
      };
}

function accountsOf(access: AccessFilter, source: SourceId): Principal[] {
  const grant = readGrant(access);
  if (!grant) throw new AppError('ACCESS_FILTER_INVALID', 'internal', 'a filter that access did not make');
  return grant.principals.filter((each) => each.startsWith(`user:${source}:`)).toSorted();
}

function keyOf(source: SourceId, accounts: readonly Principal[], id: DocumentId): string {
  return JSON.stringify([source, accounts, id]);
}
