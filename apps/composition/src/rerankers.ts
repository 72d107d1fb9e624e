import type { Config } from '@fumikura/config';
import { invalidInput } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { Reranker } from '@fumikura/ports';
import { createEndpointReranker, createListwiseReranker } from '@fumikura/provider-openai';
import { createRerankStage } from '@fumikura/retrieval';
import type { RerankStage } from '@fumikura/retrieval';
import type { Variables } from './connectors/secrets.ts';
import { apiKeyOf } from './embedders.ts';

/** The configured one with everything around it. @throws AppError CONFIG_INVALID (config) when its key cannot be read */
export function installReranker(
  config: Config,
  variables: Variables,
  logger: Logger,
): RerankStage | undefined {
  const { reranker, folder, file } = config;
  if (!reranker) return undefined;
  const { top, bound, timeoutMs, budget } = reranker;
  return createRerankStage({
    reranker: rerankerOf(reranker, apiKeyOf(reranker.key, { variables, folder, file }, 'reranker.key')),
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

function rerankerOf(
  reranker: NonNullable<Config['reranker']>,
  apiKey: ReturnType<typeof apiKeyOf>,
): Reranker {
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
 * A reranker for a measurement: `none`, `openai:<model>@<url>` or `endpoint:<model>@<url>`, with its key in OPENAI_API_KEY.
 * @throws AppError INVALID_ARGUMENT (invalid-input)
 */
export function openReranker(spec: string, variables: Variables): Reranker | undefined {
  if (spec === 'none') return undefined;
  const [, kind, model, url] = /^(openai|endpoint):([^@]+)@(https?:\/\/.+)$/su.exec(spec) ?? [];
  if (kind === undefined || model === undefined || url === undefined)
    throw invalidInput(
      'INVALID_ARGUMENT',
      `--rerank: "${spec}" is not understood. Write none, openai:<model>@<url> or endpoint:<model>@<url>.`,
    );
  const key = variables['OPENAI_API_KEY'] === undefined ? undefined : { env: 'OPENAI_API_KEY' };
  const apiKey = apiKeyOf(key, { variables, folder: '.' }, '--rerank');
  const options = { baseUrl: new URL(url), model, ...(apiKey && { apiKey }) };
  return kind === 'openai' ? createListwiseReranker(options) : createEndpointReranker(options);
}
