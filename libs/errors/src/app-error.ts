import type { ErrorCode } from './codes.ts';

/** What happens next: see the table in docs/architecture.md. */
export type ErrorKind =
  | 'config'
  | 'auth'
  | 'permission'
  | 'not-found'
  | 'invalid-input'
  | 'rate-limited'
  | 'transient'
  | 'conflict'
  | 'internal';

export interface AppErrorOptions {
  /** For the person or model; says what is allowed and what to do. Default: a generic sentence of the kind. */
  readonly publicMessage?: string;
  readonly retryAfterMs?: number;
  /** Typed facts for logs and tests; never secrets, never document text. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error type. `message` is for operators, `publicMessage` for the person or model who asked. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly publicMessage: string;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, kind: ErrorKind, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = kind;
    this.publicMessage = options.publicMessage ?? GENERIC[kind];
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details ?? {};
  }
}

const GENERIC: Readonly<Record<ErrorKind, string>> = {
  config: 'The source is not set up correctly.',
  auth: 'The source needs to be reconnected.',
  permission: 'Not allowed.',
  'not-found': 'Not found.',
  'invalid-input': 'The request cannot be understood.',
  'rate-limited': 'Busy, try again later.',
  transient: 'Temporarily unavailable, try again.',
  conflict: 'Changed meanwhile, try again.',
  internal: 'Something went wrong here. The operator finds it in the log.',
};

/** Unknown errors become `internal`; an abort stays recognisable by its code. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isAbort(error))
    return new AppError('CANCELLED', 'transient', 'cancelled', { publicMessage: 'Cancelled.', cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new AppError('UNEXPECTED', 'internal', message, { cause: error });
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

/** Shorthand for the most common case: the caller asked for something that cannot be. */
export function invalidInput(
  code: ErrorCode,
  publicMessage: string,
  details?: AppErrorOptions['details'],
): AppError {
  return new AppError(code, 'invalid-input', publicMessage, { publicMessage, ...(details && { details }) });
}
