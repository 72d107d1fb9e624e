import { stat } from 'node:fs/promises';
import type { PersonId } from '@fumikura/model';
import { parseLine } from './line.ts';
import type { SegmentStart } from './line.ts';
import { linesOf } from './lines-of.ts';
import { segmentsOf } from './segments.ts';
import { slotFolder, slotNames } from './slot.ts';
import type { AuditAction, AuditRecord, StoredRecord } from './types.ts';

/** All given must hold. */
export interface AuditQuery {
  /** ISO 8601, or the beginning of it; inclusive. */
  readonly since?: string;
  /** Exclusive. */
  readonly until?: string;
  /** Acting or being acted as. */
  readonly person?: PersonId;
  readonly action?: AuditAction;
  readonly outcome?: AuditRecord['outcome'];
  /** Shown, withheld, or what it was about. */
  readonly document?: string;
  /** Somewhere in the record as it is stored. */
  readonly text?: string;
}

/** Records of every chain, each chain in its order; merge by `at` for one order of all. Reads files, holds one chunk. */
export async function* readAudit(folder: string, query: AuditQuery = {}): AsyncGenerator<StoredRecord> {
  for (const name of await slotNames(folder)) yield* readChain(slotFolder(folder, name), query);
}

/** The last `limit` records that fit, by time. */
export async function latestRecords(
  folder: string,
  query: AuditQuery,
  limit: number,
): Promise<readonly StoredRecord[]> {
  const kept: StoredRecord[] = [];
  for await (const record of readAudit(folder, query)) {
    kept.push(record);
    if (kept.length >= limit * 4 + 1_000) keepLatest(kept, limit);
  }
  keepLatest(kept, limit);
  return kept;
}

function keepLatest(records: StoredRecord[], limit: number): void {
  records.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.seq - b.seq));
  records.splice(0, Math.max(0, records.length - limit));
}

async function* readChain(folder: string, query: AuditQuery): AsyncGenerator<StoredRecord> {
  const needle = query.text?.toLowerCase();
  let writer = '';
  for (const { file } of await segmentsOf(folder)) {
    // A file that nobody wrote to since then holds nothing from since then.
    if (query.since !== undefined && (await stat(file)).mtime.toISOString() < query.since) continue;
    for await (const text of linesOf(file)) {
      if (text.startsWith('R')) {
        if (needle !== undefined && !text.toLowerCase().includes(needle)) continue;
        const line = parseLine(text);
        if (!line) continue;
        const record = { ...(JSON.parse(line.json) as AuditRecord), writer, seq: line.seq };
        if (fits(record, query)) yield record;
      } else if (text.startsWith('S')) {
        const line = parseLine(text);
        if (line) ({ writer } = JSON.parse(line.json) as SegmentStart);
      }
    }
  }
}

function fits(record: StoredRecord, query: AuditQuery): boolean {
  const { since, until, person, action, outcome, document } = query;
  if (since !== undefined && record.at < since) return false;
  if (until !== undefined && record.at >= until) return false;
  if (action !== undefined && record.action !== action) return false;
  if (outcome !== undefined && record.outcome !== outcome) return false;
  if (person && !isPerson(record.actor, person) && !isPerson(record.as, person)) return false;
  return document === undefined || concerns(record, document);
}

function isPerson(one: PersonId | undefined, other: PersonId): boolean {
  return one?.issuer === other.issuer && one.subject === other.subject;
}

function concerns({ object, shown = [], withheld = [] }: StoredRecord, document: string): boolean {
  return object === document || shown.includes(document) || withheld.some(({ id }) => id === document);
}
