import type { Command } from 'commander';
import { argumentOf, examples, numberFrom } from './examples.ts';
import type { MakeContext } from './examples.ts';
import type { AddModelOptions, EmbedAddOptions, PullModelOptions } from './options.ts';

/** Models and the embedder. */
export function addEmbedding(program: Command, context: MakeContext): void {
  const models = program.command('models').description('models that run on this machine');
  models
    .command('add')
    .description('take over a model folder: checked, measured, with its licence and checksums written down')
    .argument('<folder>', 'folder with an ONNX file, config.json, tokenizer.json, tokenizer_config.json')
    .option('--name <name>', "name of the model (default: the folder's)")
    .option('--replace', 'in the place of one with the same name')
    .addHelpText('after', examples('fumi models add ~/Downloads/all-MiniLM-L6-v2'))
    .action(async (folder: string, options: AddModelOptions, command: Command) =>
      (await import('./commands/models.ts')).addModelCommand(context(command), folder, options),
    );
  models
    .command('pull')
    .description('fetch a model at a pinned revision; refused unless every checksum fits')
    .argument('<name>', 'minilm')
    .option('--mirror <url>', 'fetch from there instead of huggingface.co')
    .option('--replace', 'in the place of one with the same name')
    .addHelpText(
      'after',
      examples('fumi models pull minilm', 'fumi models pull minilm --mirror https://models.example.com'),
    )
    .action(async (name: string, options: PullModelOptions, command: Command) =>
      (await import('./commands/models.ts')).pullModelCommand(context(command), name, options),
    );
  models
    .command('list')
    .description('models that were added')
    .addHelpText('after', examples('fumi models list', 'fumi models list --json'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/models.ts')).listModelsCommand(context(command)),
    );
  const embed = program
    .command('embed')
    .description('compare meaning beside words: which embedder, and how far it is');
  embed
    .command('add')
    .description('choose the embedder; says before what its vectors will cost')
    .addArgument(argumentOf('<kind>', 'where it runs', ['local', 'openai', 'ollama']))
    .argument('<model>', 'name of an added model, or as the endpoint calls it')
    .option('--url <url>', 'address of an OpenAI-compatible endpoint, with its version path')
    .option('--key-env <name>', 'environment variable that holds its key')
    .option('--dimensions <number>', 'ask for vectors of this dimension', numberFrom(8, 4_096))
    .option('--price <usd>', 'of a million tokens', Number)
    .option('--tokens-per-day <number>', 'spend no more on a day', numberFrom(1, 999_999_999))
    .option('--workers <number>', 'threads of a local model (default: 1)', numberFrom(1, 16))
    .option('--native-from <folder>', 'where onnxruntime-node is installed')
    .addHelpText(
      'after',
      examples(
        'fumi embed add local all-MiniLM-L6-v2',
        'fumi embed add ollama nomic-embed-text',
        'fumi embed add openai text-embedding-3-small --tokens-per-day 5000000',
      ),
    )
    .action(
      async (
        kind: 'local' | 'openai' | 'ollama',
        model: string,
        options: EmbedAddOptions,
        command: Command,
      ) => (await import('./commands/embed.ts')).addEmbedderCommand(context(command), kind, model, options),
    );
  embed
    .command('remove')
    .description('compare words alone again')
    .addHelpText('after', examples('fumi embed remove'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/embed.ts')).removeEmbedderCommand(context(command)),
    );
  embed
    .command('status')
    .description('what waits for vectors, how fast it goes, what it cost, what was refused')
    .addHelpText('after', examples('fumi embed status', 'fumi embed status --json'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/embed.ts')).embedStatusCommand(context(command)),
    );
  embed
    .command('pause')
    .description('make no more vectors, in any process')
    .addHelpText('after', examples('fumi embed pause'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/embed.ts')).pauseEmbeddingCommand(context(command)),
    );
  embed
    .command('resume')
    .description('go on making vectors, here and now')
    .option('--retry-refused', 'try again what the embedder refused')
    .addHelpText('after', examples('fumi embed resume', 'fumi embed resume --retry-refused'))
    .action(async (options: { retryRefused?: boolean }, command: Command) =>
      (await import('./commands/embed.ts')).resumeEmbeddingCommand(context(command), options),
    );
}
