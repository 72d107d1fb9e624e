import { AppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import { readGrant } from '@fumikura/ports';
import type { AccessFilter, AccessGrant, Catalog, DocumentRecord, Passage } from '@fumikura/ports';
import type { Connection } from '../connection.ts';
import type { CheckedRow, DocumentStore } from './documents.ts';
import { fieldValues } from './facets.ts';
import { admits } from './standings.ts';
import type { Standings } from './standings.ts';

interface CheckedParts {
  readonly connection: Connection;
  readonly standings: Standings;
  readonly documents: DocumentStore;
}

/** Everything here passes the second check: today's lists, not the ones of the grant. */
export function readsOfCallers({
  connection,
  standings,
  documents,
}: CheckedParts): Pick<Catalog, 'readable' | 'text' | 'passages' | 'fieldValues'> {
  /** Records and texts are of one moment: no text of a version that was not the one checked. */
  const checkedTexts = async (ids: readonly DocumentId[], access: AccessFilter) => {
    const { principals } = granted(access);
    const [rows, texts] = await connection.snapshot(async (db) => [
      await documents.checked(db, ids),
      await documents.texts(db, ids),
    ]);
    const records = await admitted(standings, rows, principals);
    return new Map(records.map(({ id }) => [id, texts.get(id)]));
  };
  return {
    readable: async (ids, access) => {
      const { principals } = granted(access);
      return admitted(standings, await connection.read((db) => documents.checked(db, ids)), principals);
    },
    text: async (id, access) => (await checkedTexts([id], access)).get(id),
    passages: async (wanted, access) => {
      const texts = await checkedTexts([...new Set(wanted.map(({ documentId }) => documentId))], access);
      return wanted.map(({ documentId, ordinal }): Passage | undefined => {
        const stored = texts.get(documentId);
        const chunk = stored?.chunks.find((each) => each.ordinal === ordinal);
        return stored && chunk ? { chunk, text: stored.text.slice(chunk.start, chunk.end) } : undefined;
      });
    },
    fieldValues: async (field, access, limit) => {
      const { aclIds } = await standings.readable(granted(access).principals);
      return connection.read((db) => fieldValues(db, connection, field, aclIds, limit));
    },
  };
}

async function admitted(
  standings: Standings,
  rows: readonly CheckedRow[],
  principals: AccessGrant['principals'],
): Promise<DocumentRecord[]> {
  const version = rows[0]?.accessVersion;
  if (version === undefined) return [];
  const standing = await standings.standingAt(version, principals);
  return rows.filter(({ aclId, aclLists }) => admits(standing, aclId, aclLists)).map(({ record }) => record);
}

/** @throws AppError ACCESS_FILTER_INVALID (internal) for anything that `access` did not make */
function granted(filter: AccessFilter): AccessGrant {
  const grant = readGrant(filter);
  if (grant) return grant;
  throw new AppError('ACCESS_FILTER_INVALID', 'internal', 'an access filter that access did not make');
}
