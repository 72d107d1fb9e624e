import { promisify } from 'node:util';
import { zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { Chunk, DocumentId, EarlierText, Section, SourceId, TextHistory } from '@fumikura/model';
import { historyOf } from '@fumikura/model';
import type { DocumentRecord, DocumentWrite, StoredHead, StoredText } from '@fumikura/ports';
import { unescaped } from '../keys.ts';
import { parseAcl } from './acls.ts';

const [compressApart, decompressApart] = [promisify(zstdCompress), promisify(zstdDecompress)];
/** The asynchronous form costs a millisecond of its own, twenty times what a page takes; only large texts would keep others waiting. */
const MOST_BYTES = 131_072;
const MOST_COMPRESSED_BYTES = 32_768;

interface Structure {
  readonly outline: readonly Section[];
  readonly chunks: readonly Chunk[];
  readonly defaultChunks?: readonly Chunk[];
  readonly history?: TextHistory;
}

/** What is in a document's place before a change. */
export interface Before {
  readonly id: DocumentId;
  readonly source: SourceId;
  readonly aclId: number;
  readonly aclVersion: number;
  readonly version: number;
  readonly chunks: number;
  readonly head: StoredHead;
}

export interface PackedDocument extends Before {
  readonly write: DocumentWrite;
  readonly text: Buffer;
  readonly structure: Buffer;
  /** Where it stays as it was. */
  readonly syncedAt?: string;
}

export interface Row {
  readonly id: string;
  readonly source: SourceId;
  readonly acl_id: number;
  readonly acl_version: number;
  readonly version: number;
  readonly source_version: string;
  readonly content_hash: string;
  readonly similarity: string;
  readonly synced_at: string;
  readonly chunks: number;
  readonly head: string;
  readonly acl: string;
}

/** Compressing takes time: done before the transaction begins. */
export async function pack(
  write: DocumentWrite,
  numbers: Pick<Before, 'aclId' | 'aclVersion' | 'version'>,
  earlier: EarlierText | undefined,
): Promise<PackedDocument> {
  const { id, source, version: _, acl: __, contentHash: ___, text, outline, ...head } = write.document;
  const { chunks, defaultChunks, isRecut } = write;
  const history = write.history ?? historyOf(write.document, earlier, new Date().toISOString());
  const structure: Structure = { outline, chunks, ...(defaultChunks && { defaultChunks }), history };
  return {
    ...numbers,
    id,
    source,
    head,
    chunks: chunks.length,
    write,
    ...(isRecut && earlier && { syncedAt: earlier.syncedAt }),
    text: await compress(Buffer.from(text, 'utf8')),
    structure: await compress(Buffer.from(JSON.stringify(structure), 'utf8')),
  };
}

export function recordOf(row: Row): DocumentRecord {
  return {
    ...(JSON.parse(row.head) as StoredHead),
    id: row.id,
    source: row.source,
    version: unescaped(row.source_version),
    contentHash: unescaped(row.content_hash),
    acl: parseAcl(row.acl),
    aclId: row.acl_id,
    similarity: row.similarity,
    syncedAt: row.synced_at,
  };
}

export function beforeOf(row: Row): Before {
  return {
    id: row.id,
    source: row.source,
    aclId: row.acl_id,
    aclVersion: row.acl_version,
    version: row.version,
    chunks: row.chunks,
    head: JSON.parse(row.head) as StoredHead,
  };
}

export async function storedText(row: { id: string; text: Buffer; structure: Buffer }): Promise<StoredText> {
  const [text, structure] = await Promise.all([decompress(row.text), decompress(row.structure)]);
  return {
    id: row.id,
    text: text.toString('utf8'),
    ...(JSON.parse(structure.toString('utf8')) as Structure),
  };
}

async function compress(bytes: Buffer): Promise<Buffer> {
  return bytes.length <= MOST_BYTES ? zstdCompressSync(bytes) : compressApart(bytes);
}

async function decompress(bytes: Buffer): Promise<Buffer> {
  return bytes.length <= MOST_COMPRESSED_BYTES ? zstdDecompressSync(bytes) : decompressApart(bytes);
}
