import type { JsonValue } from '@fumikura/model';

export interface ModelRequest {
  /** Ours alone: text of documents never stands here. */
  readonly instructions: string;
  readonly input: string;
  /** JSON schema that the answer has to fit, strict: every property required, none beside them. */
  readonly schema: { readonly name: string; readonly schema: { readonly [key: string]: JsonValue } };
  /** Of the answer. */
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A piece of the answer as it comes, or at the end what it cost. */
export type ModelPart = { readonly text: string } | { readonly usage: ModelUsage };

/**
 * A language model behind an endpoint. `write` rejects with MODEL_UNAUTHORISED (auth), MODEL_REFUSED (config: unknown model
 * or address, quota used up), MODEL_UNAVAILABLE (transient, rate-limited), MODEL_ANSWER_INVALID (transient: it broke off, or
 * declined), CANCELLED. What came before stays what came.
 */
export interface LanguageModel {
  /** `model@host`. */
  readonly name: string;
  /** In US dollars; absent: nothing is paid. */
  readonly price?: { readonly inputPerMillion: number; readonly outputPerMillion: number };
  /** Rather too many than too few. */
  countTokens(text: string): number;
  write(request: ModelRequest): AsyncIterable<ModelPart>;
}
