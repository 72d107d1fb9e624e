import { AppError } from '@fumikura/errors';

/** Why a file is left out, in one place, so that all formats say the same thing the same way. `what`: "Word file". */
export function damaged(
  what: string,
  cause?: unknown,
  remedy = 'Store it again from the program that made it.',
): AppError {
  return new AppError('CONTENT_DAMAGED', 'invalid-input', `${what} cannot be read${because(cause)}`, {
    publicMessage: `The ${what} is damaged and cannot be read. ${remedy}`,
    cause,
  });
}

export function encrypted(what: string, cause?: unknown): AppError {
  return new AppError('CONTENT_ENCRYPTED', 'invalid-input', `${what} is encrypted`, {
    publicMessage: `The ${what} is protected by a password. Store an unprotected copy to make it findable.`,
    cause,
  });
}

/** @param remedy a sentence: what would make it findable */
export function withoutText(what: string, remedy: string): AppError {
  return new AppError('CONTENT_WITHOUT_TEXT', 'invalid-input', `${what} without text`, {
    publicMessage: `The ${what} has no text. ${remedy}`,
  });
}

/** @param reason completes "The file is not read: …" */
export function tooLarge(reason: string, remedy: string): AppError {
  return new AppError('CONTENT_TOO_LARGE', 'invalid-input', reason, {
    publicMessage: `The file is not read: ${reason}. ${remedy}`,
  });
}

export function unsupported(what: string, remedy: string): AppError {
  return new AppError('FORMAT_UNSUPPORTED', 'invalid-input', `${what} is not supported`, {
    publicMessage: `A ${what} cannot be read. ${remedy}`,
  });
}

function because(cause: unknown): string {
  return cause instanceof Error ? `: ${cause.message}` : '';
}
