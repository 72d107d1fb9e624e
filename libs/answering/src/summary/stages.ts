import type { Summary, SummaryEvent } from '../types.ts';
import { say } from '../words.ts';
import { citedClaim } from '../written.ts';
import { contentWords } from '../verify/tokens.ts';
import { passageOf } from '../writing/passages.ts';
import type { EvidencePassage } from '../writing/passages.ts';
import { modelFailure } from '../writing/failure.ts';
import { NOTES_PROMPT, SUMMARY_PROMPT } from '../writing/prompts.ts';
import { NOTHING_WRITTEN } from '../writing/writer.ts';
import type { Writer, Written, WrittenClaim } from '../writing/writer.ts';
import { wordsOf } from './merge.ts';
import { quoted, show } from './refine.ts';
import type { Making } from './refine.ts';
import type { Point } from './salience.ts';

/** Passages, and tokens of them, that a model is shown at once. */
const AT_ONCE = { passages: 24, tokens: 6_000 };
/** Requests that take notes; what does not fit into them is told. */
const MOST_BATCHES = 6;
/** Shared words of two notes from which on they say the same. */
const SAME = 0.6;
/** Of the length that was asked for: a claim is not cut in its middle. */
const SLACK = 1.2;

export interface Wish {
  readonly length: number;
  readonly focus: string | undefined;
  readonly since: string | undefined;
}

type Dropped = Record<string, number>;

/**
 * A summary by a model in stages, each claim of each stage verified: notes of every batch of passages, merged by rules, and
 * the last text written from the passages that the notes stand on. What fits into one request is written at once. By
 * quoting when the model cannot be asked.
 */
export async function* staged(
  making: Making,
  writer: Writer,
  wish: Wish,
): AsyncGenerator<SummaryEvent, Summary['dropped']> {
  const { batches, beyond } = batchesOf(passagesOf(making), writer);
  if (beyond > 0) yield* tell(making, `${beyond} ${say('notRead', making.language)}`);
  const dropped: Dropped = {};
  const [first = []] = batches;
  if (batches.length <= 1) return yield* last(making, writer, wish, first, [], dropped);
  const notes: WrittenClaim[][] = [];
  for (const [at, batch] of batches.entries()) {
    yield { kind: 'stage', stage: 'notes', done: at, total: batches.length };
    try {
      notes.push(await notesOf(making, writer, wish, batch, dropped));
    } catch (cause) {
      yield* tell(
        making,
        `${modelFailure(cause, making.language)} ${say(notes.length > 0 ? 'mayLack' : 'quoted', making.language)}`,
      );
      break;
    }
  }
  const merged = distinct(inTurn(notes));
  if (merged.length === 0) return { ...dropped, ...(yield* quoted(making)) };
  yield { kind: 'stage', stage: 'writing', done: batches.length, total: batches.length };
  return yield* last(making, writer, wish, numbered(merged), merged, dropped);
}

/** The last stage; when nothing comes of it the notes themselves, and without notes quotations. */
async function* last(
  making: Making,
  writer: Writer,
  wish: Wish,
  passages: readonly EvidencePassage[],
  notes: readonly WrittenClaim[],
  dropped: Dropped,
): AsyncGenerator<SummaryEvent, Dropped> {
  const { asker, book, shown } = making;
  const claims = writer.write({
    prompt: SUMMARY_PROMPT,
    task: { ...taskOf(wish), ...(notes.length > 0 && { notes: notes.map(({ text }) => text) }) },
    passages,
    person: asker.person,
    signal: asker.signal,
  });
  const room = roomFor(wish.length, dropped);
  try {
    for (let next = await claims.next(); ; next = await claims.next()) {
      if (next.done) {
        add(dropped, next.value);
        if (next.value.askedOnce > 0) yield* tell(making, say('askedOnce', making.language));
        break;
      }
      if (room.takes(next.value.text)) yield* show(making, citedClaim(next.value, book));
    }
  } catch (cause) {
    const rest = shown.length > 0 || notes.length > 0 ? 'mayLack' : 'quoted';
    yield* tell(making, `${modelFailure(cause, making.language)} ${say(rest, making.language)}`);
  } finally {
    await claims.return(NOTHING_WRITTEN);
  }
  if (shown.length === 0)
    for (const note of notes) if (room.takes(note.text)) yield* show(making, citedClaim(note, book));
  if (shown.length === 0) yield* quoted(making);
  return dropped;
}

