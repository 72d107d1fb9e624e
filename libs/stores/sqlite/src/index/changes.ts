import { LEXICAL_WEIGHTS } from '@fumikura/ports';
import type { AccessGrant, AnswerChanges, Candidate, KnownAnswer, SearchRequest } from '@fumikura/ports';
import { isSameFingerprint } from '../dense/fingerprints.ts';
import { candidateOf } from './candidate-search.ts';
import { Cosines } from './cosines.ts';
import { LexicalScan } from './lexical.ts';
import { readMark, readStatistics, writeMark } from './mark.ts';
import type { Statistics } from './mark.ts';
import { vectorsSince } from './meta.ts';
import type { IndexMeta } from './meta.ts';
import type { IndexReader } from './reader.ts';
import { scanTermSince } from './scan-term.ts';
import { matchingDocs } from './values.ts';

/** Chunks looked at: above, a search is not much dearer. A cosine costs a row. */
const MOST_CHUNKS = 5_000;
const MOST_VECTORS = 500;
/** Written since the frequencies of words were taken, as a share of the index; few documents never count. */
const DRIFT = { share: 0.1, least: 20 };

/** See SearchIndex.changesSince; inside a reading transaction, after a refresh. */
export function changesSince(
  reader: IndexReader,
  { request, mark, statistics, documentIds }: KnownAnswer,
  grant: AccessGrant,
): AnswerChanges | undefined {
  const { meta } = reader;
  const known = readMark(mark);
  if (known.epoch !== (meta.epoch ?? '')) return undefined;
  if (known.version === meta.version) return { mark, gone: [], candidates: [] };
  const from = request.dense ? vectorsSince(meta, known.version) : meta.nextChunk;
  if (from === undefined || (meta.readersAt ?? -1) > known.version) return undefined;
  const scored = statistics === undefined ? undefined : readStatistics(statistics);
  if (scored && hasDrifted(meta, scored.meta)) return undefined;
  const firstFresh = Math.min(from, known.nextChunk);
  const candidates = freshCandidates(reader, request, grant, firstFresh, scored);
  return candidates && { mark: writeMark(meta), gone: goneOf(reader, documentIds, firstFresh), candidates };
}

function hasDrifted({ nextDoc, documents }: IndexMeta, scored: IndexMeta): boolean {
  return nextDoc - scored.nextDoc > Math.max(DRIFT.least, DRIFT.share * documents);
}

function goneOf(reader: IndexReader, ids: readonly string[], firstFresh: number): string[] {
  const rows = reader.db.all<{ id: string; doc: number }>(
    'SELECT d.id, d.doc FROM json_each(?) AS key JOIN index_doc AS d ON d.id = key.value',
    JSON.stringify(ids),
  );
  const { firstChunk } = reader.columns.docs;
  const same = rows.filter(({ doc }) => (firstChunk.values[doc] ?? 0) < firstFresh);
  const standing = new Set(same.map(({ id }) => id));
  return ids.filter((id) => !standing.has(id));
}

/** Undefined when there are too many, or when only a search can tell. */
function freshCandidates(
  reader: IndexReader,
  { lexical, dense, filter, conditions }: SearchRequest,
  grant: AccessGrant,
  from: number,
  scored: Statistics | undefined,
): Candidate[] | undefined {
  const { columns, meta, source, scratch } = reader;
  if (meta.nextChunk - from > MOST_CHUNKS) return undefined;
  const { admitted, chunks } = admittedFrom(reader, filter, grant, from);
  if (chunks.length === 0) return [];
  if (conditions || !(lexical ?? dense) || (lexical && !scored)) return undefined;
  if (dense && chunks.length > MOST_VECTORS) return undefined;
  const docs = [...new Set(chunks.map((chunk) => columns.doc.values[chunk] ?? 0))];
  const weights = lexical?.weights ?? LEXICAL_WEIGHTS;
  const first = { chunk: from, doc: docs[0] ?? 0 };
  const terms = (scored && lexical?.query.terms)?.flatMap(
    (term) => scanTermSince(source, term, weights, first, scored) ?? [],
  );
  if (!dense && terms?.length === 0) return [];
  const scan = new LexicalScan(source, admitted, scratch);
  scan.runAll(terms ?? []);
  const cosines = new Cosines(reader, admitted);
  if (dense) {
    const bound = reader.dense.fingerprint();
    if (!bound || !isSameFingerprint(bound, dense.fingerprint)) return undefined;
    cosines.ofChunks(dense.vector, chunks);
  }
  const leads = dense && cosines.leads(dense.vector, docs);
  const ids = reader.documentIds(docs);
  const found = docs.map((doc) =>
    candidateOf(ids.get(doc) ?? '', {
      lexical: scan.score(doc, weights),
      furtherChunks: scan.furtherChunks(doc),
      dense: cosines.of(doc),
      lead: leads?.get(doc),
    }),
  );
  return found.filter((each) => each.lexical > 0 || dense);
}

function admittedFrom(
  { db, columns, meta }: IndexReader,
  filter: SearchRequest['filter'],
  grant: AccessGrant,
  from: number,
): { readonly admitted: Uint8Array; readonly chunks: readonly number[] } {
  const allowed = new Set(grant.aclIds);
  const admitted = new Uint8Array(meta.nextChunk);
  const readable: number[] = [];
  for (let chunk = from; chunk < meta.nextChunk; chunk++)
    if (allowed.has(columns.acl.values[chunk] ?? -1)) readable.push(chunk);
  const matching = readable.length > 0 ? matchingDocs(db, columns, filter, meta.nextDoc) : undefined;
  const isMatching = (chunk: number) => !matching || matching[columns.doc.values[chunk] ?? 0] === 1;
  const chunks = readable.filter(isMatching);
  for (const chunk of chunks) admitted[chunk] = 1;
  return { admitted, chunks };
}
