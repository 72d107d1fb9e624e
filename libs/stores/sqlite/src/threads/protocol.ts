import { AppError, toAppError } from '@fumikura/errors';
import type { ErrorCode, ErrorKind } from '@fumikura/errors';
import type { CoreOptions, StoreCore } from '../store-core.ts';
import type { OPERATIONS } from './operations.ts';

export type OperationName = keyof typeof OPERATIONS;

export interface WorkerData {
  readonly options: Omit<CoreOptions, 'now'>;
}

export interface Call {
  readonly id: number;
  readonly name: OperationName;
  readonly args: readonly unknown[];
  /** Set to 1 by the caller who no longer wants the answer. */
  readonly stop: Int32Array;
}

export type Reply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: CarriedError };

export interface CarriedError {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly publicMessage: string;
}

export function carry(error: unknown): CarriedError {
  const { code, kind, message, publicMessage } = toAppError(error);
  return { code, kind, message, publicMessage };
}

export function revive({ code, kind, message, publicMessage }: CarriedError): AppError {
  return new AppError(code, kind, message, { publicMessage });
}

/** Runs one call; the operations that can be stopped take the question as their last argument. */
export function perform(
  operations: typeof OPERATIONS,
  core: StoreCore,
  { name, args, stop }: Omit<Call, 'id'>,
): unknown {
  const operation = operations[name] as (core: StoreCore, ...args: readonly unknown[]) => unknown;
  return operation(core, ...args, () => Atomics.load(stop, 0) === 1);
}
