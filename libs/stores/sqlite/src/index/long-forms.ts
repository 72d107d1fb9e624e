import type { IndexReader } from './reader.ts';
import { ABBREVIATION } from './values.ts';

/** Words of a text that are looked up, and explanations of each. */
const MAX_WORDS = 20;
const MOST_READ = 20;

/**
 * Long forms of the short ones in a text, for each the one that was learned first. Told by documents that may be shown
 * alone: somebody else's explanation would name what only they know.
 */
export function longFormsIn(reader: IndexReader, text: string, admitted: Uint8Array): string[] {
  const words = text.match(/[\p{L}\p{N}'’]+/gu) ?? [];
  const shorts = words.filter((word) => /^[A-Z]{2,8}s?$/u.test(word)).map((word) => word.replace(/s$/u, ''));
  return [...new Set(shorts)]
    .slice(0, MAX_WORDS)
    .flatMap((short) => longFormOf(reader, short, admitted) ?? []);
}

function longFormOf({ db, columns }: IndexReader, short: string, admitted: Uint8Array): string | undefined {
  const rows = db.all<{ value: number; text: string }>(
    'SELECT value, text FROM index_value WHERE field = ? AND text > ? AND text < ? ORDER BY value LIMIT ?',
    ...[ABBREVIATION, `${short}\t`, `${short}\n`, MOST_READ],
  );
  const { firstChunk, slots } = columns.docs;
  const isShown = (value: number) =>
    db
      .all<{ doc: number }>('SELECT doc FROM index_doc_value WHERE value = ?', value)
      .some(({ doc }) => (slots.values[doc] ?? 0) > 0 && admitted[firstChunk.values[doc] ?? 0] === 1);
  return rows.find(({ value }) => isShown(value))?.text.slice(short.length + 1);
}
