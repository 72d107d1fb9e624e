import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { examples, numberFrom } from './examples.ts';
import type { MakeContext } from './examples.ts';
import type { PlanOptions } from './options.ts';
import { quantity } from './plan/quantity.ts';

/** What an installation will need. */
export function addPlanning(program: Command, context: MakeContext): void {
  program
    .command('plan')
    .description('disk, memory, cores, cost of embedding and the layout for so many documents and people')
    .requiredOption('--documents <number>', 'such as 20k or 5M', quantity)
    .requiredOption('--people <number>', 'who may ask', quantity)
    .option('--chunks-per-document <number>', 'of about 240 tokens', numberFrom(1, 10_000), 5)
    .addOption(
      new Option('--embedder <kind>', 'what makes vectors')
        .choices(['none', 'local-wasm', 'local-native', 'openai'])
        .default('none'),
    )
    .option('--dimension <number>', 'of a vector (default: 384, 1536 with openai)', numberFrom(1, 65_536))
    .option('--price <dollars>', 'of a million tokens, with openai', dollars, 0.02)
    .option('--questions <number>', 'of a person in a day', numberFrom(1, 10_000), 5)
    .option('--reader-sets <number>', 'distinct sets of readers that one person may read', quantity, 2_000)
    .addHelpText(
      'after',
      examples(
        'fumi plan --documents 5M --people 20k',
        'fumi plan --documents 200k --people 2500 --embedder local-wasm',
        'fumi plan --documents 20M --people 100k --embedder openai --json',
      ),
    )
    .action(async (options: PlanOptions, command: Command) =>
      (await import('./commands/plan.ts')).planCommand(context(command), options),
    );
}

function dollars(value: string): number {
  if (/^\d{1,6}(?:\.\d{1,6})?$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Give US dollars, such as 0.02.');
}
