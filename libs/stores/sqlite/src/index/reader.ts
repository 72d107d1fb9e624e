import type { AccessGrant, IndexFilter } from '@fumikura/ports';
import type { Database } from '../database.ts';
import type { DenseIndex } from '../dense/dense-index.ts';
import { Admission } from './admission.ts';
import { Columns } from './columns.ts';
import { DeltaCache } from './delta.ts';
import { DocumentIds } from './document-ids.ts';
import { readMeta } from './meta.ts';
import type { IndexMeta } from './meta.ts';
import type { TermSource } from './scan-term.ts';
import { Scratch } from './scratch.ts';

/** What every question to the index needs in memory, as of the last refresh; one for a connection. */
export class IndexReader {
  readonly db: Database;
  readonly dense: DenseIndex;
  readonly columns = new Columns();
  readonly delta = new DeltaCache();
  readonly scratch = new Scratch();
  readonly #admission = new Admission();
  readonly #documentIds = new DocumentIds();
  #meta: IndexMeta;
  #dataVersion = -1;

  constructor(db: Database, dense: DenseIndex) {
    this.db = db;
    this.dense = dense;
    this.#meta = readMeta(db);
  }

  get meta(): IndexMeta {
    return this.#meta;
  }

  get source(): TermSource {
    return { db: this.db, delta: this.delta, columns: this.columns, meta: this.#meta };
  }

  /** Inside a transaction, before anything else is asked in it. Cost: what changed since the last time. */
  refresh(): void {
    const dataVersion = this.db.dataVersion();
    if (dataVersion === this.#dataVersion) return;
    const meta = readMeta(this.db);
    // Older than what was seen: another file lies under the same name.
    if (meta.version < this.#meta.version || meta.epoch !== this.#meta.epoch) this.forget();
    this.#meta = meta;
    this.columns.refresh(this.db, meta.version);
    this.delta.refresh(this.db);
    this.dense.refresh();
    this.#dataVersion = dataVersion;
  }

  /** One byte per chunk, 1 = may be shown; shared, so it must not be changed. */
  admitted(grant: AccessGrant, filter: IndexFilter | undefined): Uint8Array {
    return this.#admission.admitted(this.db, this.columns, grant, filter, this.#meta);
  }

  /** `data_version` does not tell a connection of its own commits. */
  markStale(): void {
    this.#dataVersion = -1;
  }

  /** What was read inside a transaction that is gone must not be used. */
  forget(): void {
    this.columns.forget();
    this.delta.forget();
    this.#admission.forget();
    this.#documentIds.forget();
    this.#dataVersion = -1;
  }

  documentIds(docs: readonly number[]): ReadonlyMap<number, string> {
    return this.#documentIds.of(this.db, docs);
  }
}
