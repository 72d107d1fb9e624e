import type { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';

/** What of a fingerprint the model alone decides; the chunker's version is added by whoever cuts. */
export type ModelIdentity = Omit<Fingerprint, 'chunkerVersion'>;

export interface EmbedOptions {
  /** Many models are trained with another prompt for each; the embedder adds it. */
  readonly as: 'query' | 'passage';
  readonly signal: AbortSignal;
}

/** A vector of length 1, or why this one text has none while the others of the call do. */
export type Embedded = { readonly vector: Float32Array } | { readonly refused: AppError };

export interface EmbedAnswer {
  /** One per text, in the order asked for. */
  readonly results: readonly Embedded[];
  /** As the model or its service counted them; what is paid for. */
  readonly tokens: number;
}

/**
 * Turns texts into vectors. Texts longer than the model reads are cut by it, never refused. Rejects as a whole when
 * nothing can be embedded now: EMBEDDER_UNAUTHORISED (auth), EMBEDDER_REFUSED (config: unknown model or address),
 * EMBEDDER_UNAVAILABLE (transient, rate-limited), EMBEDDER_ANSWER_INVALID (zero, NaN, another dimension, a wrong count),
 * MODEL_DAMAGED (config), CANCELLED.
 */
export interface Embedder {
  readonly identity: ModelIdentity;
  /** BCP 47 primary languages it was trained on; absent: every language. */
  readonly languages?: readonly string[];
  /** Texts one call should bring: enough to fill its batches, few enough to lose little when the process dies. */
  readonly textsPerCall: number;
  /** Of a million tokens, in US dollars; absent: nothing is paid. */
  readonly pricePerMillionTokens?: number;
  embed(texts: readonly string[], options: EmbedOptions): Promise<EmbedAnswer>;
  /** Loads what the first query would wait for. */
  warmUp(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
