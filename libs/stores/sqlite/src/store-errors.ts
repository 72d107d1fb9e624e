import { AppError } from '@fumikura/errors';
import type { ErrorCode } from '@fumikura/errors';

const LOCKED = [
  'STORE_LOCKED',
  'transient',
  'Another process is writing for long. Try again, or stop the other process.',
] as const;

const WRITE_REFUSED = [
  'STORE_FULL',
  'config',
  'It cannot grow: the disk, a quota or a limit on file sizes is used up. Free some space or raise the limit; nothing that was confirmed is lost.',
] as const;

/** SQLite's primary result codes (sqlite.org/rescode.html) that have a name of their own here. */
const BY_CODE: Readonly<Record<number, readonly [ErrorCode, AppError['kind'], remedy: string]>> = {
  5: LOCKED,
  6: LOCKED,
  8: ['STORE_READ_ONLY', 'config', 'It cannot be written. Check the rights of the file and of its folder.'],
  10: ['STORE_DAMAGED', 'config', 'Reading or writing it failed. Check the disk, then run "fumi doctor".'],
  11: ['STORE_DAMAGED', 'config', 'It is damaged. Restore a backup, or delete it and run "fumi sync".'],
  13: ['STORE_FULL', 'config', 'The disk is full. Free some space; nothing that was confirmed is lost.'],
  14: ['STORE_READ_ONLY', 'config', 'It cannot be opened. Check the path and the rights of its folder.'],
  26: ['STORE_DAMAGED', 'config', 'It is no database. Restore a backup, or delete it and run "fumi sync".'],
};

/**
 * Extended codes that say more than their primary one: a write or a growth that the system refuses is a quota, a limit
 * on file sizes or a full disk, while a failed read is damage.
 */
const BY_EXTENDED_CODE: typeof BY_CODE = {
  778: WRITE_REFUSED,
  4874: WRITE_REFUSED,
};

export function storeError(error: unknown, file: string): AppError {
  if (error instanceof AppError) return error;
  const { message } = error as { message?: string };
  const known =
    BY_EXTENDED_CODE[(error as { errcode?: number }).errcode ?? 0] ??
    BY_CODE[primaryCode(error)] ??
    (isPathError(error) ? BY_CODE[14] : undefined);
  if (!known) return new AppError('UNEXPECTED', 'internal', message ?? String(error), { cause: error });
  const [code, kind, remedy] = known;
  return new AppError(code, kind, `${message ?? ''} (${file})`, {
    publicMessage: `The database ${file}: ${remedy}`,
    cause: error,
  });
}

/** SQLite's result code without its extension, 0 for other errors. */
export function primaryCode(error: unknown): number {
  return ((error as { errcode?: number }).errcode ?? 0) & 0xff;
}

function isPathError(error: unknown): boolean {
  return ['EACCES', 'EROFS', 'ENOTDIR', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
}
