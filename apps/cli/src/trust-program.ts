import type { Command } from 'commander';
import { Argument, Option } from 'commander';
import { examples, numberFrom } from './examples.ts';
import type { EraseOptions } from './commands/audit-erase.ts';
import type { SubjectOptions } from './commands/audit-subject.ts';
import type { MakeContext } from './examples.ts';
import type { AuditExportOptions, AuditSearchOptions, AuditVerifyOptions, TokenOptions } from './options.ts';

/** Who may what, and who did what. */
export function addTrust(program: Command, context: MakeContext): void {
  addAudit(program, context);
  addTokens(program, context);
  addRoles(program, context);
  addAccess(program, context);
  addSecrets(program, context);
}

const WAIT = 'for the records of other hosts (default: 15)';
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
  audit
    .command('subject')
    .description('everything that is kept of a person, as JSON lines, for the person who asks')
    .argument('<person>', 'person id, or <issuer>#<subject>')
    .option('--output <file>', 'write there (default: standard output)')
    .option('--wait <seconds>', WAIT, numberFrom(0, 600))
    .addHelpText('after', examples('fumi audit subject alice --output alice.jsonl'))
    .action(async (person: string, options: SubjectOptions, command: Command) =>
      (await import('./commands/audit-subject.ts')).subjectAccess(context(command), person, options),
    );
  audit
    .command('erase')
    .description('take away what is kept of a person who left, as far as it may be')
    .argument('<person>', 'person id, or <issuer>#<subject>')
    .option('--account <account...>', 'theirs in sources too, if nothing here says so: user:<source>:<id>')
    .option('--wait <seconds>', WAIT, numberFrom(0, 600))
    .addHelpText(
      'after',
      examples(
        'fumi audit erase alice-acme.example',
        'fumi audit erase alice-acme.example --account user:jira:acme:5b10a2844c20165700ede21g',
      ),
    )
    .action(async (person: string, options: EraseOptions, command: Command) =>
      (await import('./commands/audit-erase.ts')).eraseSubject(context(command), person, options),
    );
  audit
    .command('places')
    .description('hosts that write records of their own, and when they were last seen')
    .option('--forget <id>', 'of a host that is gone for good with its records')
    .addHelpText('after', examples('fumi audit places', 'fumi audit places --json'))
    .action(async (options: { forget?: string }, command: Command) =>
      (await import('./commands/audit-places.ts')).auditPlacesCommand(context(command), options),
    );
  audit
    .command('forward')
    .description('deliver what waits to the targets of the configuration, and say what is left')
    .addHelpText('after', examples('fumi audit forward', 'fumi audit forward --json'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/audit.ts')).auditForward(context(command)),
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

function addTokens(program: Command, context: MakeContext): void {
  const token = program
    .command('token')
    .description('personal access tokens, for programs that cannot sign in');
  token
    .command('create')
    .description('make a token; it is shown once')
    .argument('<name>', 'what it is for')
    .option('--person <id>', 'whose (default: yours)')
    .option('--scope <scope...>', 'what it may do (default: the scope for reading)')
    .option('--days <number>', 'until it expires, 1 to 366 (default: 90)', numberFrom(1, 366))
    .addHelpText(
      'after',
      examples('fumi token create editor', 'fumi token create ci --person build-bot --days 30'),
    )
    .action(async (name: string, options: TokenOptions, command: Command) =>
      (await import('./commands/token.ts')).createToken(context(command), name, options),
    );
  token
    .command('list')
    .description('tokens there are; yours, or everybody\u2019s with the duty for tokens')
    .addHelpText('after', examples('fumi token list', 'fumi token list --json'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/token.ts')).listTokens(context(command)),
    );
  token
    .command('revoke')
    .description('end a token at once, for every server of this installation')
    .argument('<id>', 'token id, as "fumi token list" shows it')
    .addHelpText('after', examples('fumi token revoke 0f3a9c0b12d4e5f6'))
    .action(async (id: string, _options: unknown, command: Command) =>
      (await import('./commands/token.ts')).revokeToken(context(command), id),
    );
}

function addRoles(program: Command, context: MakeContext): void {
  const role = program
    .command('role')
    .description('who may use which tools, see which sources, and do which duties');
  role
    .command('list')
    .description('roles, and who has them')
    .addHelpText('after', examples('fumi role list', 'fumi role list --json'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/role.ts')).listRoles(context(command)),
    );
  for (const verb of ['grant', 'revoke'] as const)
    role
      .command(verb)
      .description(verb === 'grant' ? 'give a role' : 'take a role away')
      .argument('<person>', 'person id')
      .argument('<role>', 'reader, auditor, admin or one of this installation')
      .addHelpText('after', examples(`fumi role ${verb} alice auditor`))
      .action(async (person: string, name: string, _options: unknown, command: Command) =>
        (await import('./commands/role.ts')).changeRole(context(command), verb, person, name),
      );
}

function addAccess(program: Command, context: MakeContext): void {
  const access = program.command('access').description('who can read what, and why');
  access
    .command('explain')
    .description('which list admits or stops a person, by which group, and how old each fact is')
    .argument('<person>', 'person id, or <issuer>#<subject>')
    .argument('<document>', 'document id')
    .addHelpText('after', examples('fumi access explain alice files:hr/pay.md'))
    .action(async (person: string, document: string, _options: unknown, command: Command) =>
      (await import('./commands/access.ts')).explainCommand(context(command), person, document),
    );
  access
    .command('as')
    .description('search as somebody else sees it; written down under both names')
    .argument('<person>', 'person id, or <issuer>#<subject>')
    .addArgument(new Argument('<what>', 'what to do').choices(['search']))
    .argument('<query...>', 'what to look for')
    .option('-n, --limit <number>', 'hits, 1 to 50 (default: 10)', numberFrom(1, 50))
    .addHelpText('after', examples('fumi access as alice search salary bands'))
    .action(
      async (person: string, _what: string, query: string[], options: { limit?: number }, command: Command) =>
        (await import('./commands/access.ts')).searchAsCommand(
          context(command),
          person,
          query.join(' '),
          options,
        ),
    );
  access
    .command('review')
    .description('who can read a document or a source, or what a group opens')
    .argument('<subject>', 'document id, source id, or group: group:hr, group:<source>:<id>')
    .option(
      '--since <time>',
      'also what changed, and whom a document was shown, since then; ISO 8601 or its beginning',
    )
    .addHelpText(
      'after',
      examples(
        'fumi access review files:hr/pay.md',
        'fumi access review files:hr',
        'fumi access review group:hr',
        'fumi access review files:hr --since 2026-05',
      ),
    )
    .action(async (subject: string, options: { since?: string }, command: Command) =>
      (await import('./commands/access.ts')).reviewCommand(context(command), subject, options),
    );
}

function addSecrets(program: Command, context: MakeContext): void {
  const secrets = program
    .command('secrets')
    .description('where secrets lie, and those that are kept here, encrypted');
  secrets
    .command('list')
    .description('each secret that the configuration names, and whether it can be read')
    .addHelpText('after', examples('fumi secrets list', 'fumi secrets list --json'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/secrets.ts')).listSecrets(context(command)),
    );
  secrets
    .command('set')
    .description('encrypt a secret, typed or by standard input')
    .argument('<name>', 'what it is called')
    .addHelpText('after', examples('fumi secrets set jira-token', 'fumi secrets set jira-token < token.txt'))
    .action(async (name: string, _options: unknown, command: Command) =>
      (await import('./commands/secrets.ts')).setSecret(context(command), name),
    );
  secrets
    .command('rotate')
    .description('encrypt everything again with a new key')
    .addHelpText('after', examples('fumi secrets rotate'))
    .action(async (_options: unknown, command: Command) =>
      (await import('./commands/secrets.ts')).rotateSecrets(context(command)),
    );
  secrets
    .command('remove')
    .description('take away one that nothing names any more')
    .argument('<name>', 'as "fumi secrets list" shows it')
    .addHelpText('after', examples('fumi secrets remove jira-token'))
    .action(async (name: string, _options: unknown, command: Command) =>
      (await import('./commands/secrets.ts')).removeSecret(context(command), name),
    );
}
