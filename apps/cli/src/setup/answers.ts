import { invalidInput } from '@fumikura/errors';
import type { SetupField, SourceSetup } from '@fumikura/ports';
import { Command, CommanderError } from 'commander';

/** Before a secret that a person typed, among answers. */
export const TYPED = 'typed:';

/** What was answered: path of the field → text. */
export type Answers = ReadonlyMap<string, string>;

/** `credential.privateKey` → `--credential-private-key`. */
export function flagOf({ path }: SetupField): string {
  return `--${path.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`).replaceAll('.', '-')}`;
}

/** Reads the flags of one kind of source. @throws CommanderError for what the kind has not, after it was told */
export function parseFlags(
  kind: string,
  setup: SourceSetup,
  args: readonly string[],
): { readonly name?: string; readonly answers: Answers } {
  const command = new Command(`fumi source add ${kind}`).exitOverride();
  command.description(`add ${setup.title}\n\n${introductionOf(setup)}`);
  command.option('--name <name>', 'name of the source, for its id (default: main)');
  for (const field of setup.fields) command.option(`${flagOf(field)} <value>`, describe(field));
  command.addHelpText(
    'after',
    '\nSecrets are never written on a command line: env:NAME names a variable, file:PATH a file, - reads standard input.' +
      '\nWithout flags, and on a terminal, the questions are asked one after the other.',
  );
  command.parse([...args], { from: 'user' });
  if (command.args.length > 0)
    throw new CommanderError(2, 'commander.excessArguments', `not understood: ${command.args.join(' ')}`);
  const given = command.opts<Record<string, string>>();
  const answers = new Map(
    setup.fields.flatMap((field) => {
      const value = given[optionName(field)];
      return value === undefined ? [] : [[field.path, requirePlace(field, value)] as const];
    }),
  );
  return { answers, ...(given['name'] !== undefined && { name: given['name'] }) };
}

/** @throws AppError INVALID_ARGUMENT (invalid-input): command lines are seen by everybody on the machine, and kept */
function requirePlace(field: SetupField, value: string): string {
  if (field.kind !== 'secret' || value === '-' || /^(?:env|file):./u.test(value)) return value;
  throw invalidInput(
    'INVALID_ARGUMENT',
    `${flagOf(field)}: a secret is not written on a command line. Say env:NAME, file:PATH, or - for standard input.`,
  );
}

/** What is to be done in the source, and which rights its account needs. */
export function introductionOf({ steps, rights }: SourceSetup): string {
  return [
    ...steps.map((step, index) => `${index + 1}. ${step}`),
    '',
    'Rights of the account, and what happens without them:',
    ...rights.map(({ right, without }) => `- ${right}: ${without}`),
  ].join('\n');
}

/** Whether a question is asked at all, after the answers so far. */
export function isAsked({ when }: SetupField, answers: Answers): boolean {
  return when === undefined || answers.get(when.path) === when.is;
}

/**
 * The first value for a question that was not answered, where one is to be had without asking.
 * @throws AppError INVALID_ARGUMENT (invalid-input) for a value that is none of the choices
 */
export function settle(field: SetupField, answers: Answers): string | undefined {
  const given = answers.get(field.path) ?? field.default;
  const { choices } = field;
  if (given !== undefined && choices && !choices.some(({ value }) => value === given))
    throw invalidInput(
      'INVALID_ARGUMENT',
      `${flagOf(field)}: "${given}" is not one of ${choices.map(({ value }) => value).join(', ')}.`,
    );
  return given;
}

/** @throws AppError INVALID_ARGUMENT (invalid-input): every question that is open, with its flag */
export function requireNone(open: readonly SetupField[]): void {
  if (open.length === 0) return;
  const lines = open.map((field) => `  ${flagOf(field)} <value>  ${describe(field)}`);
  throw invalidInput(
    'INVALID_ARGUMENT',
    `Still to be said, as nobody can be asked here:\n${lines.join('\n')}`,
  );
}

function describe({ question, choices, example, default: byDefault, kind }: SetupField): string {
  return [
    choices ? question.replace(/\?$/u, '') : question,
    ...(choices ? [`: ${choices.map(({ value, means }) => `${value} (${means})`).join(', ')}`] : []),
    ...(kind === 'secret' ? [' (env:NAME, file:PATH or -)'] : []),
    ...(kind === 'list' ? [', parted by commas'] : []),
    ...(example === undefined ? [] : [`, for example ${example}`]),
    ...(byDefault === undefined ? [] : [` (default: ${byDefault})`]),
  ].join('');
}

/** As commander names what `flagOf` declares. */
function optionName(field: SetupField): string {
  return flagOf(field)
    .slice(2)
    .replace(/-([a-z0-9])/gu, (_, letter: string) => letter.toUpperCase());
}