async function notesOf(
  { asker }: Making,
  writer: Writer,
  wish: Wish,
  passages: readonly EvidencePassage[],
  dropped: Dropped,
): Promise<WrittenClaim[]> {
  const { person, signal } = asker;
  const found: WrittenClaim[] = [];
  const claims = writer.write({ prompt: NOTES_PROMPT, task: taskOf(wish), passages, person, signal });
  for (let next = await claims.next(); ; next = await claims.next()) {
    if (next.done) {
      add(dropped, next.value);
      return found;
    }
    found.push(next.value);
  }
}

function taskOf({ length, focus, since }: Wish) {
  return {
    words: length,
    ...(focus !== undefined && { focus }),
    ...(since !== undefined && { changedSince: since }),
  };
}

/** Whether a claim still has room in the length that was asked for; those that have none are counted. */
function roomFor(words: number, dropped: Dropped) {
  let left = words * SLACK;
  return {
    takes: (text: string) => {
      const length = wordsOf(text);
      const isFirst = left === words * SLACK;
      if (length > left && !isFirst) {
        dropped['length'] = (dropped['length'] ?? 0) + 1;
        return false;
      }
      left -= length;
      return true;
    },
  };
}

function add(dropped: Dropped, more: Written): void {
  for (const [why, count] of Object.entries(more.dropped)) dropped[why] = (dropped[why] ?? 0) + count;
}

async function* tell({ notices }: Making, text: string): AsyncGenerator<SummaryEvent> {
  notices.push(text);
  yield { kind: 'notice', text };
}

/** The first of every list, then the second of every list: no part of the documents is left out for its place. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

/** Notes that say what none before them says. */
function distinct(notes: readonly WrittenClaim[]): WrittenClaim[] {
  const kept: { note: WrittenClaim; words: ReadonlySet<string> }[] = [];
  for (const note of notes) {
    const words = new Set(contentWords(note.text));
    const isSaid = kept.some((other) => {
      const shared = [...words].filter((word) => other.words.has(word)).length;
      return shared > SAME * Math.max(1, Math.min(words.size, other.words.size));
    });
    if (!isSaid) kept.push({ note, words });
  }
  return kept.map(({ note }) => note);
}

/** The passages that the notes cite, each once and numbered anew. */
function numbered(notes: readonly WrittenClaim[]): EvidencePassage[] {
  const passages = new Map<string, EvidencePassage>();
  for (const passage of notes.flatMap((note) => note.passages))
    passages.set(`${passage.document.id} ${passage.start}`, passage);
  return [...passages.values()]
    .slice(0, AT_ONCE.passages)
    .map((passage, at) => ({ ...passage, number: at + 1 }));
}

/** The chunks that points lie in, each once: those of the merged points first, then of the others by salience. */
function passagesOf({ gathered, taken, points }: Making): EvidencePassage[] {
  const places = new Map<string, Parameters<typeof passageOf>[0]>();
  const others = points.toSorted((a, b) => b.salience - a.salience);
  for (const { document: index, start } of [...taken, ...others] as readonly Point[]) {
    const document = gathered.documents[index];
    const chunk = document?.stored.chunks.find((each) => each.start <= start && start < each.end);
    if (!document || !chunk) continue;
    const key = `${document.id} ${chunk.ordinal}`;
    if (!places.has(key))
      places.set(key, { document, ordinal: chunk.ordinal, start: chunk.start, end: chunk.end });
  }
  return [...places.values()].map((place, at) => passageOf(place, at + 1));
}

/** As many passages for one request as it takes, numbered in each from 1. */
function batchesOf(
  passages: readonly EvidencePassage[],
  { model }: Writer,
): { batches: EvidencePassage[][]; beyond: number } {
  const batches: EvidencePassage[][] = [];
  let left = 0;
  for (const [at, passage] of passages.entries()) {
    const tokens = model.countTokens(passage.text);
    const open = batches.at(-1);
    if (open && tokens <= left && open.length < AT_ONCE.passages) {
      open.push({ ...passage, number: open.length + 1 });
      left -= tokens;
    } else if (batches.length === MOST_BATCHES) return { batches, beyond: passages.length - at };
    else {
      batches.push([{ ...passage, number: 1 }]);
      left = AT_ONCE.tokens - tokens;
    }
  }
  return { batches, beyond: 0 };
}
