/** What is known of the earlier versions of a document's text. The texts themselves are not kept. */
export interface TextHistory {
  /** From when on changes were noticed. ISO 8601, UTC. */
  readonly from: string;
  /** Stretches that came later, in the order of the text; all the rest was there at `from`. UTF-16 offsets. */
  readonly added: readonly { readonly start: number; readonly end: number; readonly at: string }[];
  /** How many passages went away, oldest first. */
  readonly removed: readonly { readonly at: string; readonly passages: number }[];
}

/** A text that is about to be replaced. */
export interface EarlierText {
  readonly text: string;
  /** When it was stored: all that is known where its history is not. */
  readonly syncedAt: string;
  readonly history?: TextHistory;
}

/** Of one document; what a text has beyond it counts as one stretch each. */
const MOST = 2_000;
/** A passage is a line, and of a longer one each sentence. */
const LINE = 200;
const SENTENCE_END = /(?<=[.!?]["'”’)\]]*)\s+|(?<=[。！？][」』）]*)/gu;

/**
 * The history of a text that takes the place of another one. A passage that only moved is no change. It changed when its
 * source says so, unless that was before it was last read or is still to come.
 */
export function historyOf(
  { text, updatedAt = '' }: { readonly text: string; readonly updatedAt?: string },
  before: EarlierText | undefined,
  now: string,
): TextHistory {
  if (!before) return { from: now, added: [], removed: [] };
  const at = updatedAt > before.syncedAt && updatedAt <= now ? updatedAt : now;
  const {
    from,
    added: earlier,
    removed,
  } = before.history ?? {
    from: before.syncedAt,
    added: [],
    removed: [],
  };
  const known = new Map<string, string | undefined>();
  let next = 0;
  for (const { start, end, said } of passagesOf(before.text)) {
    while ((earlier[next]?.end ?? Infinity) <= start) next++;
    const stretch = earlier[next];
    known.set(said, stretch && stretch.start < end ? stretch.at : undefined);
  }
  const added: { start: number; end: number; at: string }[] = [];
  const there = new Set<string>();
  for (const { start, end, said } of passagesOf(text)) {
    there.add(said);
    const since = known.has(said) ? known.get(said) : at;
    const last = added.at(-1);
    if (since === undefined) continue;
    if (last && last.at === since && text.slice(last.end, start).trim() === '') last.end = end;
    else added.push({ start, end, at: since });
  }
  const gone = [...known.keys()].filter((said) => !there.has(said)).length;
  return {
    from,
    added: added.slice(0, MOST),
    removed: gone === 0 ? removed : [...removed, { at, passages: gone }].slice(-MOST),
  };
}

function* passagesOf(text: string): Generator<{ start: number; end: number; said: string }> {
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    yield* passagesOfLine(text.slice(start, end), start);
    start = end + 1;
  }
}

function* passagesOfLine(
  line: string,
  from: number,
): Generator<{ start: number; end: number; said: string }> {
  const ends = line.length > LINE ? [...line.matchAll(SENTENCE_END)].map(({ index }) => index) : [];
  let start = 0;
  for (const end of [...ends, line.length]) {
    const said = line.slice(start, end).replace(/\s+/gu, ' ').trim();
    if (said !== '') yield { start: from + start, end: from + end, said };
    start = end;
  }
}
