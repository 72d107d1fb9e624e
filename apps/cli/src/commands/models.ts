import { basename, resolve } from 'node:path';
import {
  addModel,
  listModels,
  MODEL_HOST,
  modelsFolder,
  PINNED_MODELS,
  pullModel,
} from '@fumikura/composition';
import type { InstalledModel } from '@fumikura/composition';
import { invalidInput } from '@fumikura/errors';
import type { Context } from '../context.ts';
import type { AddModelOptions, PullModelOptions } from '../options.ts';
import { safe } from '../output.ts';

export async function addModelCommand(
  context: Context,
  folder: string,
  options: AddModelOptions,
): Promise<void> {
  const models = modelsFolder(await context.config());
  const from = resolve(folder);
  const { name = basename(from), replace = false } = options;
  tell(context, await addModel(from, models, { name, replace }, context.signal));
}

export async function pullModelCommand(
  context: Context,
  name: string,
  options: PullModelOptions,
): Promise<void> {
  const pinned = PINNED_MODELS[name];
  if (!pinned)
    throw invalidInput(
      'INVALID_ARGUMENT',
      `There is no model "${name}" to fetch. There are: ${Object.keys(PINNED_MODELS).join(', ')}.`,
    );
  const models = modelsFolder(await context.config());
  const host = mirrorOf(options.mirror);
  context.output.note(
    `Fetching ${pinned.repository} at ${pinned.revision.slice(0, 12)} from ${host.host}; licence ${pinned.licence}.`,
  );
  const { replace = false } = options;
  tell(context, await pullModel(pinned, models, { host, replace }, context.signal));
}

export async function listModelsCommand(context: Context): Promise<void> {
  const models = await listModels(modelsFolder(await context.config()));
  const { output } = context;
  output.json({ models });
  if (models.length === 0) return output.line('No models yet. Fetch one: fumi models pull minilm');
  output.table(
    ['model', 'dimensions', 'languages', 'licence', 'size', 'revision'],
    models.map(({ name, dimension, languages, licence, sizeBytes, revision }) => [
      name,
      String(dimension),
      languages?.join(' ') ?? 'many',
      licence ?? 'not stated',
      megabytes(sizeBytes),
      revision?.slice(0, 12) ?? '',
    ]),
  );
}

function mirrorOf(mirror: string | undefined): URL {
  if (mirror === undefined) return MODEL_HOST;
  const url = URL.canParse(mirror) ? new URL(mirror) : undefined;
  if (url && /^https?:$/.test(url.protocol))
    return new URL(url.href.endsWith('/') ? url.href : `${url.href}/`);
  throw invalidInput(
    'INVALID_ARGUMENT',
    `--mirror: "${mirror}" is no address. Write https://models.example.com/.`,
  );
}

function tell({ output }: Context, model: InstalledModel): void {
  const { name, dimension, maxTokens, languages, licence, revision, sizeBytes, folder } = model;
  output.json({ model });
  output.line(`Added ${safe(name)}: ${dimension} dimensions, ${megabytes(sizeBytes)}, in ${folder}`);
  output.line(`Licence: ${licence === undefined ? 'not stated; ask whoever made it' : safe(licence)}`);
  output.line(`Languages: ${languages?.join(', ') ?? 'many'}. Reads ${maxTokens} word pieces of a text.`);
  if (revision) output.line(`Revision: ${revision}`);
  output.line(`Next: fumi embed add local ${safe(name)}`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
