import type { DocumentId } from '@fumikura/model';
import type { ConfirmedDocument } from '@fumikura/ports';
import { anyOf, below, equals, points as among } from './filter.ts';
import type { Condition, Filter } from './filter.ts';
import { CHANGED_AT_ONCE, change, pagesOf } from './requests.ts';
import type { Place } from './requests.ts';

/** Documents named in one request. */
const DOCUMENTS_AT_ONCE = 100;

export interface ReadersChange {
  readonly documentId: DocumentId;
  /** Also of chunks that carry a newer one: what the catalog says holds. */
  readonly isForced?: boolean;
  readonly confirmed: Pick<ConfirmedDocument, 'aclId' | 'aclVersion'> & { readonly version?: number };
}

/**
 * Gives chunks other readers, `atOnce` of them a request, whatever their documents' sizes: the server copies each point
 * that is changed. A change that is older than what a chunk carries matches nothing; without a version it is of all versions.
 */
export async function setAcls(
  place: Place,
  changes: readonly ReadersChange[],
  atOnce = CHANGED_AT_ONCE,
): Promise<void> {
  for (let at = 0; at < changes.length; at += DOCUMENTS_AT_ONCE)
    await setSome(place, changes.slice(at, at + DOCUMENTS_AT_ONCE), atOnce);
}

async function setSome(place: Place, changes: readonly ReadersChange[], atOnce: number): Promise<void> {
  const due = anyOf(changes.map((each) => ({ must: dueOf(each) })));
  if (!due) return;
  // Ids stay as they are, so the next page is found whether or not what was changed still matches.
  const wanted = { limit: atOnce, with_payload: ['doc'], filter: { must: [due] } satisfies Filter };
  for await (const { points } of pagesOf(place, wanted)) {
    const operations = changes.flatMap((each) => operationOf(each, points) ?? []);
    if (operations.length > 0) await change(place, '/batch', { operations });
  }
}

/** Asks again what is due, because the answer may be old by now. */
function operationOf(
  each: ReadersChange,
  found: readonly { readonly id: unknown; readonly payload?: unknown }[],
): { readonly set_payload: { readonly payload: object; readonly filter: Filter } } | undefined {
  const own = found.filter(({ payload }) => (payload as { doc?: string } | null)?.doc === each.documentId);
  const these = among(own.map(({ id }) => String(id)));
  if (!these) return undefined;
  const { aclId, aclVersion } = each.confirmed;
  const payload = { acl_id: aclId, acl_ver: aclVersion };
  return { set_payload: { payload, filter: { must: [these, ...dueOf(each)] } } };
}

function dueOf({ documentId, isForced = false, confirmed: { aclVersion, version } }: ReadersChange) {
  const due: [Condition, ...Condition[]] = [equals('doc', documentId)];
  if (!isForced) due.push(below('acl_ver', aclVersion));
  if (version !== undefined) due.push(equals('ver', version));
  return due;
}
