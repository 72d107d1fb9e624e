import { resolve } from 'node:path';
import type { Config, RerankerConfig } from '@fumikura/config';
import { invalidInput } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { Reranker } from '@fumikura/ports';
import { createLocalReranker } from '@fumikura/provider-local';
import { createEndpointReranker, createListwiseReranker } from '@fumikura/provider-openai';
import { createRerankStage } from '@fumikura/retrieval';
import type { RerankStage } from '@fumikura/retrieval';
import type { Variables } from './connectors/secrets.ts';
import { apiKeyOf, modelFolder } from './embedders.ts';
import type { EmbedderHost } from './embedders.ts';

/** The configured one with everything around it. @throws AppError CONFIG_INVALID (config) when its key cannot be read */
export function installReranker(
  config: Config,
  variables: Variables,
  logger: Logger,
): RerankStage | undefined {
  const { reranker } = config;
  if (!reranker) return undefined;
  const { top, bound, timeoutMs, budget } = reranker;
  return createRerankStage({
    reranker:
      reranker.kind === 'local' ? localReranker(config, reranker) : serviceOf(config, reranker, variables),
    settings: {
      top,
      bound,
      timeoutMs,
      ...(budget.tokensPerDay !== undefined && { tokensPerDay: budget.tokensPerDay }),
      ...(budget.usdPerDay !== undefined && { usdPerDay: budget.usdPerDay }),
    },
    onFailed: ({ code, message }) => logger.warn('search.not-reranked', { code, message }),
  });
}

type RerankerOf<K extends RerankerConfig['kind']> = Extract<RerankerConfig, { readonly kind: K }>;

/** Opened by the first search that needs it: what is wrong with a model stops no other command. */
function localReranker(config: Config, settings: RerankerOf<'local'>): Reranker {
  const { model, workers, runtime, nativeFrom, window } = settings;
  let opened: Promise<Reranker> | undefined;
  const open = async () =>
    createLocalReranker({
      folder: await modelFolder(config, model),
      ...{ workers, runtime, window },
      ...(nativeFrom !== undefined && { nativeFrom: resolve(config.folder, nativeFrom) }),
    });
  return {
    name: `local:${model}`,
    window,
    rerank: async (query, passages, signal) => {
      opened ??= open();
      const reranker = await opened.catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      return reranker.rerank(query, passages, signal);
    },
    close: async () => (await opened)?.close(),
  };
}

function serviceOf(
  { folder, file }: Config,
  reranker: RerankerOf<'openai' | 'endpoint'>,
  variables: Variables,
): Reranker {
  const apiKey = apiKeyOf(reranker.key, { variables, folder, file }, 'reranker.key');
  const { url, window, timeoutMs, pricePerMillionTokens } = reranker;
  const common = {
    baseUrl: new URL(url),
    window,
    timeoutMs,
    ...(apiKey && { apiKey }),
    ...(pricePerMillionTokens !== undefined && { pricePerMillionTokens }),
  };
  if (reranker.kind === 'openai') return createListwiseReranker({ ...common, model: reranker.model });
  const { model, field } = reranker;
  return createEndpointReranker({ ...common, field, ...(model !== undefined && { model }) });
}

/**
 * A reranker for a measurement: `none`, `local:<folder>`, `openai:<model>@<url>` or `endpoint:<model>@<url>`, with its key in
 * OPENAI_API_KEY.
 * @throws AppError INVALID_ARGUMENT (invalid-input), MODEL_* (config)
 */
export async function openReranker(
  spec: string,
  { variables, workers, runtime, nativeFrom }: EmbedderHost,
): Promise<Reranker | undefined> {
  if (spec === 'none') return undefined;
  const [, folder] = /^local:(.+)$/su.exec(spec) ?? [];
  if (folder !== undefined)
    return createLocalReranker({
      folder,
      workers,
      ...(runtime && { runtime }),
      ...(nativeFrom !== undefined && { nativeFrom }),
    });
  const [, kind, model, url] = /^(openai|endpoint):([^@]+)@(https?:\/\/.+)$/su.exec(spec) ?? [];
  if (kind === undefined || model === undefined || url === undefined)
    throw invalidInput(
      'INVALID_ARGUMENT',
      `--rerank: "${spec}" is not understood. Write none, local:<folder>, openai:<model>@<url> or endpoint:<model>@<url>.`,
    );
  const key = variables['OPENAI_API_KEY'] === undefined ? undefined : { env: 'OPENAI_API_KEY' };
  const apiKey = apiKeyOf(key, { variables, folder: '.' }, '--rerank');
  const options = { baseUrl: new URL(url), model, ...(apiKey && { apiKey }) };
  return kind === 'openai' ? createListwiseReranker(options) : createEndpointReranker(options);
}
