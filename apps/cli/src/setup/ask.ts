import { cancel, intro, isCancel, note, password, select, text } from '@clack/prompts';
import { AppError } from '@fumikura/errors';
import type { SetupField, SourceSetup } from '@fumikura/ports';
import { introductionOf, isAsked, requireNone, settle, TYPED } from './answers.ts';
import type { Answers } from './answers.ts';

/**
 * Completes the answers: by asking on a terminal, else by defaults alone. What was answered before is offered again,
 * secrets excepted.
 * @throws AppError INVALID_ARGUMENT for open questions where nobody can be asked, CANCELLED when the person gives up
 */
export async function complete(
  setup: SourceSetup,
  given: Answers,
  isInteractive: boolean,
  before?: Answers,
): Promise<Answers> {
  const answers = new Map(given);
  const open: SetupField[] = [];
  const isAllGiven = setup.fields.every(
    (field) => given.has(field.path) || field.isOptional || field.when !== undefined,
  );
  const canAsk = isInteractive && !isAllGiven;
  if (canAsk && !before) {
    intro(setup.title);
    note(introductionOf(setup), 'Before you begin');
  }
  for (const field of setup.fields) {
    if (!isAsked(field, answers)) continue;
    const isGiven = given.has(field.path) || field.isFlagOnly || !canAsk;
    const settled = isGiven ? settle(field, answers) : await ask(offering(field, before));
    if (settled !== undefined && settled !== '') answers.set(field.path, settled);
    else if (!field.isOptional) open.push(field);
  }
  requireNone(open);
  return answers;
}

function offering(field: SetupField, before: Answers | undefined): SetupField {
  const answered = field.kind === 'secret' ? undefined : before?.get(field.path);
  return answered === undefined ? field : { ...field, default: answered };
}

async function ask(field: SetupField): Promise<string | undefined> {
  const answer = await prompt(field);
  if (isCancel(answer)) {
    cancel('Nothing was added.');
    throw new AppError('CANCELLED', 'invalid-input', 'given up', { publicMessage: 'Nothing was added.' });
  }
  // Typed, and so the secret itself, whatever it looks like.
  return field.kind === 'secret' ? `${TYPED}${answer}` : answer || field.default;
}

function prompt({ question, kind, choices, example, default: byDefault, isOptional }: SetupField) {
  if (choices)
    return select({
      message: question,
      options: choices.map(({ value, means }) => ({ value, label: value, hint: means })),
      ...(byDefault !== undefined && { initialValue: byDefault }),
    });
  const validate = (value: string | undefined) =>
    value || isOptional || byDefault !== undefined ? undefined : 'An answer is needed.';
  if (kind === 'secret') return password({ message: question, validate });
  return text({
    message: kind === 'list' ? `${question}, parted by commas` : question,
    validate,
    ...(byDefault !== undefined && { defaultValue: byDefault }),
    placeholder: byDefault ?? (example === undefined ? '' : `for example ${example}`),
  });
}
