import type { ErrorCode } from '@fumikura/errors';
import type { ModelFacts } from './facts.ts';
import type { RuntimeKind } from './runtime.ts';

export interface WorkerStart {
  readonly folder: string;
  readonly facts: ModelFacts;
  readonly runtime: RuntimeKind;
  /** A folder from which the native package is found; absent: beside Fumikura. */
  readonly nativeFrom?: string;
  /** Gives way to everything else: a query's thread, and the searches of this process. */
  readonly isBackground?: boolean;
}

/** A thread is given the next job when it has answered the one before. */
export interface EmbedJob {
  readonly texts: readonly string[];
}

export type EmbedReply =
  | { readonly vectors: Float32Array; readonly tokens: number }
  | { readonly failure: { readonly code: ErrorCode; readonly message: string } };
