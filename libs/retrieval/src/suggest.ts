import type { SourceId } from '@fumikura/model';
import type { AccessFilter } from '@fumikura/ports';
import { confirmed } from './evidence.ts';
import type { LikenessParts } from './similar.ts';
import type { HitSummary } from './types.ts';
import { invalidInput } from '@fumikura/errors';

const LIMIT = { least: 1, most: 20, usual: 8 };
/** Of what was typed, its end counts. */
const CHARACTERS = 200;

export interface SuggestRequest {
  /** What is typed so far. */
  readonly text: string;
  /** 1 to 20 of each kind, default 8. */
  readonly limit?: number;
  readonly within?: readonly SourceId[];
}

export interface Suggestions {
  /** The text with its last word completed. */
  readonly queries: readonly string[];
  /** Documents whose titles fit. */
  readonly documents: readonly HitSummary[];
}

/** For every key typed: of documents that the caller may read alone. Empty where the engine completes nothing. */
export async function suggest(
  { text, limit = LIMIT.usual, within }: SuggestRequest,
  { catalog, index, lateCheck }: LikenessParts,
  access: AccessFilter,
  signal: AbortSignal,
): Promise<Suggestions> {
  if (!Number.isInteger(limit) || limit < LIMIT.least || limit > LIMIT.most)
    throw invalidInput(
      'LIMIT_OUT_OF_RANGE',
      `limit: give a whole number from ${LIMIT.least} to ${LIMIT.most}.`,
    );
  const typed = text.slice(-CHARACTERS);
  const filter = within && { sources: within };
  const request = { text: typed, limit, ...(filter && { filter }) };
  const found = await index.explore?.complete?.(request, access, signal);
  if (!found) return { queries: [], documents: [] };
  // Titles are shown like those of hits. Words come from documents that the lists admit; no source can be asked for a word.
  const parts = { catalog, ...(lateCheck && { lateCheck }) };
  const records = await confirmed(found.documents, parts, access, signal);
  const before = typed.replace(/[\p{L}\p{N}\p{M}'’._-]+$/u, '');
  return {
    queries: found.words.map((word) => before + word),
    documents: records.map(({ id, title, url, source }) => ({ id, title, url, source })),
  };
}
