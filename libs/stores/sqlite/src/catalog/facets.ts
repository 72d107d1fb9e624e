import type { SourceId } from '@fumikura/model';
import type { FieldValue, FilterField } from '@fumikura/ports';
import type { Database } from '../database.ts';

/** What of a document can be filtered by. */
export interface Filterable {
  readonly kind: string;
  readonly language: string;
  readonly authors?: readonly string[];
  readonly labels?: readonly string[];
  readonly breadcrumbs?: readonly string[];
}

/** How many documents of each ACL carry a value, kept with every write: counting for a caller touches no document. */
export class Facets {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Inside a transaction. */
  add(source: SourceId, document: Filterable, aclId: number): void {
    for (const [field, value] of valuesOf(source, document)) {
      this.#db.run(
        `INSERT INTO facet(field, value, acl_id, documents) VALUES(?, ?, ?, 1)
         ON CONFLICT(field, value, acl_id) DO UPDATE SET documents = documents + 1`,
        ...[field, value, aclId],
      );
    }
  }

  /** Inside a transaction. */
  remove(source: SourceId, document: Filterable, aclId: number): void {
    for (const key of valuesOf(source, document)) {
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

/** Each field and value once, whatever the document repeats. */
export function valuesOf(
  source: SourceId,
  { kind, language, authors, labels, breadcrumbs = [] }: Filterable,
): (readonly [FilterField, string])[] {
  return [
    ['source', source],
    ['kind', kind],
    ['language', language],
    ...[...new Set(authors)].map((author) => ['author', author] as const),
    ...[...new Set(labels)].map((label) => ['label', label] as const),
    ...breadcrumbs
      .slice(0, 1)
      .filter(Boolean)
      .map((space) => ['space', space] as const),
  ];
}
