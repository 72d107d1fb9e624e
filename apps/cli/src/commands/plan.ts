import type { Context } from '../context.ts';
import type { PlanOptions } from '../options.ts';
import * as constants from '../plan/constants.ts';
import { planFor } from '../plan/model.ts';
import type { Plan } from '../plan/model.ts';
import { amount, bytes, duration } from '../plan/quantity.ts';

/** Sizes of an installation that does not exist yet; nothing is read but the options. */
export function planCommand({ output }: Context, options: PlanOptions): void {
  const input = {
    documents: options.documents,
    people: options.people,
    chunksPerDocument: options.chunksPerDocument,
    embedder: options.embedder,
    dimension: options.dimension ?? (options.embedder === 'openai' ? 1_536 : 384),
    pricePerMillionTokens: options.price,
    questionsPerPersonAndDay: options.questions,
    readerSets: options.readerSets,
  };
  const plan = planFor(input);
  output.json({ input, ...plan, constants });
  output.line(
    `${amount(plan.chunks)} chunks, ${amount(plan.questionsPerSecondAtPeak)} questions a second at the peak\n`,
  );
  output.line(`Layout: ${plan.layout} (${plan.reasons.join('; ')})\n`);
  output.table(
    ['part', 'number', 'cores', 'memory', 'disk'],
    plan.parts.map((part) => [
      part.name,
      String(part.count),
      String(part.cores),
      bytes(part.memoryBytes),
      bytes(part.diskBytes),
    ]),
  );
  output.line(`\nA search in the engine: ${amount(plan.searchP50Ms)} ms (median)`);
  output.line(`First load of the index: ${duration(plan.firstLoadHours)}, when the sources are as fast`);
  for (const line of embeddingLines(plan)) output.line(line);
  output.line('Numbers are of all of a part together, with headroom. --json names where each comes from.');
}

function embeddingLines({ embedding: { tokens, usd, coreHours } }: Plan): string[] {
  if (tokens === 0) return [];
  const cost = coreHours > 0 ? `${amount(coreHours)} core hours` : `${amount(usd)} US dollars`;
  return [`Embedding everything once: ${amount(tokens / 1e6)} million tokens, ${cost}`];
}
