import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { invalid } from '@fumikura/config';
import type { Config, ConfigProblem, EmbedderConfig, EmbedderInput, Secret } from '@fumikura/config';
import { AppError, invalidInput } from '@fumikura/errors';
import type { Embedder } from '@fumikura/ports';
import { createLocalEmbedder } from '@fumikura/provider-local';
import type { RuntimeKind } from '@fumikura/provider-local';
import { askDimension, createOpenaiEmbedder } from '@fumikura/provider-openai';
import { withSecrets } from './connectors/secrets.ts';
import type { Variables } from './connectors/secrets.ts';

export interface EmbedderHost {
  /** Of the process, for keys that lie there. */
  readonly variables: Variables;
  /** Threads that embed documents with a local model. */
  readonly workers: number;
  readonly runtime?: RuntimeKind;
  /** A folder from which the native package is found. */
  readonly nativeFrom?: string;
}

/** Prices in US dollars a million tokens of the one service that publishes them for everybody; others are configured. */
const PRICES: Readonly<Record<string, number>> = {
  'text-embedding-3-small': 0.02,
  'text-embedding-3-large': 0.13,
  'text-embedding-ada-002': 0.1,
};
const PRICED_HOST = 'api.openai.com';

/**
 * An embedder for a measurement: `none`, `local:<folder>`, `openai:<model>@<url>` with its key in OPENAI_API_KEY.
 * @throws AppError INVALID_ARGUMENT (invalid-input) and what the embedder throws
 */
export async function openEmbedder(
  spec: string,
  host: EmbedderHost,
  signal: AbortSignal,
): Promise<Embedder | undefined> {
  const { workers, runtime, nativeFrom } = host;
  if (spec === 'none') return undefined;
  const named = parseSpec(spec);
  if (named.kind === 'local')
    return createLocalEmbedder({
      folder: named.model,
      workers,
      ...(runtime && { runtime }),
      ...(nativeFrom !== undefined && { nativeFrom }),
    });
  const { url, model } = named;
  const key = keyIn(host.variables);
  const asked = await askModel({ url, model, ...(key && { key }) }, { ...host, folder: '.' }, signal);
  return openaiEmbedder({ url, model, ...asked }, apiKeyOf(key, { ...host, folder: '.' }));
}

/**
 * What a configuration says of `local:<name or folder>` or `openai:<model>@<url>`, whose key is OPENAI_API_KEY where that
 * is set. The model is asked for, or looked for, so that one that cannot be used is told before it is written down.
 * @throws AppError INVALID_ARGUMENT (invalid-input), MODEL_NOT_FOUND (config) and what the endpoint is refused with
 */
export async function embedderEntry(
  spec: string,
  config: Config,
  variables: Variables,
  signal: AbortSignal,
): Promise<EmbedderInput> {
  const named = parseSpec(spec);
  if (named.kind === 'local') {
    await modelFolder(config, named.model);
    return named;
  }
  const key = keyIn(variables);
  const { dimension } = await askModel({ ...named, ...(key && { key }) }, { ...config, variables }, signal);
  return { ...named, dimension, ...(key && { key }) };
}

type Named =
  | { readonly kind: 'local'; readonly model: string }
  | { readonly kind: 'openai'; readonly model: string; readonly url: string };

/** @throws AppError INVALID_ARGUMENT (invalid-input) */
function parseSpec(spec: string): Named {
  const [, folder] = /^local:(.+)$/su.exec(spec) ?? [];
  if (folder !== undefined) return { kind: 'local', model: folder };
  const [, model, url] = /^openai:([^@]+)@(https?:\/\/.+)$/su.exec(spec) ?? [];
  if (model !== undefined && url !== undefined) return { kind: 'openai', model, url };
  throw invalidInput(
    'INVALID_ARGUMENT',
    `--embedder: "${spec}" is not understood. Write local:<folder> or openai:<model>@<url>, or none to measure without.`,
  );
}

