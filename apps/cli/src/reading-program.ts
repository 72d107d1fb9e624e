import { Argument } from 'commander';
import type { Command } from 'commander';
import type { Verdict } from '@fumikura/retrieval';
import { examples, wholeNumber } from './examples.ts';
import type { MakeContext } from './examples.ts';
import type { DeadLetterOptions, GetOptions, SearchOptions, SuggestOptions } from './options.ts';
import { queryHelp } from './query-help.ts';

/** What is found, and how fresh it is. */
export function addReading(program: Command, context: MakeContext): void {
  program
    .command('feedback')
    .description('say of a document whether it helped; what you said of it before is replaced')
    .addArgument(new Argument('<document>', 'its id, as search shows it'))
    .addArgument(new Argument('<verdict>').choices(['helpful', 'wrong', 'outdated']))
    .argument('[comment...]', 'why')
    .addHelpText(
      'after',
      examples(
        'fumi feedback files:handbook/keys.md helpful',
        'fumi feedback files:handbook/keys.md outdated the vault moved',
      ),
    )
    .action(
      async (
        document: string,
        verdict: Verdict['verdict'],
        comment: string[],
        _o: unknown,
        command: Command,
      ) =>
        (await import('./commands/feedback.ts')).feedbackCommand(
          context(command),
          document,
          verdict,
          comment.join(' '),
        ),
    );
  program
    .command('search')
    .description('find documents')
    .argument('[query...]', 'what you look for; words of the query language are listed below')
    .option('-n, --limit <number>', 'hits, 1 to 50 (default: 10)', wholeNumber)
    .option('--source <id...>', 'only these sources')
    .option('--kind <kind...>', 'only these kinds')
    .option('--language <code...>', 'only these languages')
    .option('--space <name...>', 'only these spaces, projects, repositories or top folders')
    .option('--author <name...>', 'only these authors')
    .option('--label <label...>', 'only these labels')
    .option('--after <date>', 'changed on or after')
    .option('--before <date>', 'changed before')
    .option('--cursor <cursor>', 'the next page of the same search')
    .option('--live', 'ask the sources themselves, too')
    .option('--explain', 'why each hit stands where it stands')
    .option('--facets', 'count everything that matches by source, space, kind, language, author and label')
    .option('--group', 'show the hits of each source together')
    .addHelpText('after', queryHelp())
    .addHelpText(
      'after',
      examples(
        'fumi search how do we rotate secrets',
        `fumi search 'rotate keys source:jira author:me after:2026-01 -draft "exact phrase"'`,
        `fumi search label:runbook kind:page`,
        'fumi search 経費精算の期限 --limit 3',
        'fumi search "on-call" --kind page --after 2026-01 --json',
      ),
    )
    .action(async (query: string[], options: SearchOptions, command: Command) =>
      (await import('./commands/search.ts')).searchCommand(context(command), query.join(' '), options),
    );
  program
    .command('similar')
    .description('find documents like one')
    .argument('<id>', 'document id, as search shows it')
    .argument('[query...]', 'words and filters that narrow them')
    .option('-n, --limit <number>', 'hits, 1 to 50 (default: 10)', wholeNumber)
    .option('--cursor <cursor>', 'the next page')
    .addHelpText(
      'after',
      examples('fumi similar files:handbook/security/secrets.md', 'fumi similar <id> source:jira'),
    )
    .action(async (id: string, query: string[], options: SearchOptions, command: Command) =>
      (await import('./commands/search.ts')).similarCommand(context(command), id, query.join(' '), options),
    );
  program
    .command('suggest')
    .description('complete what is being typed, from documents you may read')
    .argument('<text...>', 'what is typed so far')
    .option('-n, --limit <number>', 'of each kind, 1 to 20 (default: 8)', wholeNumber)
    .addHelpText('after', examples('fumi suggest how to rota', 'fumi suggest 経 --json'))
    .action(async (text: string[], options: SuggestOptions, command: Command) =>
      (await import('./commands/suggest.ts')).suggestCommand(context(command), text.join(' '), options),
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
}
