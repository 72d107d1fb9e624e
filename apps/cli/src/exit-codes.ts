import type { AppError, ErrorKind } from '@fumikura/errors';

/** What a script may rely on. Listed by `fumi help exit-codes`. */
export const EXIT_CODES = {
  ok: 0,
  /** A bug: the message has an id, the log has the rest. */
  internal: 1,
  /** Unknown command, flag or value; a query that cannot be understood. */
  usage: 2,
  /** No configuration, or one with mistakes. */
  config: 3,
  /** No such document, or not yours. */
  notFound: 4,
  /** A sync stopped: guard, error budget, source not reachable, no right. */
  source: 5,
  /** The database is locked, damaged, full, read-only or of another version. */
  store: 6,
  /** `fumi doctor` or `fumi eval` found something wrong. */
  findings: 7,
  /** Try again later. */
  temporary: 75,
  interrupted: 130,
} as const;

const BY_KIND: Readonly<Record<ErrorKind, number>> = {
  config: EXIT_CODES.config,
  auth: EXIT_CODES.source,
  permission: EXIT_CODES.source,
  'not-found': EXIT_CODES.notFound,
  'invalid-input': EXIT_CODES.usage,
  'rate-limited': EXIT_CODES.temporary,
  transient: EXIT_CODES.temporary,
  conflict: EXIT_CODES.temporary,
  internal: EXIT_CODES.internal,
};

export function exitCodeOf(error: AppError): number {
  if (error.code === 'CANCELLED') return EXIT_CODES.interrupted;
  if (error.code.startsWith('STORE_')) return EXIT_CODES.store;
  if (['REMOVAL_GUARD', 'ERROR_BUDGET_EXCEEDED', 'CENSUS_FAILED'].includes(error.code))
    return EXIT_CODES.source;
  return BY_KIND[error.kind];
}
