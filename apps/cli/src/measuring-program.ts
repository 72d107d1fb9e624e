import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { chunkSize } from './chunk-size.ts';
import { examples, numberFrom } from './examples.ts';
import type { MakeContext } from './examples.ts';
import type { EvalMakeOptions, EvalOptions, IndexRebuildOptions } from './options.ts';

/** Looking after an installation, and measuring it. */
export function addMeasuring(program: Command, context: MakeContext): void {
  program
    .command('doctor')
    .description('check this installation and say what to do')
    .option('--rebuild', 'make the index anew from the stored texts')
    .addHelpText('after', examples('fumi doctor', 'fumi doctor --json', 'fumi doctor --rebuild'))
    .action(async (options: { rebuild?: boolean }, command: Command) =>
      (await import('./commands/doctor.ts')).doctorCommand(context(command), options),
    );
  program
    .command('migrate')
    .description('move everything into the stores that another configuration names; no source is read')
    .requiredOption('--to <file>', 'configuration of the other stores')
    .option('--check', 'compare only, move nothing')
    .addHelpText(
      'after',
      examples('fumi migrate --to servers.yaml', 'fumi migrate --to servers.yaml --check'),
    )
    .action(async (options: { to: string; check?: boolean }, command: Command) =>
      (await import('./commands/migrate.ts')).migrateCommand(context(command), options),
    );
  const index = program.command('index').description('look after the index');
  index
    .command('rebuild')
    .description('make the index anew from the stored texts, beside the one that answers')
    .addOption(
      new Option(
        '--embedder [which]',
        'for another model, local:<name or folder> or openai:<model>@<url>, which becomes "nextEmbedder" of the configuration; without a value for the one that is named there. Switches nothing',
      ).conflicts('engine'),
    )
    .option(
      '--engine <file>',
      'in the stores of another configuration, as "fumi migrate --to" does; switches nothing',
    )
    .addOption(
      new Option(
        '--chunks <units>',
        'with chunks of another size, which becomes "chunking" of the configuration: 1100 is as by default. Searches go on, no source is read; the former size leads back',
      )
        .argParser(chunkSize)
        .conflicts(['embedder', 'engine']),
    )
    .addHelpText(
      'after',
      examples(
        'fumi index rebuild',
        'fumi index rebuild --embedder local:multilingual-e5-small',
        'fumi index rebuild --engine servers.yaml',
        'fumi index rebuild --chunks 700',
      ),
    )
    .action(async (options: IndexRebuildOptions, command: Command) =>
      (await import('./commands/index-rebuild.ts')).indexRebuildCommand(context(command), options),
    );
  index
    .command('compare')
    .description('ask judged questions of the index that is asked and of the one beside')
    .argument('<folder>', 'questions and judgements, as "fumi eval make" writes them')
    .option('--to <file>', 'compare with the stores of another configuration instead')
    .addHelpText(
      'after',
      examples('fumi index compare judged', 'fumi index compare judged --to servers.yaml'),
    )
    .action(async (folder: string, options: { to?: string }, command: Command) =>
      (await import('./commands/index-compare.ts')).indexCompareCommand(context(command), folder, options),
    );
  for (const [way, description] of [
    ['switch', 'ask the index that was made beside from now on'],
    ['rollback', 'ask the index from before the last switch again'],
  ] as const)
    index
      .command(way)
      .description(description)
      .addHelpText('after', examples(`fumi index ${way}`))
      .action(async (_options: unknown, command: Command) =>
        (await import('./commands/index-rebuild.ts')).indexSwitchCommand(context(command), way),
      );
  index
    .command('check')
    .description('compare the index with the catalog')
    .option('--repair', 'make the index say what the catalog says')
    .addHelpText('after', examples('fumi index check', 'fumi index check --repair'))
    .action(async (options: { repair?: boolean }, command: Command) =>
      (await import('./commands/index-check.ts')).indexCheckCommand(context(command), options),
    );
  const evaluation = program
    .command('eval')
    .description('measure the ranking on judged collections (BEIR folders)')
    .argument('<folder...>', 'folders with corpus.jsonl[.gz], queries.jsonl and qrels.tsv')
    .option('--corpus <file>', 'another corpus file in the folder')
    .option('--queries <number>', 'only the first so many queries', numberFrom(1, 1_000_000))
    .option(
      '--compare <file>',
      'an earlier result: differences, by query too, and whether they are more than noise',
    )
    .option('--output <file>', 'also write the result there')
    .option('--embedder <which>', 'local:<folder>, openai:<model>@<url> or none', 'none')
    .option('--workers <number>', 'threads of a local model (default: 1)', numberFrom(1, 64))
    .addOption(new Option('--runtime <which>', 'of a local model').choices(['auto', 'native', 'wasm']))
    .option('--native-from <folder>', 'where onnxruntime-node is installed')
    .option('--vectors <file>', 'keep vectors there for the next time (default: in the cache folder)')
    .option('--weight <share>', 'of the cosine in the fused score, 0 to 1 (default: 0.6)', share)
    .option('--boost-links <share>', 'as search.boosts.links.weight has it, 0 to 1', share)
    .option('--synonyms <file>', 'words that mean the same, as search.synonyms has them')
    .option(
      '--rerank <which>',
      'local:<folder>, openai:<model>@<url>, endpoint:<model>@<url> or none',
      'none',
    )
    .option('--bound <number>', 'places that a hit rises or sinks at most (default: 5)', numberFrom(1, 100))
    .option(
      '--chunks <units>',
      'size that chunks aim at, as chunking.targetUnits has it (default: 1100)',
      chunkSize,
    )
    .option('--answers', 'measure answers instead: what they are sure of, and whether they hold the answer')
    .option('--fit <file>', 'with --answers: write a new calibration there')
    .addOption(
      new Option(
        '--baseline <which>',
        'compare with plain one-field BM25; a loss beyond noise fails',
      ).choices(['bm25']),
    )
    .option('--worst <number>', 'show the queries that fared worst', numberFrom(1, 10_000))
    .option('--slices', 'show kinds of queries apart')
    .addHelpText(
      'after',
      examples(
        'fumi eval ./eval/scifact',
        'fumi eval ./eval/* --json',
        'fumi eval ./eval/scifact --chunks 700 --compare before.json',
        'fumi eval ./eval/aws --corpus corpus_full.jsonl.gz',
        'fumi eval ./eval/scifact --embedder local:./models/all-MiniLM-L6-v2 --compare before.json --worst 20',
      ),
    )
    .action(async (folders: string[], options: EvalOptions, command: Command) =>
      options.answers
        ? (await import('./commands/eval-answers.ts')).evalAnswersCommand(context(command), folders, options)
        : (await import('./commands/eval.ts')).evalCommand(context(command), folders, options),
    );
  evaluation
    .command('make')
    .description('make a judged collection of your own questions over your own documents')
    .argument('<folder>', 'where it is made')
    .option('--questions <file>', 'one question on each line')
    .option('--depth <number>', 'hits of each question to be judged (default: 20)', numberFrom(1, 50))
    .addHelpText(
      'after',
      examples(
        'fumi eval make ./judged --questions questions.txt',
        'fumi eval make ./judged',
        'fumi eval ./judged',
      ),
    )
    .action(async (folder: string, options: EvalMakeOptions, command: Command) =>
      (await import('./commands/eval-make.ts')).evalMakeCommand(context(command), folder, options),
    );
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError('Give a number from 0 to 1.');
}
