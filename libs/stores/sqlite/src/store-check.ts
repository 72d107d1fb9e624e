import type { Damage } from '@fumikura/ports';
import type { Database } from './database.ts';

const REBUILD = 'Rebuild the index: fumi doctor --rebuild.';
const RESTORE = 'Restore a backup, or delete the database and run "fumi sync".';

/** Pages and rows of the file itself; reads all of it. */
export function checkFile(db: Database): Damage[] {
  return db
    .all<{ quick_check: string }>('PRAGMA quick_check(10)')
    .filter(({ quick_check: what }) => what !== 'ok')
    .map(({ quick_check: what }) => ({ what, remedy: RESTORE }));
}

/** What the catalog says twice, and what it and the index say of the same documents. Inside a transaction. */
export function checkCatalog(db: Database): Damage[] {
  return CHECKS.flatMap(({ what, sql, remedy }) => {
    const wrong = db.get<{ n: number }>(sql)?.n ?? 0;
    return wrong > 0 ? [{ what: `${wrong} ${what}`, remedy }] : [];
  });
}

const CHECKS: readonly { readonly what: string; readonly sql: string; readonly remedy: string }[] = [
  {
    what: 'documents are not in the index',
    sql: 'SELECT count(*) AS n FROM document WHERE id NOT IN (SELECT id FROM index_doc)',
    remedy: REBUILD,
  },
  {
    // An index that is used alone has no documents in the catalog, and that is no damage.
    what: 'documents of the index are not in the catalog',
    sql: `SELECT count(*) AS n FROM index_doc WHERE id NOT IN (SELECT id FROM document)
          AND EXISTS (SELECT 1 FROM document)`,
    remedy: REBUILD,
  },
  {
    what: 'documents have no text',
    sql: 'SELECT count(*) AS n FROM document WHERE doc NOT IN (SELECT doc FROM document_text)',
    remedy: RESTORE,
  },
  {
    what: 'texts belong to no document',
    sql: 'SELECT count(*) AS n FROM document_text WHERE doc NOT IN (SELECT doc FROM document)',
    remedy: RESTORE,
  },
  {
    what: 'documents have an unknown ACL, which admits nobody',
    sql: 'SELECT count(*) AS n FROM document WHERE acl_id NOT IN (SELECT acl_id FROM acl)',
    remedy: 'Sync their source anew.',
  },
  {
    what: 'ACLs have another number of lists than they state, and admit nobody',
    sql: `SELECT count(*) AS n FROM acl
          WHERE lists <> (SELECT count(*) FROM acl_list WHERE acl_list.acl_id = acl.acl_id)`,
    remedy: RESTORE,
  },
  {
    what: 'sources state another number of documents or chunks than they have',
    sql: `SELECT count(*) AS n FROM source WHERE documents <> (SELECT count(*) FROM document d WHERE d.source = source.id)
          OR chunks <> (SELECT coalesce(sum(d.chunks), 0) FROM document d WHERE d.source = source.id)`,
    remedy: RESTORE,
  },
  {
    what: 'values of the field "source" are counted wrongly',
    sql: `SELECT count(*) AS n FROM (
            SELECT value, acl_id, documents FROM facet WHERE field = 'source'
            EXCEPT SELECT source, acl_id, count(*) FROM document GROUP BY source, acl_id)`,
    remedy: RESTORE,
  },
];
