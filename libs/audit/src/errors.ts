import { AppError } from '@fumikura/errors';

/** Nothing is shown that could not be written down. */
export function auditUnavailable(message: string, cause?: unknown): AppError {
  return new AppError('AUDIT_UNAVAILABLE', 'transient', `audit: ${message}`, {
    publicMessage:
      'The answer is withheld because it could not be written down for the audit. Tell the operator: "fumi doctor" says why.',
    cause,
  });
}
