import type { LanguageModel, ModelRequest, ModelUsage } from '@fumikura/ports';
import { costOf, requireBudget } from './budget.ts';
import type { SpendBook, SpendLimits } from './budget.ts';

export interface Meter {
  readonly model: LanguageModel;
  readonly limits: SpendLimits;
  readonly book: SpendBook;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What requests under way may cost at most, by person: they are in no book yet. */
  readonly reserved: Map<string, About>;
}

interface About {
  readonly tokens: number;
  readonly usd: number;
}

/** What a model writes, counted for a person: not asked beyond the budget, and paid for also when it breaks off. */
export async function* metered(
  { model, limits, book, now, reserved }: Meter,
  person: string,
  request: ModelRequest,
): AsyncGenerator<string, void> {
  const about = {
    inputTokens: model.countTokens(request.instructions + request.input),
    outputTokens: request.maxTokens,
  };
  const day = new Date(now()).toISOString().slice(0, 10);
  const most: About = { tokens: about.inputTokens + about.outputTokens, usd: costOf(model, about) };
  const reserve = (sign: 1 | -1): About => {
    const { tokens, usd } = reserved.get(person) ?? { tokens: 0, usd: 0 };
    const left = { tokens: tokens + sign * most.tokens, usd: usd + sign * most.usd };
    if (left.tokens > 0) reserved.set(person, left);
    else reserved.delete(person);
    return left;
  };
  const underWay = reserve(1);
  try {
    await requireBudget(book, limits, person, day, underWay);
  } catch (error) {
    reserve(-1);
    throw error;
  }
  const started = now();
  let written = '';
  let usage: ModelUsage | undefined;
  try {
    for await (const part of model.write(request)) {
      if ('usage' in part) usage = part.usage;
      else {
        written += part.text;
        yield part.text;
      }
    }
  } finally {
    const paid = usage ?? { inputTokens: about.inputTokens, outputTokens: model.countTokens(written) };
    try {
      await book.add(person, day, {
        tokens: paid.inputTokens + paid.outputTokens,
        usd: costOf(model, paid),
        seconds: (now() - started) / 1_000,
      });
    } finally {
      reserve(-1);
    }
  }
}
