import { hostname } from 'node:os';
import { auditPlace } from '@fumikura/audit';
import type { Config } from '@fumikura/config';
import type { JsonValue } from '@fumikura/model';
import { entriesOf } from '@fumikura/ports';
import type { SharedState } from '@fumikura/ports';
import { auditFolder } from '../audit.ts';

const SPACE = 'audit.place';
const FRESH_MS = 3_600_000;

/** A folder with chains of its own, known to the whole installation. */
export interface AuditPlace {
  readonly id: string;
  readonly host: string;
  /** As that host names it. */
  readonly folder: string;
  /** ISO 8601 UTC, to the hour. */
  readonly seenAt: string;
}

/** Says that there is this one, where it was not said within the hour. @returns its id */
export async function keepPlace(
  config: Config,
  state: SharedState,
  now: () => number = Date.now,
): Promise<string> {
  const folder = auditFolder(config);
  const id = await auditPlace(folder);
  const known = (await state.get(SPACE, id))?.value as unknown as AuditPlace | undefined;
  if (known && now() - Date.parse(known.seenAt) < FRESH_MS) return id;
  const place: AuditPlace = { id, host: hostname(), folder, seenAt: new Date(now()).toISOString() };
  await state.put(SPACE, { key: id, value: place as unknown as JsonValue });
  return id;
}

/** Every place that records were ever written at, by host. */
export async function auditPlaces(state: SharedState): Promise<readonly AuditPlace[]> {
  const places: AuditPlace[] = [];
  for await (const { value } of entriesOf(state, SPACE)) places.push(value as unknown as AuditPlace);
  return places.sort((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : 0));
}

/** Of a host that is gone for good, with its records: nobody waits for it any more. */
export function forgetPlace(state: SharedState, id: string): Promise<boolean> {
  return state.remove(SPACE, id);
}
