import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOnce } from './write-once.ts';
import type { AuditEvent, AuditRecord, QueryPolicy } from './types.ts';

/** For hashes of queries: equal queries of one installation have equal hashes, and nobody else can compare. */
export type QueryKey = Buffer;

const QUERY_KEY_FILE = 'query.key';
/** A record stays small enough to be read back whole. */
const MAX_IDS = 500;
const MAX_TEXT = 2_000;

export async function openQueryKey(folder: string): Promise<QueryKey> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, QUERY_KEY_FILE);
  await writeOnce(file, randomBytes(32).toString('base64'), 0o600);
  return Buffer.from(await readFile(file, 'utf8'), 'base64');
}

export function recordOf(event: AuditEvent, at: string, policy: QueryPolicy, key?: QueryKey): AuditRecord {
  const { query, shown, withheld, object, ...rest } = event;
  return {
    at,
    ...rest,
    ...(object !== undefined && { object: object.slice(0, MAX_TEXT) }),
    ...(query !== undefined && policy === 'keep' && { query: query.slice(0, MAX_TEXT) }),
    ...(query !== undefined && key && { queryHash: queryHash(key, query) }),
    ...(shown && shown.length > 0 && { shown: shown.slice(0, MAX_IDS) }),
    ...(withheld && withheld.length > 0 && { withheld: withheld.slice(0, MAX_IDS) }),
    ...(beyond(shown) > 0 && { shownBeyond: beyond(shown) }),
    ...(beyond(withheld) > 0 && { withheldBeyond: beyond(withheld) }),
  };
}

export function queryHash(key: QueryKey, query: string): string {
  return createHmac('sha256', key).update(query.normalize('NFKC').trim().toLowerCase()).digest('base64url');
}

/** What is beyond the limit is counted. */
function beyond(values: readonly unknown[] = []): number {
  return Math.max(0, values.length - MAX_IDS);
}
