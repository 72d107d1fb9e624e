import { connectorFor, setupOf } from '@fumikura/composition';
import { addSource } from '@fumikura/config';
import { AppError, invalidInput } from '@fumikura/errors';
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
  const answers = await complete(setup, given, context.output.isInteractive && process.stdin.isTTY);
  const entry = await entryOf(id, setup, answers, config, context.variables);
  try {
    const check = await connectorFor(entry.source, config, context).check(context.signal);
    await addSource(config.file, entry.source);
    tell(context, id, check, config.file);
  } catch (error) {
    await entry.discard();
    throw error;
  }
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
