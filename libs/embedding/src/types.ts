import type { ChunkerOptions } from '@fumikura/documents';
import type { AppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { Catalog, Embedder, EmbeddingSpend, EmbeddingStore } from '@fumikura/ports';

export interface EmbeddingBudget {
  /** A day of UTC; absent: no limit. */
  readonly tokensPerDay?: number;
  readonly usdPerDay?: number;
}

export interface StageOptions {
  readonly store: EmbeddingStore;
  /** One process at a time works on the backlog. */
  readonly leases: Pick<Catalog, 'acquireLease' | 'renewLease' | 'releaseLease'>;
  readonly embedder: Embedder;
  /** How the chunks are cut whose vectors it makes; default as `chunk` cuts. */
  readonly chunking?: ChunkerOptions;
  readonly logger: Logger;
  readonly budget?: EmbeddingBudget;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Rejects with the signal's reason when it fires first. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Names this process to others. */
  readonly holder?: string;
}

export interface StageProgress {
  /** Chunks that have their vectors, of this run; those known from before included. */
  readonly done: number;
  /** Of them, made by the embedder. */
  readonly embedded: number;
  readonly refused: number;
  /** Chunks that waited when the run began. */
  readonly total: number;
  readonly spend: EmbeddingSpend;
  readonly elapsedMs: number;
}

/** Why a run ended. */
export type StageOutcome =
  /** Nothing waits. */
  | { readonly kind: 'done' }
  | { readonly kind: 'paused' }
  /** The day's budget is used up. */
  | { readonly kind: 'budget' }
  /** Another process is at it. */
  | { readonly kind: 'busy'; readonly holder: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: AppError };

export interface StageResult extends StageProgress {
  readonly outcome: StageOutcome;
}

/** Makes vectors for what waits for them. Searches and writes go on meanwhile. */
export interface EmbeddingStage {
  /** Makes the embedder's fingerprint the one that is searched; everything waits when it is another one. */
  bind(): Promise<void>;
  /** Until nothing waits, or something stands in the way; never rejects for what it names as an outcome. */
  run(options: { signal: AbortSignal; onProgress?: (progress: StageProgress) => void }): Promise<StageResult>;
  /** Runs whenever something waits, until the signal fires; waits out whatever stands in the way. */
  follow(signal: AbortSignal): Promise<void>;
}
