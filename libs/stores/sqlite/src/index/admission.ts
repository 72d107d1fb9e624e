import type { AccessGrant, IndexFilter } from '@fumikura/ports';
import type { Database } from '../database.ts';
import type { Columns } from './columns.ts';
import { matchingDocs } from './values.ts';

/** Maps kept; each is a byte per chunk. */
const KEPT = 4;

/** Which chunks a caller may be shown: alive, acl_id admitted, filter met. Decided before any scan scores anything. */
export class Admission {
  readonly #kept = new Map<string, { version: number; admitted: Uint8Array }>();

  /** One byte per chunk, 1 = may be shown. */
  admitted(
    db: Database,
    columns: Columns,
    grant: AccessGrant,
    filter: IndexFilter | undefined,
    numbers: { version: number; nextChunk: number; nextDoc: number },
  ): Uint8Array {
    const key = JSON.stringify([grant.hash, filter ?? null]);
    const known = this.#kept.get(key);
    if (known?.version === numbers.version) return known.admitted;
    const admitted = compute(db, columns, grant, filter, numbers);
    this.#kept.delete(key);
    this.#kept.set(key, { version: numbers.version, admitted });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(oldest);
    }
    return admitted;
  }

  forget(): void {
    this.#kept.clear();
  }
}

function compute(
  db: Database,
  columns: Columns,
  grant: AccessGrant,
  filter: IndexFilter | undefined,
  { nextChunk, nextDoc }: { nextChunk: number; nextDoc: number },
): Uint8Array {
  const admitted = new Uint8Array(nextChunk);
  if (grant.aclIds.length === 0) return admitted;
  const allowed = new Uint8Array((grant.aclIds.at(-1) ?? 0) + 1);
  for (const id of grant.aclIds) allowed[id] = 1;
  const matching = matchingDocs(db, columns, filter, nextDoc);
  const acl = columns.acl.values;
  const doc = columns.doc.values;
  for (let chunk = 0; chunk < nextChunk; chunk++) {
    const id = acl[chunk] ?? -1;
    // An id beyond the map, a dead slot (-1) and a gap are all "no".
    if (id >= 0 && allowed[id] === 1 && (!matching || matching[doc[chunk] ?? 0] === 1)) admitted[chunk] = 1;
  }
  return admitted;
}
