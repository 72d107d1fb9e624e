import type { Command } from 'commander';
import { examples } from './examples.ts';
import type { MakeContext } from './examples.ts';
import type { AddOptions, SyncOptions } from './options.ts';

/** Kinds of sources behind a network, beside folders; a test holds them against the connectors. */
export const REMOTE_KINDS: Readonly<Record<string, string>> = {
  confluence: 'Confluence, Cloud or Data Center',
  github: 'GitHub (github.com and Enterprise Server)',
  jira: 'Jira, Cloud or Data Center',
  sharepoint: 'SharePoint through Microsoft Graph',
};

/** What is read: configuration, sources, syncs. */
export function addSetUp(program: Command, context: MakeContext): void {
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
