/** How large chunks are made. */
export interface ChunkerOptions {
  /** What a chunk aims at, in units: 1 for a character of an alphabet, 2.5 for one of CJK. */
  readonly targetUnits: number;
  /** What no chunk exceeds. */
  readonly maxUnits: number;
}

/** About 180 words of English or 440 characters of Japanese; chosen by the evaluation in docs/retrieval.md. */
export const CHUNKER_DEFAULTS: ChunkerOptions = { targetUnits: 1_100, maxUnits: 2_200 };

/** Goes up whenever the same text may be cut otherwise. */
const CHUNKER_VERSION = '1';

/** Part of every embedding's fingerprint: "1" by default, "1 700/1400" otherwise. */
export function chunkerVersionOf(options: ChunkerOptions = CHUNKER_DEFAULTS): string {
  if (isSameChunking(options, CHUNKER_DEFAULTS)) return CHUNKER_VERSION;
  return `${CHUNKER_VERSION} ${options.targetUnits}/${options.maxUnits}`;
}

export function isSameChunking(a: ChunkerOptions, b: ChunkerOptions): boolean {
  return a.targetUnits === b.targetUnits && a.maxUnits === b.maxUnits;
}
