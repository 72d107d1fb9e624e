import type { Command } from 'commander';
import { Option } from 'commander';
import { examples, numberFrom } from './examples.ts';
import type { MakeContext } from './examples.ts';
import type { AuditExportOptions, AuditSearchOptions, AuditVerifyOptions } from './options.ts';

/** Who may what, and who did what. */
export function addTrust(program: Command, context: MakeContext): void {
  addAudit(program, context);
}

const ACTIONS = ['search', 'read', 'answer', 'sync', 'change', 'access'];

function filtered(command: Command): Command {
  return command
    .option('--since <time>', 'on or after, ISO 8601 or its beginning: 2026-05, 2026-05-01T10')
    .option('--until <time>', 'before')
    .option('--person <id>', 'by or as this person; <issuer>#<subject> for one without an entry here')
    .option('--document <id>', 'shown, withheld or asked for')
    .addOption(new Option('--action <action>', 'only these').choices(ACTIONS))
    .addOption(new Option('--outcome <outcome>', 'only these').choices(['done', 'refused', 'failed']));
}

function addAudit(program: Command, context: MakeContext): void {
  const audit = program.command('audit').description('who did what, and the proof that nothing was changed');
  filtered(audit.command('tail'))
    .description('the latest records')
    .option('-n, --limit <number>', 'records (default: 20)', numberFrom(1, 10_000))
    .option('--follow', 'stay and show new ones')
    .addHelpText('after', examples('fumi audit tail', 'fumi audit tail --follow --outcome refused'))
    .action(async (options: AuditSearchOptions, command: Command) =>
      (await import('./commands/audit.ts')).auditTail(context(command), options),
    );
  filtered(audit.command('search').argument('[text]', 'somewhere in the record'))
    .description('records that fit')
    .option('-n, --limit <number>', 'the latest so many (default: 100)', numberFrom(1, 10_000))
    .addHelpText(
      'after',
      examples(
        'fumi audit search --document files:hr/pay.md',
        'fumi audit search salary --since 2026-05 --json',
      ),
    )
    .action(async (text: string | undefined, options: AuditSearchOptions, command: Command) =>
      (await import('./commands/audit.ts')).auditSearch(context(command), text, options),
    );
  audit
    .command('verify')
    .description('read every chain and find what was altered, removed, inserted, reordered or cut')
    .option('--anchor <file...>', 'heads that were kept elsewhere')
    .option('--public-key <file>', 'trust only this key (PEM), not those beside the records')
    .addHelpText(
      'after',
      examples('fumi audit verify', 'fumi audit verify --anchor /mnt/worm/heads.jsonl --json'),
    )
    .action(async (options: AuditVerifyOptions, command: Command) =>
      (await import('./commands/audit.ts')).auditVerify(context(command), options),
    );
  filtered(audit.command('export'))
    .description('records as JSON lines, in the Open Cybersecurity Schema Framework')
    .addOption(new Option('--format <format>', 'shape').choices(['ocsf', 'records']).default('ocsf'))
    .option('--output <file>', 'write there (default: standard output)')
    .addHelpText('after', examples('fumi audit export --since 2026-05 --output may.jsonl'))
    .action(async (options: AuditExportOptions, command: Command) =>
      (await import('./commands/audit.ts')).auditExport(context(command), options),
    );
}
