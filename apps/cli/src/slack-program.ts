import type { Command } from 'commander';
import { examples } from './examples.ts';
import type { MakeContext } from './examples.ts';
import type { SlackCodeOptions, SlackManifestOptions } from './options.ts';

/** Answers in Slack. */
export function addSlack(program: Command, context: MakeContext): void {
  const slack = program.command('slack').description('answer in Slack, to each person what they may read');
  slack
    .command('run')
    .description('connect to Slack as configured, or listen for it, and answer')
    .addHelpText('after', examples('fumi slack run', 'fumi slack run --verbose'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/slack.ts')).runSlack(context(command)),
    );
  slack
    .command('manifest')
    .description('print the manifest that api.slack.com/apps makes the app from, with the least scopes')
    .option('--url <address>', 'where Slack reaches this, for HTTP (default: slack.publicUrl)')
    .addHelpText(
      'after',
      examples('fumi slack manifest', 'fumi slack manifest --url https://fumi.example.com'),
    )
    .action(async (options: SlackManifestOptions, command: Command) =>
      (await import('./commands/slack.ts')).printManifest(context(command), options),
    );
  slack
    .command('code')
    .description('a code that you say to the bot in Slack once, so that it knows who you are')
    .option('--for <person>', 'for somebody else, to be handed to them alone (duty: people)')
    .addHelpText('after', examples('fumi slack code', 'fumi slack code --for bob'))
    .action(async (options: SlackCodeOptions, command: Command) =>
      (await import('./commands/slack.ts')).createCode(context(command), options),
    );
  slack
    .command('install')
    .description('add a workspace, where the configuration serves several')
    .argument('[code]', 'from the address that Slack leads to; without it, where to allow the app is printed')
    .addHelpText('after', examples('fumi slack install', 'fumi slack install 4724469134.4644010092847'))
    .action(async (code: string | undefined, _options: unknown, command: Command) =>
      (await import('./commands/slack.ts')).installSlack(context(command), code),
    );
  slack
    .command('workspaces')
    .description('the workspaces that were added')
    .addHelpText('after', examples('fumi slack workspaces'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/slack.ts')).listWorkspaces(context(command)),
    );
  slack
    .command('links')
    .description('which accounts in Slack are whose, by a code')
    .addHelpText('after', examples('fumi slack links', 'fumi slack links --json'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/slack.ts')).listLinks(context(command)),
    );
  slack
    .command('unlink')
    .description("an account in Slack is nobody's any more")
    .argument('<workspace>', 'id of the workspace, as "fumi slack links" shows it')
    .argument('<user>', 'id of the account there')
    .addHelpText('after', examples('fumi slack unlink T024BE7LD U024BE7LH'))
    .action(async (workspace: string, user: string, _options: unknown, command: Command) =>
      (await import('./commands/slack.ts')).removeLink(context(command), workspace, user),
    );
  slack
    .command('feedback')
    .description('what people said of their answers')
    .addHelpText('after', examples('fumi slack feedback', 'fumi slack feedback --json'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/slack.ts')).listFeedback(context(command)),
    );
}
