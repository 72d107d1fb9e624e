import type { SourceId } from '@fumikura/model';
import { filterableValues } from '@fumikura/ports';
import type { FieldValue, Filterable, FilterField } from '@fumikura/ports';
import type { Database } from '../database.ts';

/** How many documents of each ACL carry a value, kept with every write: counting for a caller touches no document. */
export class Facets {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Inside a transaction. */
  add(source: SourceId, document: Filterable, aclId: number): void {
    for (const [field, value] of filterableValues(source, document)) {
      this.#db.run(
        `INSERT INTO facet(field, value, acl_id, documents) VALUES(?, ?, ?, 1)
         ON CONFLICT(field, value, acl_id) DO UPDATE SET documents = documents + 1`,
        ...[field, value, aclId],
      );
    }
  }

  /** Inside a transaction. */
  remove(source: SourceId, document: Filterable, aclId: number): void {
    for (const key of filterableValues(source, document)) {
      const left = this.#db.get<{ documents: number }>(
        `UPDATE facet SET documents = documents - 1 WHERE field = ? AND value = ? AND acl_id = ? RETURNING documents`,
        ...[...key, aclId],
      );
      if (left && left.documents <= 0)
        this.#db.run('DELETE FROM facet WHERE field = ? AND value = ? AND acl_id = ?', ...key, aclId);
    }
  }

  /** By descending count, then by value. Cost: one row per value and ACL. */
  values(field: FilterField, admits: (aclId: number) => boolean, limit: number): FieldValue[] {
    const counts = new Map<string, number>();
    for (const row of this.#db.iterate<{ value: string; acl_id: number; documents: number }>(
      'SELECT value, acl_id, documents FROM facet WHERE field = ?',
      field,
    )) {
      if (admits(row.acl_id)) counts.set(row.value, (counts.get(row.value) ?? 0) + row.documents);
    }
    const values = [...counts].map(([value, documents]) => ({ value, documents }));
    return values.sort((a, b) => b.documents - a.documents || (a.value < b.value ? -1 : 1)).slice(0, limit);
  }
}
