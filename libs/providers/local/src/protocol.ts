import type { ErrorCode } from '@fumikura/errors';
import type { ModelFacts, PairFacts } from './facts.ts';
import type { RuntimeKind } from './runtime.ts';

export interface WorkerStart extends ModelPlace {
  /** A sentence model gives vectors of texts, a cross-encoder scores of texts beside a query. */
  readonly model:
    | { readonly kind: 'sentence'; readonly facts: ModelFacts }
    | { readonly kind: 'pair'; readonly facts: PairFacts };
  /** Gives way to everything else: a query's thread, and the searches of this process. */
  readonly isBackground?: boolean;
}

export interface ModelPlace {
  readonly folder: string;
  readonly runtime: RuntimeKind;
  /** A folder from which the native package is found; absent: beside Fumikura. */
  readonly nativeFrom?: string;
}

/** A thread is given the next job when it has answered the one before. */
export interface ModelJob {
  readonly texts: readonly string[];
  /** For a cross-encoder: what the texts are judged by. */
  readonly query?: string;
}

/** Vectors one after another, or a score each, in the order of the texts. */
export interface ModelResult {
  readonly values: Float32Array;
  readonly tokens: number;
}

export type ModelReply =
  ModelResult | { readonly failure: { readonly code: ErrorCode; readonly message: string } };
