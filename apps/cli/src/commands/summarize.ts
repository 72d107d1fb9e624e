import type { Summary, SummaryTarget } from '@fumikura/answering';
import { openInstallation } from '@fumikura/composition';
import type { SourceId } from '@fumikura/model';
import { splitDocumentId } from '@fumikura/model';
import { styleText } from 'node:util';
import { answered, printCitations, printClaim, printRefusal } from '../answering.ts';
import type { Context } from '../context.ts';
import type { SummarizeOptions } from '../options.ts';
import { count, duration, safe } from '../output.ts';
import type { Output } from '../output.ts';

const WHY: Readonly<Record<Summary['leftOut'][number]['reason'], string>> = {
  'beyond-cap': 'more documents than are read for one summary',
  'no-text': 'has no text to quote',
  'passages-removed': 'passages were removed, none were added',
  'not-found': 'no such document, or you may not read it',
  'not-changed': 'nothing new in it',
  'nothing-on-focus': 'says nothing on the focus',
  'no-room': 'no room in a summary of this length',
};

export async function summarizeCommand(
  context: Context,
  what: readonly string[],
  options: SummarizeOptions,
): Promise<void> {
  const { output } = context;
  const installation = await openInstallation(await context.config(), { ...context, mode: 'one-shot' });
  try {
    const query = what.join(' ');
    const event = { tool: 'create_summary', via: 'cli summarize', query, actor: installation.localPerson() };
    const summary = await answered(context, installation, event, async (asker) => {
      let last: Summary | undefined;
      const events = installation.answering.summarize(targetOf(what, options), asker, {
        ...(options.focus !== undefined && { focus: options.focus }),
        ...(options.length !== undefined && { length: options.length }),
        ...(options.since !== undefined && { changedSince: options.since }),
        ...(options.model === false && { withoutModel: true }),
      });
      for await (const each of events) {
        if (each.kind === 'point') {
          output.line();
          printClaim(output, each.claim);
        } else if (each.kind === 'reading' && output.isInteractive)
          output.note(`read ${each.done} of ${each.total}`);
        else if (each.kind === 'stage' && output.isInteractive)
          output.note(`notes of ${each.done} of ${each.total} parts`);
        else if (each.kind === 'summary') last = each.summary;
      }
      if (!last) throw new Error('a summary without an end');
      return last;
    });
    output.json(summary);
    print(output, summary);
  } finally {
    await installation.close();
  }
}

/** Words that are all ids of documents name them; anything else is looked for. */
function targetOf(what: readonly string[], { source }: SummarizeOptions): SummaryTarget {
  if (what.every((each) => splitDocumentId(each) !== undefined)) return { documentIds: what };
  return { query: what.join(' '), ...(source && { filter: { sources: source as readonly SourceId[] } }) };
}

function print(output: Output, summary: Summary): void {
  if (summary.refusal) printRefusal(output, summary.refusal);
  output.line();
  printCitations(output, summary.citations);
  if (summary.leftOut.length > 0) {
    output.line();
    output.line(styleText('dim', 'Left out:'));
    output.table(
      ['document', 'why'],
      summary.leftOut.map(({ title, reason, removed }) => [
        title,
        removed ? `${WHY[reason]} (${removed.passages}, last ${removed.lastAt.slice(0, 10)})` : WHY[reason],
      ]),
    );
    if (summary.leftOutBeyond > 0)
      output.line(styleText('dim', `and ${count(summary.leftOutBeyond, 'more document')}`));
  }
  for (const notice of summary.notices) output.line(styleText('yellow', safe(notice)));
  const how = summary.kind === 'extracted' ? 'Quoted from' : 'From';
  output.line(
    styleText('dim', `${how} ${count(summary.documents.length, 'document')}, ${duration(summary.tookMs)}.`),
  );
}
