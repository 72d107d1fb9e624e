import type { Answer, AskOptions as AskWith } from '@fumikura/answering';
import { openInstallation } from '@fumikura/composition';
import type { SourceId } from '@fumikura/model';
import { styleText } from 'node:util';
import { answered, confidenceLine, printCitations, printClaim, printRefusal } from '../answering.ts';
import type { Context } from '../context.ts';
import type { AskOptions } from '../options.ts';
import { duration, safe } from '../output.ts';
import type { Output } from '../output.ts';
import { coverageLine } from './search.ts';

export async function askCommand(context: Context, question: string, options: AskOptions): Promise<void> {
  const { output } = context;
  const installation = await openInstallation(await context.config(), { ...context, mode: 'one-shot' });
  try {
    const event = {
      tool: 'ask_question',
      via: 'cli ask',
      query: question,
      actor: installation.localPerson(),
    };
    const answer = await answered(context, installation, event, async (asker) => {
      let last: Answer | undefined;
      for await (const each of installation.answering.ask(question, asker, withOf(options))) {
        if (each.kind === 'claim') printClaim(output, each.claim);
        else if (each.kind === 'answer') last = each.answer;
      }
      if (!last) throw new Error('an answer without an end');
      return last;
    });
    output.json(answer);
    print(output, answer);
  } finally {
    await installation.close();
  }
}

function withOf({ source, context, model }: AskOptions): AskWith {
  return {
    ...(source && { filter: { sources: source as readonly SourceId[] } }),
    ...(context !== undefined && { context }),
    ...(model === false && { withoutModel: true }),
  };
}

function print(output: Output, answer: Answer): void {
  if (answer.refusal) printRefusal(output, answer.refusal);
  output.line();
  printCitations(output, answer.citations);
  for (const { kind, about, sides, preferred } of answer.conflicts) {
    output.line(styleText('yellow', `Contradiction (${kind}): ${safe(about)}`));
    for (const { citation, says, updatedAt } of sides) {
      const date = updatedAt === undefined ? 'undated' : `as of ${updatedAt.slice(0, 10)}`;
      output.line(`  [${citation}] ${safe(says)} (${date})${citation === preferred ? '  newer' : ''}`);
    }
  }
  if (answer.related.length > 0) {
    output.line(styleText('dim', 'Related:'));
    for (const { title, id } of answer.related)
      output.line(styleText('dim', `  ${safe(title)}  ${safe(id)}`));
  }
  for (const text of answer.relatedQuestions) output.line(styleText('dim', `  ? ${safe(text)}`));
  for (const notice of answer.notices) output.line(styleText('yellow', safe(notice)));
  const how = answer.kind === 'extracted' ? 'Quoted from documents. ' : '';
  output.line(
    styleText(
      'dim',
      `${how}${confidenceLine(answer.confidence)}, ${duration(answer.tookMs)}. ${coverageLine(answer.coverage)}`,
    ),
  );
}
