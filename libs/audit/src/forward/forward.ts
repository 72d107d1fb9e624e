import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseLine } from '../line.ts';
import type { SegmentStart } from '../line.ts';
import { linesOf } from '../lines-of.ts';
import { segmentsOf } from '../segments.ts';
import { slotFolder, slotNames, tryLock } from '../slot.ts';
import type { AuditRecord, StoredRecord } from '../types.ts';
import { writeInPlace } from '../write-once.ts';

/** Takes records elsewhere; resolves once they are there, rejects when they may not be. */
export type Deliver = (records: readonly StoredRecord[], signal: AbortSignal) => Promise<void>;

export interface ForwardTarget {
  /** Names what is remembered of it. */
  readonly id: string;
  readonly deliver: Deliver;
}

/** How far a target has got in one chain. */
interface Place {
  readonly segment: number;
  readonly byte: number;
  readonly writer: string;
}

type Places = Record<string, Place>;

export interface Forwarded {
  readonly target: string;
  readonly records: number;
  /** Set when another process is at it. */
  readonly isElsewhere?: true;
}

const FORWARD_FOLDER = 'forward';
const MAX_BATCH = 500;

/**
 * Delivers everything that a target has not got yet, each chain in its order. The chains themselves are the queue: what was
 * delivered is remembered after it is there, so that nothing is lost and a batch may come twice (`writer` and `seq` tell).
 */
export async function forwardAudit(
  folder: string,
  target: ForwardTarget,
  signal: AbortSignal,
): Promise<Forwarded> {
  const own = join(folder, FORWARD_FOLDER, target.id);
  const release = await tryLock(own);
  if (!release) return { target: target.id, records: 0, isElsewhere: true };
  try {
    const places = await placesOf(folder, target.id);
    let records = 0;
    for (const name of await slotNames(folder))
      for await (const batch of batches(slotFolder(folder, name), places[name])) {
        signal.throwIfAborted();
        if (batch.records.length > 0) await target.deliver(batch.records, signal);
        if (batch.end.byte === places[name]?.byte && batch.end.segment === places[name]?.segment) continue;
        places[name] = batch.end;
        await writeInPlace(join(own, 'places.json'), JSON.stringify(places));
        records += batch.records.length;
      }
    return { target: target.id, records };
  } finally {
    release();
  }
}

/** Records that a target has not got yet. */
export async function backlogOf(folder: string, id: string): Promise<number> {
  const places = await placesOf(folder, id);
  let waiting = 0;
  for (const name of await slotNames(folder))
    for await (const { records } of batches(slotFolder(folder, name), places[name]))
      waiting += records.length;
  return waiting;
}

/** Chain → the first segment that some target has not got whole: retention leaves it. */
export async function notForwarded(
  folder: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const first = new Map<string, number>();
  for (const id of ids) {
    const places = await placesOf(folder, id);
    for (const name of await slotNames(folder))
      first.set(name, Math.min(first.get(name) ?? Infinity, places[name]?.segment ?? 0));
  }
  return first;
}

async function placesOf(folder: string, id: string): Promise<Places> {
  try {
    return JSON.parse(await readFile(join(folder, FORWARD_FOLDER, id, 'places.json'), 'utf8')) as Places;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

async function* batches(
  folder: string,
  from: Place | undefined,
): AsyncGenerator<{ readonly records: readonly StoredRecord[]; readonly end: Place }> {
  let writer = from?.writer ?? '';
  for (const { file, number } of await segmentsOf(folder)) {
    if (from && number < from.segment) continue;
    let byte = from?.segment === number ? from.byte : 0;
    if ((await stat(file)).size <= byte) continue;
    let records: StoredRecord[] = [];
    for await (const text of linesOf(file, byte)) {
      byte += Buffer.byteLength(text) + 1;
      const line = parseLine(text);
      if (line?.kind === 'S') ({ writer } = JSON.parse(line.json) as SegmentStart);
      if (line?.kind === 'R')
        records.push({ ...(JSON.parse(line.json) as AuditRecord), writer, seq: line.seq });
      if (records.length < MAX_BATCH) continue;
      yield { records, end: { segment: number, byte, writer } };
      records = [];
    }
    yield { records, end: { segment: number, byte, writer } };
  }
}
