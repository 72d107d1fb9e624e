import { createPolicedFetch } from '@fumikura/http';
import type { LanguageModel, ModelPart, ModelRequest } from '@fumikura/ports';
import type { OpenAI } from 'openai';
import { withoutHopeless } from './client.ts';
import type { EndpointOptions } from './client.ts';
import { brokenAnswer, modelFailure } from './failures.ts';
import { countTokens } from './tokens.ts';
import { openedOnce, refusalOf } from './vendor.ts';
import type { OpenClient } from './vendor.ts';

export interface OpenaiModelOptions extends EndpointOptions {
  readonly model: string;
  /** Which interface the endpoint has; default `chat`, which nearly all do. */
  readonly api?: 'chat' | 'responses';
  readonly price?: LanguageModel['price'];
}

const MAX_ANSWER_BYTES = 8 * 1_024 * 1_024;
const CONCURRENCY = 8;
/** A person waits: a longer pause is for extraction to bridge. */
const MAX_WAIT_MS = 5_000;

/** How an endpoint is told which form the answer has: by schema, as JSON, or in words alone. */
type Form = 'schema' | 'object' | 'words';
const FORMS: readonly Form[] = ['schema', 'object', 'words'];

/** Any endpoint that speaks as OpenAI's does. What form of answers it takes is learnt from its refusals, once. */
export function createOpenaiModel(options: OpenaiModelOptions): LanguageModel {
  const { model, baseUrl, price, api = 'chat' } = options;
  const open = clientOf(options);
  let form: Form = 'schema';
  return {
    name: `${model}@${baseUrl.host}`,
    ...(price && { price }),
    countTokens,
    write: async function* (request) {
      try {
        const client = await open();
        for (;;) {
          const started =
            api === 'chat' ? chat(client, model, request, form) : responses(client, model, request, form);
          const first = await started.next().catch((error: unknown) => {
            const next = FORMS[FORMS.indexOf(form) + 1];
            if (!isAboutForm(error) || next === undefined) throw error;
            form = next;
            return undefined;
          });
          if (!first) continue;
          if (!first.done) yield first.value;
          yield* started;
          return;
        }
      } catch (error) {
        throw modelFailure(error, request.signal);
      }
    },
  };
}

function clientOf({ baseUrl, apiKey, timeoutMs = 60_000, clock }: EndpointOptions): OpenClient {
  return openedOnce({
    apiKey: apiKey?.reveal() ?? 'none',
    baseURL: baseUrl.href.replace(/\/$/u, ''),
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: timeoutMs * 2 + MAX_WAIT_MS,
    logLevel: 'off',
    fetch: createPolicedFetch({
      home: baseUrl,
      userAgent: 'fumikura',
      budgets: [{ name: 'model', concurrency: CONCURRENCY }],
      timeoutMs,
      attempts: 2,
      maxWaitMs: MAX_WAIT_MS,
      maxResponseBytes: MAX_ANSWER_BYTES,
      fetch: withoutHopeless,
      ...(clock && { clock }),
    }),
  });
}

/** 400 and 422 are what servers say that do not know structured output. */
function isAboutForm(error: unknown): boolean {
  const { status } = refusalOf(error) ?? {};
  return status === 400 || status === 422;
}

async function* chat(
  client: OpenAI,
  model: string,
  { instructions, input, schema, maxTokens, signal }: ModelRequest,
  form: Form,
): AsyncGenerator<ModelPart> {
  const stream = await client.chat.completions.create(
    {
      model,
      messages: [
        { role: 'system', content: instructions },
        { role: 'user', content: input },
      ],
      stream: true,
      stream_options: { include_usage: true },
      ...(form === 'words' ? { max_tokens: maxTokens } : { max_completion_tokens: maxTokens }),
      ...(form === 'schema' && {
        response_format: {
          type: 'json_schema' as const,
          json_schema: { name: schema.name, schema: schema.schema, strict: true },
        },
      }),
      ...(form === 'object' && { response_format: { type: 'json_object' as const } }),
    },
    { signal },
  );
  let ended: string | undefined;
  for await (const { choices, usage } of stream) {
    const [choice] = choices ?? [];
    if (choice?.delta?.refusal) throw brokenAnswer('is that it declines');
    if (choice?.delta?.content) yield { text: choice.delta.content };
    ended = choice?.finish_reason ?? ended;
    if (usage) yield { usage: { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } };
  }
  if (ended === undefined) throw brokenAnswer('broke off');
  if (ended === 'content_filter') throw brokenAnswer('was held back by its filter');
}

async function* responses(
  client: OpenAI,
  model: string,
  { instructions, input, schema, maxTokens, signal }: ModelRequest,
  form: Form,
): AsyncGenerator<ModelPart> {
  const stream = await client.responses.create(
    {
      model,
      instructions,
      input,
      store: false,
      stream: true,
      max_output_tokens: maxTokens,
      ...(form === 'schema' && {
        text: {
          format: { type: 'json_schema' as const, name: schema.name, schema: schema.schema, strict: true },
        },
      }),
      ...(form === 'object' && { text: { format: { type: 'json_object' as const } } }),
    },
    { signal },
  );
  let isEnded = false;
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') yield { text: event.delta };
    else if (event.type === 'response.refusal.delta') throw brokenAnswer('is that it declines');
    else if (event.type === 'response.failed' || event.type === 'error') throw brokenAnswer('failed');
    else if (event.type === 'response.completed' || event.type === 'response.incomplete') {
      isEnded = true;
      const { usage } = event.response;
      if (usage) yield { usage: { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens } };
    }
  }
  if (!isEnded) throw brokenAnswer('broke off');
}
