import type { Command } from 'commander';
import { examples, wholeNumber } from './examples.ts';
import type { MakeContext } from './examples.ts';
import type { AskOptions, SummarizeOptions } from './options.ts';

/** Answers and summaries, with what they rest on. */
export function addAnswering(program: Command, context: MakeContext): void {
  program
    .command('ask')
    .description('answer a question, with what each statement rests on')
    .argument('<question...>', 'what you want to know')
    .option('--source <id...>', 'only these sources')
    .option('--context <text>', 'what was said before, when the question refers to it')
    .option('--no-model', 'quote documents, even when a model is configured')
    .addHelpText(
      'after',
      examples(
        'fumi ask "How many days do I have to submit travel expenses?"',
        'fumi ask 夏季休暇は何日ですか --json',
      ),
    )
    .action(async (question: string[], options: AskOptions, command: Command) =>
      (await import('./commands/ask.ts')).askCommand(context(command), question.join(' '), options),
    );
  program
    .command('summarize')
    .description('sum up documents, or what a search finds, with citations')
    .argument('<what...>', 'ids of documents, as search shows them, or words to search for')
    .option('--source <id...>', 'of a search: only these sources')
    .option('--focus <words>', 'only what concerns this')
    .option('--length <words>', 'words, 50 to 2,000 (default: 200)', wholeNumber)
    .option('--since <date>', 'only what changed on or after')
    .option('--no-model', 'quote documents, even when a model is configured')
    .addHelpText(
      'after',
      examples(
        'fumi summarize files:handbook/security/secrets.md',
        'fumi summarize release process --since 2026-01-01',
      ),
    )
    .action(async (what: string[], options: SummarizeOptions, command: Command) =>
      (await import('./commands/summarize.ts')).summarizeCommand(context(command), what, options),
    );
}
