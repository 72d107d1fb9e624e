import type { Logger } from '@fumikura/logging';
import type { GithubClient } from './client.ts';
import type { GithubConfig } from './config.ts';
import type { Organisation, Repository } from './github-types.ts';

/** What one pass works with. */
export interface Run {
  readonly client: GithubClient;
  readonly config: GithubConfig;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Readers that stay closed, by reason. */
  readonly closed: Counter;
  /** Files that are not indexed, by reason. */
  readonly leftOut: Counter;
  /** Each asked for once a pass. */
  readonly organisations: Map<string, Promise<Organisation>>;
  readonly verified: Verified;
  readonly handed: Handed;
}

/** Counts by reason, told once a pass. */
export interface Counter {
  add(reason: string, by?: number): void;
  tell(logger: Logger, event: string): void;
}

export function createCounter(): Counter {
  const counts = new Map<string, number>();
  return {
    add: (reason, by = 1) => counts.set(reason, (counts.get(reason) ?? 0) + by),
    tell: (logger, event) => {
      for (const [reason, count] of counts) logger.warn(event, { reason, count });
      counts.clear();
    },
  };
}

/** What a repository was just seen to hold, counted against the source. */
export interface Seen {
  readonly repository: Repository;
  /** Branch → commit, the default branch as ''. */
  readonly heads: Readonly<Record<string, string>>;
  /** Numbers and ids as ranges. */
  readonly issues: string;
  readonly discussions: string;
  readonly releases: string;
}

/** Left by a pass over everything for the listing right after it, which need not walk the same again. */
export interface Verified {
  seen: readonly Seen[];
  /** Milliseconds since 1970; undefined when there is nothing to rely on. */
  at: number | undefined;
}

/** The listing of a check, for the pass that it was made for: used once, and only soon. */
export interface Handed {
  repositories: readonly Repository[];
  at: number | undefined;
}
