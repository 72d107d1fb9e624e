import type { AppError, ErrorKind } from '@fumikura/errors';

/** What a script may rely on. Listed by `fumi exit-codes`. */
export const EXIT_CODES = {
  ok: 0,
  internal: 1,
  usage: 2,
  config: 3,
  notFound: 4,
  source: 5,
  store: 6,
  findings: 7,
  temporary: 75,
  interrupted: 130,
} as const;

/** What each means, for people. */
export const EXIT_CODE_MEANINGS: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  ok: 'done',
  internal: 'a fault of Fumikura; run again with --verbose for the details',
  usage: 'unknown command, flag, source or value, or a query that cannot be understood',
  config: 'no configuration, mistakes in it, or something it names cannot be used',
  notFound: 'no such document, or not yours',
  source: 'a sync stopped: too many removals or failures, the source cannot be read, no right',
  store: 'the database is locked, damaged, full, read-only or of another version',
  findings: 'fumi doctor or fumi eval found something wrong',
  temporary: 'busy or not reachable now; try again later',
  interrupted: 'ended by Ctrl-C; the next run goes on from there',
};

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
