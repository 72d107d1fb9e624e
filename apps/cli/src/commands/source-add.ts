import { connectorFor, setupOf } from '@fumikura/composition';
import { addSource } from '@fumikura/config';
import type { Config } from '@fumikura/config';
import { AppError, invalidInput, toAppError } from '@fumikura/errors';
import type { ErrorKind } from '@fumikura/errors';
import { isSourceId } from '@fumikura/model';
import type { SourceCheck } from '@fumikura/ports';
import type { Context } from '../context.ts';
import { safe } from '../output.ts';
import { parseFlags } from '../setup/answers.ts';
import { complete } from '../setup/ask.ts';
import { entryOf } from '../setup/entry.ts';

const DEFAULT_NAME = 'main';

/**
 * Adds a source behind a network: by flags, or by asking. It is tried before it is written, so that neither a typing
 * mistake nor a missing right comes out at the first sync.
 */
export async function addRemoteCommand(
  context: Context,
  kind: string,
  args: readonly string[],
): Promise<void> {
  const setup = setupOf(kind);
  const { name = DEFAULT_NAME, answers: given } = parseFlags(kind, setup, args);
  const id = `${kind}:${name}`;
  if (!isSourceId(id))
    throw invalidInput(
      'INVALID_ARGUMENT',
      `--name: "${name}" is no name. Use lower-case letters, digits, dot and hyphen.`,
    );
  const config = await context.config();
  if (config.sources.some((source) => source.id === id)) throw exists(id);
  const isInteractive = context.output.isInteractive && process.stdin.isTTY;
  let answers = await complete(setup, given, isInteractive);
  for (;;) {
    try {
      return await tryAndAdd(
        context,
        config,
        id,
        await entryOf(id, setup, answers, config, context.variables),
      );
    } catch (cause) {
      const error = refusalOf(toAppError(cause));
      const isAsked = isInteractive && answers.size > given.size;
      const canMend = isAsked && error.kind !== 'internal' && !context.signal.aborted;
      if (!canMend) throw error;
      context.output.note(
        `${error.publicMessage} Nothing was added yet: change an answer, or give up with Ctrl-C.`,
      );
      answers = await complete(setup, given, isInteractive, answers);
    }
  }
}

async function tryAndAdd(
  context: Context,
  config: Config,
  id: string,
  entry: Awaited<ReturnType<typeof entryOf>>,
): Promise<void> {
  try {
    const check = await connectorFor(entry.source, config, context).check(context.signal);
    await addSource(config.file, entry.source);
    tell(context, id, check, config.file);
  } catch (error) {
    await entry.discard();
    throw error;
  }
}

/** In words for somebody who has just typed the address and the secret. */
const REFUSED: Readonly<Partial<Record<ErrorKind, string>>> = {
  auth: 'The source does not accept these credentials.',
  'not-found': 'Something else answers at this address.',
};

function refusalOf(error: AppError): AppError {
  const publicMessage = REFUSED[error.kind];
  if (publicMessage === undefined) return error;
  return new AppError(error.code, error.kind, error.message, { publicMessage, cause: error });
}

function tell({ output }: Context, id: string, check: SourceCheck, file: string): void {
  output.json({ source: id, config: file, check });
  output.line(`Added ${id}${check.account === undefined ? '' : `, read as ${safe(check.account)}`}.`);
  const counts = Object.entries(check.counts).map(
    ([what, number]) => `${number.toLocaleString('en')} ${what}`,
  );
  if (counts.length > 0) output.line(`It would read: ${counts.join(', ')}.`);
  for (const { right, consequence } of check.missing)
    output.line(`Missing: ${safe(right)}: ${safe(consequence)}`);
  output.line(`Next: fumi sync ${id}`);
}

function exists(id: string): AppError {
  const message = `Source "${id}" exists already. Choose another name with --name, or remove it first.`;
  return new AppError('SOURCE_EXISTS', 'invalid-input', message, { publicMessage: message });
}
