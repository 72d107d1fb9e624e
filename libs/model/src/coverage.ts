import type { SourceId } from './document.ts';

/** What a reply could draw on, for each source the caller may use. Always part of a reply. */
export interface SourceCoverage {
  readonly source: SourceId;
  readonly state: 'answered' | 'timed-out' | 'failed' | 'not-permitted' | 'never-synced';
  /** Set when the last good sync is older than the source's freshness target: ISO 8601 UTC of that sync. */
  readonly staleSince?: string;
  /** For a person: why, when the state is not `answered`. */
  readonly reason?: string;
}

export interface Coverage {
  readonly complete: boolean;
  readonly sources: readonly SourceCoverage[];
}
