import { Command, InvalidArgumentError, Option } from 'commander';
import { createContext } from './context.ts';
import type { Context, Environment, GlobalOptions } from './context.ts';
import { examples, numberFrom } from './examples.ts';
import type { MakeContext } from './examples.ts';
import type {
  AddModelOptions,
  AddOptions,
  DeadLetterOptions,
  DemoOptions,
  EmbedAddOptions,
  EvalOptions,
  GetOptions,
  PullModelOptions,
  SearchOptions,
  ServerOptions,
  StartOptions,
  SyncOptions,
  UpOptions,
  WorkerOptions,
} from './options.ts';
import { addTrust } from './trust-program.ts';

export const VERSION = '0.1.0';

/** The command tree. Each command's code is loaded when it runs, so that `fumi search` starts in a moment. */
export function buildProgram(environment: Environment, signal: AbortSignal): Command {
  const program = new Command('fumi')
    .description('Search everything your company has written, and see only what you may.')
    .version(VERSION)
    .option('--config <file>', 'configuration file (default: the nearest fumikura.yaml)')
    .option('--json', 'one JSON value on standard output')
    .option('--verbose', 'log what happens, with error details')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .showHelpAfterError('Run with --help for what is allowed.')
    .exitOverride();
  const context = (command: Command): Context =>
    createContext(command.optsWithGlobals<GlobalOptions>(), environment, signal);
  addSetUp(program, context);
  addReading(program, context);
  addEmbedding(program, context);
  addServing(program, context);
  addMeasuring(program, context);
  addTrust(program, context);
  program
    .command('exit-codes')
    .description('what the exit codes mean')
    .addHelpText('after', examples('fumi exit-codes', 'fumi exit-codes --json'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/exit-codes.ts')).exitCodesCommand(context(command)),
    );
  return program;
}

/** Kinds of sources behind a network, beside folders; a test holds them against the connectors. */
export const REMOTE_KINDS: Readonly<Record<string, string>> = {
  confluence: 'Confluence, Cloud or Data Center',
  github: 'GitHub (github.com and Enterprise Server)',
  jira: 'Jira, Cloud or Data Center',
  sharepoint: 'SharePoint through Microsoft Graph',
};

function addSetUp(program: Command, context: MakeContext): void {
  program
    .command('init')
    .description('write a configuration file here')
    .argument('[folder]', 'where', '.')
    .option('--owner <id>', 'person id of the owner (default: your login name)')
    .addHelpText('after', examples('fumi init', 'fumi init ~/knowledge --owner alice'))
    .action(async (folder: string, options: { owner?: string }, command: Command) =>
      (await import('./commands/init.ts')).init(context(command), folder, options),
    );
  const source = program.command('source').description('add and remove sources');
  const add = source
    .command('add')
    .description('add a source')
    .argument('[kind]', 'kind of source')
    .allowExcessArguments()
    .addHelpText(
      'after',
      examples(
        'fumi source add files ~/notes',
        'fumi source add sharepoint',
        'fumi source add sharepoint --help',
      ),
    )
    .action((kind: string | undefined, _options: unknown, command: Command) => {
      if (kind === undefined) return command.help();
      const kinds = ['files', ...Object.keys(REMOTE_KINDS)].join(', ');
      return command.error(`error: there is no kind of source "${kind}". Allowed choices are ${kinds}.`);
    });
  add
    .command('files')
    .description('a folder with documents')
    .argument('<folder>', 'folder with documents')
    .option('--name <name>', "name of the source (default: the folder's)")
    .option(
      '--reader <who...>',
      'person, group:<id>, everyone (persons of this installation) or anyone (default: the owner)',
    )
    .option('--include <glob...>', 'only these files')
    .option('--exclude <glob...>', 'not these files')
    .addHelpText(
      'after',
      examples(
        'fumi source add files ~/notes',
        'fumi source add files ./docs --name docs --reader everyone',
        "fumi source add files /srv/share --reader group:hr --exclude '**/archive/**'",
      ),
    )
    .action(async (folder: string, options: AddOptions, command: Command) =>
      (await import('./commands/source.ts')).addFolderCommand(context(command), folder, options),
    );
  for (const [kind, title] of Object.entries(REMOTE_KINDS))
    add
      .command(kind)
      .description(title)
      .helpOption(false)
      // Each kind has questions of its own, which are flags too; its connector knows them.
      .allowUnknownOption()
      .argument('[answers...]', 'flags, or nothing to be asked')
      .action(async (_answers: unknown, _options: unknown, command: Command) =>
        (await import('./commands/source-add.ts')).addRemoteCommand(context(command), kind, command.args),
      );
  source
    .command('remove')
    .description('forget a source and everything indexed from it')
    .argument('<id>', 'source id, as "fumi sources" shows it')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('fumi source remove files:notes'))
    .action(async (id: string, options: { yes?: boolean }, command: Command) =>
      (await import('./commands/source.ts')).removeSourceCommand(context(command), id, options),
    );
  program
    .command('sync')
    .description('read what changed in the sources')
    .argument('[source]', 'source id (default: all)')
    .option('--full', 'read everything again')
    .option('--permissions', 'read again who may read what, and people and groups; no content')
    .option('--directory', 'read people and groups again; nothing else')
    .option('--dry-run', 'say what would change, change nothing')
    .option('--allow-removals', 'remove also when more than a fifth of a source is gone')
    .option('--watch', 'stay and follow changes')
    .option('--no-embed', 'leave what waits for vectors waiting')
    .addHelpText(
      'after',
      examples(
        'fumi sync',
        'fumi sync files:handbook --full',
        'fumi sync sharepoint:acme --permissions',
        'fumi sync --dry-run --json',
      ),
    )
    .action(async (id: string | undefined, options: SyncOptions, command: Command) =>
      (await import('./commands/sync.ts')).syncCommand(context(command), id, options),
    );
}

