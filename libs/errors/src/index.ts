export { AppError, invalidInput, isAbort, toAppError } from './app-error.ts';
export type { AppErrorOptions, ErrorKind } from './app-error.ts';
export type { ErrorCode } from './codes.ts';
