import type { SourceId } from '@fumikura/model';
import { filterableValues } from '@fumikura/ports';
import type { FieldValue, Filterable, FilterField } from '@fumikura/ports';
import { sql } from 'kysely';
import type { Connection, Executor } from '../connection.ts';
import { keyOf, storable } from '../keys.ts';

interface Change {
  readonly field: FilterField;
  readonly value: string;
  readonly aclId: number;
  documents: number;
}

/** Collects by how many documents each value of each ACL grows or shrinks in one transaction. */
export class FacetChanges {
  readonly #changes = new Map<string, Change>();

  add(source: SourceId, document: Filterable, aclId: number, documents: 1 | -1): void {
    for (const [field, text] of filterableValues(source, document)) {
      const value = storable(text);
      const key = JSON.stringify([field, value, aclId]);
      const change = this.#changes.get(key) ?? { field, value, aclId, documents: 0 };
      change.documents += documents;
      this.#changes.set(key, change);
    }
  }

  /** Rows are locked in one order everywhere, so that two transactions never wait for each other. */
  async write(db: Executor, connection: Connection): Promise<void> {
    const changes = [...this.#changes.values()].filter(({ documents }) => documents !== 0);
    if (changes.length === 0) return;
    const table = connection.table('facet');
    const keys = changes.map(({ value }) => keyOf(value));
    await sql`INSERT INTO ${table} AS f(field, key, acl_id, value, documents)
      SELECT * FROM unnest(${changes.map(({ field }) => field)}::text[], ${keys}::bytea[],
        ${changes.map(({ aclId }) => aclId)}::int[], ${changes.map(({ value }) => value)}::text[],
        ${changes.map(({ documents }) => documents)}::bigint[]) AS c(field, key, acl_id, value, documents)
      ORDER BY field, key, acl_id
      ON CONFLICT (field, key, acl_id) DO UPDATE SET documents = f.documents + excluded.documents`.execute(
      db,
    );
    const shrunk = changes.filter(({ documents }) => documents < 0);
    if (shrunk.length === 0) return;
    await sql`DELETE FROM ${table} AS f USING unnest(${shrunk.map(({ field }) => field)}::text[],
        ${shrunk.map(({ value }) => keyOf(value))}::bytea[], ${shrunk.map(({ aclId }) => aclId)}::int[]) AS c(field, key, acl_id)
      WHERE f.field = c.field AND f.key = c.key AND f.acl_id = c.acl_id AND f.documents <= 0`.execute(db);
  }
}

/** By descending count, then by value. Cost: one row per value and ACL. */
export async function fieldValues(
  db: Executor,
  connection: Connection,
  field: FilterField,
  aclIds: Uint32Array,
  limit: number,
): Promise<FieldValue[]> {
  const { rows } = await sql<FieldValue>`
    SELECT f.value, sum(f.documents)::bigint AS documents FROM ${connection.table('facet')} AS f
    WHERE f.field = ${field} AND f.acl_id = ANY(${[...aclIds]}::int[])
    GROUP BY f.value ORDER BY 2 DESC, 1 LIMIT ${limit}`.execute(db);
  return rows;
}
