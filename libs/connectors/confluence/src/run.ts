import type { HttpClock } from '@fumikura/http';
import type { Logger } from '@fumikura/logging';
import type { ConfluenceClient } from './client.ts';
import type { ConfluenceConfig } from './config.ts';
import type { ClosedReason, ConfluenceApi } from './items.ts';
import type { Readers } from './readers.ts';

/** What one pass works with. */
export interface Run {
  readonly client: ConfluenceClient;
  readonly api: ConfluenceApi;
  readonly config: ConfluenceConfig;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly closed: ClosedCounter;
  readonly readers: Readers;
  readonly now: NonNullable<HttpClock['now']>;
}

/** Counts what stays closed, and names it once a pass. */
export interface ClosedCounter {
  add(reason: ClosedReason): void;
  tell(logger: Logger): void;
}

export function countClosed(): ClosedCounter {
  const counts = new Map<ClosedReason, number>();
  return {
    add: (reason) => counts.set(reason, (counts.get(reason) ?? 0) + 1),
    tell: (logger) => {
      for (const [reason, count] of counts) logger.warn('confluence.readers.closed', { reason, count });
      counts.clear();
    },
  };
}
