import { AppError } from '@fumikura/errors';

type Meaning = readonly [AppError['code'], AppError['kind'], remedy: string];

const UNREACHABLE: Meaning = [
  'STORE_UNREACHABLE',
  'transient',
  'It cannot be reached at the moment. Check that PostgreSQL runs and that the address is right.',
];
const BUSY: Meaning = ['STORE_LOCKED', 'transient', 'It is busy. Try again.'];
const REFUSED: Meaning = [
  'STORE_REFUSED',
  'config',
  'It refuses the account. Check user, password and rights (docs/operations.md lists the rights needed).',
];
const FULL: Meaning = [
  'STORE_FULL',
  'config',
  'It has no room left. Free some space; nothing confirmed is lost.',
];
const READ_ONLY: Meaning = ['STORE_READ_ONLY', 'transient', 'It takes no writes now, as a standby does.'];

/** SQLSTATE codes, or their class of two characters (postgresql.org/docs/current/errcodes-appendix.html). */
const BY_STATE: Readonly<Record<string, Meaning>> = {
  '08': UNREACHABLE,
  '57P01': UNREACHABLE,
  '57P02': UNREACHABLE,
  '57P03': UNREACHABLE,
  '53300': BUSY,
  '40001': BUSY,
  '40P01': BUSY,
  '55P03': BUSY,
  '28': REFUSED,
  '42501': REFUSED,
  '3D000': REFUSED,
  '53100': FULL,
  '53200': BUSY,
  '25006': READ_ONLY,
};

const BROKEN_CONNECTION =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Connection ended)/i;

export function postgresError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  const known = isBrokenConnection(error) ? UNREACHABLE : (BY_STATE[code] ?? BY_STATE[code.slice(0, 2)]);
  if (!known) return new AppError('UNEXPECTED', 'internal', `${code} ${message}`.trim(), { cause: error });
  const [name, kind, remedy] = known;
  return new AppError(name, kind, `${code} ${message}`, {
    publicMessage: `The catalog in PostgreSQL: ${remedy}`,
    cause: error,
  });
}

/** Another transaction won; the same work succeeds when it is done again. */
export function isWorthRepeating(error: unknown): boolean {
  return ['40001', '40P01'].includes((error as { code?: string }).code ?? '');
}

/** The server or the way to it went away: a read may be asked again on a new connection. */
export function isBrokenConnection(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return (
    [
      'ECONNREFUSED',
      'ECONNRESET',
      'EPIPE',
      'ENOENT',
      'ETIMEDOUT',
      'ENOTFOUND',
      'EAI_AGAIN',
      'EHOSTUNREACH',
    ].includes(code) ||
    ['57P01', '57P02', '57P03'].includes(code) ||
    BROKEN_CONNECTION.test(message)
  );
}

/** Something changed between two halves of a work: it is begun again. */
export function conflict(message: string): AppError {
  return new AppError('STORE_CONFLICT', 'conflict', message);
}