function keyIn(variables: Variables): { readonly env: string } | undefined {
  return variables['OPENAI_API_KEY'] === undefined ? undefined : { env: 'OPENAI_API_KEY' };
}

/** A configured one. @throws AppError MODEL_*, CONFIG_INVALID (config) */
export async function configuredEmbedder(
  config: Config,
  entry: EmbedderConfig,
  variables: Variables,
): Promise<Embedder> {
  if (entry.kind === 'local') return localEmbedder(config, entry);
  const path = entry === config.nextEmbedder ? 'nextEmbedder.key' : 'embedder.key';
  const host = { variables, folder: config.folder, file: config.file };
  return openaiEmbedder(entry, apiKeyOf(entry.key, host, path));
}

export function modelsFolder({ dataFolder }: Pick<Config, 'dataFolder'>): string {
  return join(dataFolder, 'models');
}

/** The folder of a model by the name it was added with, or as a path. @throws AppError MODEL_NOT_FOUND (config) */
export async function modelFolder(
  config: Pick<Config, 'dataFolder' | 'folder'>,
  model: string,
): Promise<string> {
  for (const folder of [join(modelsFolder(config), model), resolve(config.folder, model)])
    if ((await stat(folder).catch(() => undefined))?.isDirectory()) return folder;
  const message = `There is no model "${model}". "fumi models list" shows what is there; "fumi models pull minilm" fetches one.`;
  throw new AppError('MODEL_NOT_FOUND', 'config', message, { publicMessage: message });
}

type Endpoint = Pick<EmbedderConfig & { kind: 'openai' }, 'url' | 'model' | 'key'>;
interface SecretHost {
  readonly variables: Variables;
  readonly folder: string;
  readonly file?: string;
}

/** What an endpoint has to be asked once: the dimension of its vectors. */
export async function askModel(
  { url, model, key, dimensions }: Endpoint & { readonly dimensions?: number },
  host: SecretHost,
  signal: AbortSignal,
): Promise<{ readonly dimension: number; readonly sendDimension: boolean }> {
  const apiKey = apiKeyOf(key, host);
  const options = { baseUrl: new URL(url), model, ...(apiKey && { apiKey }) };
  const dimension = await askDimension(
    { ...options, ...(dimensions !== undefined && { dimensions }) },
    signal,
  );
  return { dimension, sendDimension: dimensions !== undefined };
}

async function localEmbedder(
  config: Config,
  embedder: EmbedderConfig & { kind: 'local' },
): Promise<Embedder> {
  const { model, workers, runtime, nativeFrom, maxTokens, languages } = embedder;
  return createLocalEmbedder({
    folder: await modelFolder(config, model),
    workers,
    runtime,
    ...(nativeFrom !== undefined && { nativeFrom: resolve(config.folder, nativeFrom) }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(languages && { languages }),
  });
}

function openaiEmbedder(
  config: Endpoint & Partial<EmbedderConfig & { kind: 'openai' }> & { readonly dimension: number },
  apiKey: Secret | undefined,
): Embedder {
  const { url, model, dimension, sendDimension, prompts, maxTokens, languages } = config;
  const baseUrl = new URL(url);
  const price = config.pricePerMillionTokens ?? (baseUrl.host === PRICED_HOST ? PRICES[model] : undefined);
  return createOpenaiEmbedder({
    baseUrl,
    model,
    dimension,
    ...(apiKey && { apiKey }),
    ...(sendDimension !== undefined && { sendDimension }),
    ...(prompts && { prompts }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(languages && { languages }),
    ...(price !== undefined && { pricePerMillionTokens: price }),
  });
}

/** @throws AppError CONFIG_INVALID (config) when the key cannot be read */
export function apiKeyOf(
  key: Endpoint['key'],
  { variables, folder, file = '' }: SecretHost,
  path = 'embedder.key',
): Secret | undefined {
  if (!key) return undefined;
  const problems: ConfigProblem[] = [];
  const secret = withSecrets(key, { path, folder, variables }, problems) as Secret | undefined;
  if (problems.length > 0) throw invalid(file, problems);
  return secret;
}
