import { AppError, toAppError } from '@fumikura/errors';
import type { Reranker, RerankPassage } from '@fumikura/ports';
import { estimateTokens } from '@fumikura/text';
import { boundedOrder, isOrder } from './bounded.ts';
import { createDayBudget } from './day-budget.ts';
import type { DayBudget } from './day-budget.ts';

export interface RerankSettings {
  /** Hits that are judged; default 20. */
  readonly top: number;
  /** Milliseconds after which the fused order stands; default 3,000. */
  readonly timeoutMs: number;
  /** Places that a hit rises or sinks at most; default 5. */
  readonly bound: number;
  /** Tokens of a passage that are shown; default 250. */
  readonly passageTokens: number;
  readonly tokensPerDay?: number;
  readonly usdPerDay?: number;
}

export const RERANK_SETTINGS: RerankSettings = { top: 20, timeoutMs: 3_000, bound: 5, passageTokens: 250 };

export interface RerankOutcome {
  /** Places in what was given, in the new order; the old one where nothing was judged. */
  readonly order: readonly number[];
  /** For the asker: why nothing was judged. */
  readonly notice?: string;
}

export interface RerankStage {
  readonly top: number;
  /** Rejects only when the caller's own signal is aborted. */
  order(query: string, passages: readonly RerankPassage[], signal: AbortSignal): Promise<RerankOutcome>;
  close(): Promise<void>;
}

export interface RerankStageOptions {
  readonly reranker: Reranker;
  readonly settings?: Partial<RerankSettings>;
  /** Told of what made a query keep the fused order. */
  readonly onFailed?: (error: AppError) => void;
  readonly now?: () => number;
}

/** What every reranker needs around it: time, money, a check of its answer, and the bound. */
export function createRerankStage({
  reranker,
  onFailed,
  now = Date.now,
  ...options
}: RerankStageOptions): RerankStage {
  const settings = { ...RERANK_SETTINGS, ...options.settings };
  const budget = createDayBudget(settings, reranker.pricePerMillionTokens, now);
  return {
    top: settings.top,
    order: async (query, passages, signal) => {
      const unchanged = passages.map((_, place) => place);
      if (passages.length < 2) return { order: unchanged };
      const deadline = AbortSignal.timeout(settings.timeoutMs);
      const shown = passages.map((passage) => cut(passage, settings.passageTokens));
      try {
        const asked = overWindows(reranker, query, shown, budget, AbortSignal.any([signal, deadline]));
        return { order: boundedOrder(await within(asked, deadline, signal), settings.bound) };
      } catch (error) {
        if (signal.aborted) throw toAppError(signal.reason);
        const reason = toAppError(error);
        onFailed?.(reason);
        return { order: unchanged, notice: noticeOf(reason, deadline.aborted) };
      }
    },
    close: () => reranker.close(),
  };
}

/** Who does not listen to the signal is not waited for either. */
function within<T>(work: Promise<T>, ...signals: readonly AbortSignal[]): Promise<T> {
  const ended = new Promise<never>((_, reject) => {
    const end = AbortSignal.any([...signals]);
    const stop = () => reject(toAppError(end.reason));
    if (end.aborted) stop();
    else end.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([work, ended]);
}

function noticeOf({ code }: AppError, isLate: boolean): string {
  if (code === 'BUDGET_SPENT') return 'Not reranked: its budget of today is spent.';
  return isLate
    ? 'Not reranked: the reranker did not answer in time.'
    : 'Not reranked: the reranker gave no usable answer.';
}

/** From the last window to the first, each half over the one before, so that the best of all can come to the front. */
async function overWindows(
  { window, rerank }: Reranker,
  query: string,
  passages: readonly RerankPassage[],
  budget: DayBudget,
  signal: AbortSignal,
): Promise<number[]> {
  const order = passages.map((_, place) => place);
  const step = Math.max(1, Math.floor(window / 2));
  for (let end = order.length; ; end -= step) {
    const start = Math.max(0, end - window);
    const places = order.slice(start, end);
    const part = places.map((place) => passages[place] ?? { title: '', text: '' });
    budget.reserve(part.reduce((sum, { title, text }) => sum + estimateTokens(`${title} ${text}`), 0));
    const answer = await rerank(query, part, signal);
    budget.spent(answer.tokens);
    if (!isOrder(answer.order, part.length))
      throw new AppError(
        'RERANKER_FAILED',
        'transient',
        `an order of ${answer.order.length} for ${part.length} passages, or not of each once`,
      );
    order.splice(start, places.length, ...answer.order.map((at) => places[at] ?? 0));
    if (start === 0) return order;
  }
}

function cut({ title, text }: RerankPassage, tokens: number): RerankPassage {
  let shown = text;
  while (estimateTokens(shown) > tokens)
    shown = shown.slice(0, Math.floor((shown.length * tokens) / estimateTokens(shown)));
  return { title: plain(title), text: plain(shown) };
}

/** Control characters and what is not to be seen: a model reads it all the same. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]+/gu, ' ').trim();
}
