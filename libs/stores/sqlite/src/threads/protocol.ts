import { AppError, toAppError } from '@fumikura/errors';
import type { ErrorCode, ErrorKind } from '@fumikura/errors';
import type { AccessGrant } from '@fumikura/ports';
import type { CoreOptions } from '../store-core.ts';
import type { OperationName } from './operations.ts';

export interface WorkerData {
  readonly options: Omit<CoreOptions, 'now'>;
  /** Does upkeep whenever it is idle; one thread of a store does. */
  readonly isWriter: boolean;
}

export interface Call {
  readonly id: number;
  readonly name: OperationName;
  readonly args: readonly unknown[];
  readonly grant?: GrantMessage;
  /** Set to 1 by the caller who no longer wants the answer. */
  readonly stop?: Int32Array;
}

/** Id of what nobody called: a store that did not open answers with it, and then its thread ends. */
export const OPENING = -1;

export type Reply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: CarriedError };

/** A grant, whole the first time and by its hash afterwards: it may hold a hundred thousand ids. */
export interface GrantMessage {
  readonly hash: string;
  readonly whole?: AccessGrant;
}

/** Grants both ends remember; the oldest goes first on both, so that they always remember the same ones. */
const KEPT_GRANTS = 256;

/** The sending end. */
export class GrantSender {
  readonly #sent = new Set<string>();

  message(grant: AccessGrant): GrantMessage {
    const { hash } = grant;
    if (this.#sent.has(hash)) return { hash };
    this.#sent.add(hash);
    dropOldest(this.#sent);
    return { hash, whole: grant };
  }
}

/** The receiving end. */
export class GrantReceiver {
  readonly #known = new Map<string, AccessGrant>();

  /** Undefined for a grant that never came: the call is then refused. */
  grant({ hash, whole }: GrantMessage): AccessGrant | undefined {
    if (!whole) return this.#known.get(hash);
    this.#known.set(hash, whole);
    dropOldest(this.#known);
    return whole;
  }
}

function dropOldest(kept: Set<string> | Map<string, unknown>): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT_GRANTS) break;
    kept.delete(oldest);
  }
}

export interface CarriedError {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly publicMessage: string;
  readonly retryAfterMs: number | undefined;
  /** JSON: an error has to arrive whatever its details are. */
  readonly details: string;
  /** Where a bug happened; errors of use have no need of it. */
  readonly stack: string | undefined;
}

export function carry(error: unknown): CarriedError {
  const { code, kind, message, publicMessage, retryAfterMs, details, stack, cause } = toAppError(error);
  const origin = cause instanceof Error ? cause.stack : stack;
  return {
    code,
    kind,
    message,
    publicMessage,
    retryAfterMs,
    details: JSON.stringify(details),
    stack: kind === 'internal' ? origin : undefined,
  };
}

export function revive({
  code,
  kind,
  message,
  stack,
  details,
  retryAfterMs,
  publicMessage,
}: CarriedError): AppError {
  return new AppError(code, kind, message, {
    publicMessage,
    details: JSON.parse(details) as Record<string, unknown>,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(stack !== undefined && { cause: stack }),
  });
}
