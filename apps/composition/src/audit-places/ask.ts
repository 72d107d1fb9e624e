import { randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { StoredRecord } from '@fumikura/audit';
import type { Config } from '@fumikura/config';
import type { JsonValue, PersonId } from '@fumikura/model';
import { entriesOf } from '@fumikura/ports';
import type { SharedState } from '@fumikura/ports';
import { auditPlaces, keepPlace } from './places.ts';
import type { AuditPlace } from './places.ts';
import { answerKeys, openAnswer } from './sealed-answer.ts';

export const REQUESTS = 'audit.request';
export const ANSWERS = 'audit.answer';
/** What nobody fetched is gone after it. */
export const ANSWER_HOLDS_MS = 10 * 60_000;
const LOOK_EVERY_MS = 100;

export interface AuditRequest {
  readonly person: PersonId;
  /** Who asks. */
  readonly by: PersonId;
  readonly wants: 'records' | 'count';
  /** Id of the place that asks, which answers itself. */
  readonly from: string;
  readonly publicKey: string;
}

/** The last thing of an answer. */
export interface PlaceAnswer {
  readonly records: number;
  readonly pages: number;
  /** Older files of that host that still hold what was taken over. */
  readonly filesThatStay: readonly string[];
}

export interface Elsewhere {
  readonly answered: readonly (AuditPlace & PlaceAnswer)[];
  /** Have records of their own, perhaps of the person, and nobody there who answers. */
  readonly silent: readonly AuditPlace[];
}

export interface AskOptions extends Pick<AuditRequest, 'person' | 'by' | 'wants'> {
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * What the chains of every other place hold of somebody, read there by a process that runs there: their files are reached by nobody
 * else. Returns, behind the records, who has answered within the time and who has not.
 */
export async function* askElsewhere(
  config: Config,
  state: SharedState,
  { waitMs, signal, ...wanted }: AskOptions,
): AsyncGenerator<StoredRecord, Elsewhere> {
  const from = await keepPlace(config, state);
  const others = new Map(
    (await auditPlaces(state)).filter(({ id }) => id !== from).map((each) => [each.id, each]),
  );
  if (others.size === 0) return { answered: [], silent: [] };
  const id = randomUUID();
  const { publicKey, privateKey } = answerKeys();
  const request: AuditRequest = { ...wanted, from, publicKey };
  const value = request as unknown as JsonValue;
  await state.put(REQUESTS, { key: id, value, expiresAt: Date.now() + ANSWER_HOLDS_MS });
  const answered: Elsewhere['answered'][number][] = [];
  try {
    const until = performance.now() + waitMs;
    for (;;) {
      for (const [key, place] of others) {
        const answer = await answerOf(state, `${id}/${key}`, privateKey);
        if (!answer) continue;
        others.delete(key);
        yield* recordsOf(state, `${id}/${key}`, answer.pages, privateKey);
        answered.push({ ...place, ...answer });
      }
      if (others.size === 0 || performance.now() > until) break;
      await delay(LOOK_EVERY_MS, undefined, { signal });
    }
    return { answered, silent: [...others.values()] };
  } finally {
    await state.remove(REQUESTS, id);
    for await (const { key } of entriesOf(state, ANSWERS, `${id}/`)) await state.remove(ANSWERS, key);
  }
}

async function answerOf(state: SharedState, at: string, key: KeyObject): Promise<PlaceAnswer | undefined> {
  const entry = await state.get(ANSWERS, `${at}/done`);
  return entry && (openAnswer(entry.value, key, `${at}/done`) as PlaceAnswer);
}

async function* recordsOf(
  state: SharedState,
  at: string,
  pages: number,
  key: KeyObject,
): AsyncGenerator<StoredRecord> {
  for (let page = 0; page < pages; page++) {
    const place = `${at}/${page}`;
    const entry = await state.get(ANSWERS, place);
    // A part of an answer is none: the person would be told less than there is.
    if (!entry) throw new Error(`page ${page} of an answer is gone`);
    yield* openAnswer(entry.value, key, place) as readonly StoredRecord[];
  }
}
