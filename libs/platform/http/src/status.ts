import { AppError } from '@fumikura/errors';
import type { ErrorCode, ErrorKind } from '@fumikura/errors';

/** What an answer's status means for the run; the only such table. */
const OF_STATUS: Readonly<Record<number, readonly [ErrorCode, ErrorKind]>> = {
  401: ['SOURCE_UNAUTHORISED', 'auth'],
  403: ['SOURCE_FORBIDDEN', 'permission'],
  404: ['SOURCE_ITEM_NOT_FOUND', 'not-found'],
  408: ['SOURCE_UNAVAILABLE', 'transient'],
  409: ['SOURCE_CONFLICT', 'conflict'],
  410: ['SOURCE_ITEM_NOT_FOUND', 'not-found'],
  412: ['SOURCE_CONFLICT', 'conflict'],
  413: ['SOURCE_ANSWER_TOO_LARGE', 'invalid-input'],
  423: ['SOURCE_CONFLICT', 'conflict'],
  425: ['SOURCE_UNAVAILABLE', 'transient'],
  429: ['SOURCE_RATE_LIMITED', 'rate-limited'],
};

export interface FailedAnswer {
  readonly status: number;
  readonly method: string;
  /** Shown without its query, which may carry tokens. */
  readonly url: string;
  /** What the source said, cut short; for operators. */
  readonly reason?: string;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

const MAX_REASON = 300;

export function errorOfStatus({
  status,
  method,
  url,
  reason = '',
  retryAfterMs,
  cause,
}: FailedAnswer): AppError {
  const [code, kind] = OF_STATUS[status] ?? (status >= 500 ? UNAVAILABLE : REFUSED);
  const { origin, pathname } = new URL(url);
  const said = reason.replace(/\s+/gu, ' ').trim().slice(0, MAX_REASON);
  return new AppError(code, kind, `${method} ${origin}${pathname} answered ${status}${said && `: ${said}`}`, {
    publicMessage: PUBLIC[kind] ?? 'The source did not answer as expected.',
    details: { status, method, path: pathname },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(cause !== undefined && { cause }),
  });
}

const UNAVAILABLE = ['SOURCE_UNAVAILABLE', 'transient'] as const;
/** A request the source cannot understand is our mistake. */
const REFUSED = ['SOURCE_REQUEST_REFUSED', 'internal'] as const;

const PUBLIC: Partial<Record<ErrorKind, string>> = {
  auth: 'The source no longer accepts our credentials: it needs to be reconnected.',
  permission: 'The source does not allow our account to read this.',
  'not-found': 'The source has no such item, or hides it from our account.',
  'rate-limited': 'The source is busy; the sync goes on when it allows.',
  transient: 'The source is temporarily unavailable.',
};
