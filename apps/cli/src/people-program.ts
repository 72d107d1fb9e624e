import type { Command } from 'commander';
import { examples } from './examples.ts';
import type { MakeContext } from './examples.ts';

/** Persons and their accounts in the sources. */
export function addPeople(program: Command, context: MakeContext): void {
  const people = program
    .command('people')
    .description('which accounts of the sources are whose, and what is not decided')
    .addHelpText('after', examples('fumi people', 'fumi people --json'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/people.ts')).peopleCommand(context(command)),
    );
  people
    .command('sync')
    .description('read directories of people and groups now')
    .argument('[directory]', 'only this one')
    .option('--allow-leavers', 'also when more than a fifth would leave')
    .addHelpText('after', examples('fumi people sync', 'fumi people sync corp --allow-leavers'))
    .action(async (id: string | undefined, options: { allowLeavers?: boolean }, command: Command) =>
      (await import('./commands/people-sync.ts')).peopleSync(context(command), id, options),
    );
  people
    .command('link')
    .description("decide that an account is a person's")
    .argument('<person>', 'person id, as "fumi people" shows it')
    .argument('<account>', 'user:<source>:<account id>')
    .addHelpText('after', examples('fumi people link ada user:jira:acme:5b10ac8d'))
    .action(async (person: string, account: string, _options: unknown, command: Command) =>
      (await import('./commands/people.ts')).linkCommand(context(command), person, account),
    );
  people
    .command('unlink')
    .description("decide that an account is nobody's, whatever else speaks for it")
    .argument('<person>', 'person id, as "fumi people" shows it')
    .argument('<account>', 'user:<source>:<account id>')
    .addHelpText('after', examples('fumi people unlink ada user:jira:acme:5b10ac8d'))
    .action(async (person: string, account: string, _options: unknown, command: Command) =>
      (await import('./commands/people.ts')).unlinkCommand(context(command), person, account),
    );
}
