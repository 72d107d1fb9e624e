import { basename, resolve } from 'node:path';
import { addSource, removeSource } from '@fumikura/config';
import type { SourceConfig } from '@fumikura/config';
import { openInstallation, connectorFor } from '@fumikura/composition';
import { AppError, invalidInput } from '@fumikura/errors';
import { isSourceId } from '@fumikura/model';
import { confirm, isCancel } from '@clack/prompts';
import { recordChange } from '../change.ts';
import type { Context } from '../context.ts';
import { count } from '../output.ts';
import type { AddOptions } from '../options.ts';
import { portable } from '../setup/entry.ts';

/** Checks the source before it is written, so that a typing mistake never reaches the configuration. */
export async function addFolderCommand(context: Context, folder: string, options: AddOptions): Promise<void> {
  const config = await context.config();
  const root = resolve(folder);
  const id = `files:${options.name ?? sourceName(root)}`;
  if (!isSourceId(id)) {
    throw invalidInput(
      'INVALID_ARGUMENT',
      `--name: "${id}" is no source id. Use lower-case letters, digits, dot and hyphen.`,
    );
  }
  const source: SourceConfig = {
    id,
    root: portable(root, config.folder),
    ...(options.reader && { readers: [...options.reader] }),
    ...(options.include && { include: [...options.include] }),
    ...(options.exclude && { exclude: [...options.exclude] }),
  };
  await connectorFor(source, config, context).check(context.signal);
  await recordChange(context, config, { via: 'cli source add', object: id });
  await addSource(config.file, source);
  context.output.json({ source: id, root, config: config.file });
  context.output.line(`Added ${id}: ${root}`);
  context.output.line(`Readable by: ${(options.reader ?? [`${config.owner} (the owner)`]).join(', ')}.`);
  context.output.line(`Next: fumi sync ${id}`);
}

export async function removeSourceCommand(
  context: Context,
  id: string,
  options: { yes?: boolean },
): Promise<void> {
  const config = await context.config();
  if (!config.sources.some((source) => source.id === id) || !isSourceId(id))
    throw unknownSource(id, config.sources);
  if (!options.yes && !(await agreed(context, id))) return;
  await recordChange(context, config, { via: 'cli source remove', object: id });
  await removeSource(config.file, id);
  const installation = await openInstallation(config, {
    logger: context.logger,
    mode: 'one-shot',
    variables: context.variables,
  });
  try {
    const removed = await installation.store.catalog.removeSource(id);
    context.output.json({ source: id, removedDocuments: removed });
    context.output.line(`Removed ${id} with ${count(removed, 'document')}.`);
  } finally {
    await installation.close();
  }
}

export function unknownSource(id: string, sources: readonly { id: string }[]): AppError {
  const known = sources.map((source) => source.id).join(', ');
  const message = `There is no source "${id}". ${known === '' ? 'Add one with "fumi source add".' : `There are: ${known}.`}`;
  return new AppError('SOURCE_UNKNOWN', 'invalid-input', message, { publicMessage: message });
}

async function agreed({ output }: Context, id: string): Promise<boolean> {
  if (!output.isInteractive)
    throw invalidInput('INVALID_ARGUMENT', 'Say --yes to remove a source without being asked.');
  const answer = await confirm({
    message: `Forget ${id} and everything indexed from it?`,
    initialValue: false,
  });
  return !isCancel(answer) && answer;
}

function sourceName(root: string): string {
  const name = basename(root)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return name === '' ? 'files' : name;
}