function addReading(program: Command, context: MakeContext): void {
  program
    .command('search')
    .description('find documents')
    .argument('<query...>', 'what you look for')
    .option('-n, --limit <number>', 'hits, 1 to 50 (default: 10)', wholeNumber)
    .option('--source <id...>', 'only these sources')
    .option('--kind <kind...>', 'only these kinds')
    .option('--language <code...>', 'only these languages')
    .option('--author <name...>', 'only these authors')
    .option('--label <label...>', 'only these labels')
    .option('--after <date>', 'changed on or after')
    .option('--before <date>', 'changed before')
    .option('--cursor <cursor>', 'the next page of the same search')
    .option('--explain', 'why each hit stands where it stands')
    .addHelpText(
      'after',
      examples(
        'fumi search how do we rotate secrets',
        'fumi search 経費精算の期限 --limit 3',
        'fumi search "on-call" --kind page --after 2026-01 --json',
      ),
    )
    .action(async (query: string[], options: SearchOptions, command: Command) =>
      (await import('./commands/search.ts')).searchCommand(context(command), query.join(' '), options),
    );
  program
    .command('get')
    .description('read one document')
    .argument('<id>', 'document id, as search shows it')
    .option('--section <heading>', 'one section')
    .option('--outline', 'the headings only')
    .option('--max-tokens <number>', 'length of a page, 100 to 8,000 (default: 4,000)', wholeNumber)
    .option('--cursor <cursor>', 'the next page')
    .addHelpText(
      'after',
      examples('fumi get files:handbook/security/secrets.md', 'fumi get <id> --section "Rotation"'),
    )
    .action(async (id: string, options: GetOptions, command: Command) =>
      (await import('./commands/get.ts')).getCommand(context(command), id, options),
    );
  program
    .command('sources')
    .description('what is indexed, how fresh, what failed')
    .argument('[id]', 'one source, with its dead letters')
    .addHelpText('after', examples('fumi sources', 'fumi sources files:handbook --json'))
    .action(async (id: string | undefined, _options: unknown, command: Command) =>
      (await import('./commands/sources.ts')).sourcesCommand(context(command), id),
    );
  program
    .command('jobs')
    .description('when each source was read last, how it went, and when it is read next')
    .argument('[source]', 'source id (default: all)')
    .addHelpText('after', examples('fumi jobs', 'fumi jobs sharepoint:acme --json'))
    .action(async (id: string | undefined, _options: unknown, command: Command) =>
      (await import('./commands/jobs.ts')).jobsCommand(context(command), id),
    );
  program
    .command('dead-letters')
    .description('what could not be read, why, and how often it was tried')
    .argument('[source]', 'source id (default: all)')
    .option('--retry', 'try all of it again now')
    .addHelpText('after', examples('fumi dead-letters', 'fumi dead-letters files:handbook --retry'))
    .action(async (id: string | undefined, options: DeadLetterOptions, command: Command) =>
      (await import('./commands/dead-letters.ts')).deadLettersCommand(context(command), id, options),
    );
  program
    .command('people')
    .description('which accounts of the sources are whose, and what is not decided')
    .addHelpText('after', examples('fumi people', 'fumi people --json'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/people.ts')).peopleCommand(context(command)),
    );
}

function addEmbedding(program: Command, context: MakeContext): void {
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

function addServing(program: Command, context: MakeContext): void {
  const tools = new Option('--tools <set>', 'tools offered')
    .choices(['knowledge', 'openai'])
    .default('knowledge');
  const mcp = program
    .command('mcp')
    .description('serve one MCP client over standard input and output')
    .addOption(tools)
    .addHelpText('after', examples('fumi mcp', 'fumi mcp --tools openai', 'fumi mcp install claude'))
    .action(async (options: { tools: 'knowledge' | 'openai' }, command: Command) =>
      (await import('./commands/mcp.ts')).mcpCommand(context(command), options),
    );
  mcp
    .command('install')
    .description('enter Fumikura in an MCP client of this machine')
    .addArgument(argumentOf('<client>', 'which', ['claude', 'vscode', 'cursor']))
    .option('--dry-run', 'show the change, write nothing')
    .addHelpText('after', examples('fumi mcp install claude', 'fumi mcp install vscode --dry-run'))
    .action(async (client: 'claude' | 'vscode' | 'cursor', options: { dryRun?: boolean }, command: Command) =>
      (await import('./commands/mcp.ts')).installCommand(context(command), client, options),
    );
  program
    .command('up')
    .description('serve MCP over HTTP on this machine and follow changes of the sources')
    .option('--host <address>', 'loopback address (default: 127.0.0.1)')
    .option('--port <number>', 'port (default: 7700; 0 takes a free one)', numberFrom(0, 65_535))
    .option('--no-watch', 'serve what is indexed, follow nothing')
    .addHelpText('after', examples('fumi up', 'fumi up --port 8080 --no-watch'))
    .action(async (options: UpOptions, command: Command) =>
      (await import('./commands/up.ts')).upCommand(context(command), options),
    );
  program
    .command('server')
    .description('one of any number of servers: MCP over HTTP and webhooks; reads no source')
    .option('--host <address>', 'address (default: as configured)')
    .option('--port <number>', 'port (default: 7700; 0 takes a free one)', numberFrom(0, 65_535))
    .addHelpText('after', examples('fumi server', 'fumi --config servers.yaml server --port 8080'))
    .action(async (options: ServerOptions, command: Command) =>
      (await import('./commands/server.ts')).serverCommand(context(command), options),
    );
  program
    .command('worker')
    .description('one of any number of workers: follows the sources and makes vectors; answers nobody')
    .option('--host <address>', 'address for health (default: 127.0.0.1)')
    .option('--port <number>', 'port for health (default: none; 0 takes a free one)', numberFrom(0, 65_535))
    .addHelpText('after', examples('fumi worker', 'fumi --config servers.yaml worker --port 7701'))
    .action(async (options: WorkerOptions, command: Command) =>
      (await import('./commands/worker.ts')).workerCommand(context(command), options),
    );
  program
    .command('start')
    .description('see it work: index the example handbook, answer three questions, serve MCP')
    .option(
      '--port <number>',
      'port (default: 7700, or a free one when that is taken)',
      numberFrom(0, 65_535),
    )
    .option('--no-serve', 'stop after the questions')
    .addHelpText('after', examples('fumi start', 'fumi start --no-serve'))
    .action(async (options: StartOptions, command: Command) =>
      (await import('./commands/start.ts')).startCommand(context(command), options),
    );
  program
    .command('demo')
    .description('an invented company in four systems, searched as three persons with different rights')
    .option('--as <person>', 'who sits at this machine afterwards: emi, rika or henrik', 'emi')
    .option('--folder <folder>', 'keep configuration and database there (default: a temporary folder)')
    .option(
      '--port <number>',
      'port (default: 7700, or a free one when that is taken)',
      numberFrom(0, 65_535),
    )
    .option('--no-serve', 'stop after the questions')
    .addHelpText('after', examples('fumi demo', 'fumi demo --as henrik', 'fumi demo --no-serve --json'))
    .action(async (options: DemoOptions, command: Command) =>
      (await import('./commands/demo.ts')).demoCommand(context(command), options),
    );
}

function addMeasuring(program: Command, context: MakeContext): void {
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
    .addHelpText('after', examples('fumi index rebuild'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/index-rebuild.ts')).indexRebuildCommand(context(command)),
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
  program
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
    .option('--worst <number>', 'show the queries that fared worst', numberFrom(1, 10_000))
    .option('--slices', 'show kinds of queries apart')
    .addHelpText(
      'after',
      examples(
        'fumi eval ./eval/scifact',
        'fumi eval ./eval/* --json',
        'fumi eval ./eval/aws --corpus corpus_full.jsonl.gz',
        'fumi eval ./eval/scifact --embedder local:./models/all-MiniLM-L6-v2 --compare before.json --worst 20',
      ),
    )
    .action(async (folders: string[], options: EvalOptions, command: Command) =>
      (await import('./commands/eval.ts')).evalCommand(context(command), folders, options),
    );
}

function argumentOf(name: string, description: string, choices: readonly string[]) {
  return new Command().createArgument(name, description).choices(choices);
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError('Give a number from 0 to 1.');
}

function wholeNumber(value: string): number {
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Give a whole number.');
}
