import { LEXICAL_WEIGHTS } from '@fumikura/ports';
import type { AccessGrant, Candidate, SearchAnswer, SearchRequest } from '@fumikura/ports';
import { NO_TIME } from './columns.ts';
import { MAX_COMPARED, meeting, openTest } from './conditions.ts';
import type { TextOf } from './conditions.ts';
import { Cosines } from './cosines.ts';
import { LexicalScan } from './lexical.ts';
import type { LexicalScore } from './lexical.ts';
import { writeMark, writeStatistics } from './mark.ts';
import { readableSums } from './readable-sums.ts';
import type { IndexReader } from './reader.ts';
import { idf } from './scan-term.ts';
import { TopK } from './top-k.ts';
import { isRead } from './written-words.ts';

/** Whether a document may be a hit, by what only its text tells. */
type Meets = (doc: number) => boolean;

/** What a caller may be shown of what is asked. */
interface Scope {
  readonly admitted: Uint8Array;
  readonly grant: AccessGrant;
  readonly meets: Meets;
}

/** Answers searches of one connection: both sides, each within what is admitted, joined by document. */
export class CandidateSearch {
  readonly #reader: IndexReader;
  readonly #textOf: TextOf;

  constructor(reader: IndexReader, textOf: TextOf) {
    this.#reader = reader;
    this.#textOf = textOf;
  }

  /** Inside a reading transaction, after a refresh. */
  search(request: SearchRequest, grant: AccessGrant, shouldStop: () => boolean): SearchAnswer {
    const reader = this.#reader;
    const { version, chunks } = reader.meta;
    if (grant.aclIds.length === 0 || chunks === 0) return { candidates: [], indexVersion: version };
    const admitted = meeting(reader, request.conditions, reader.admitted(grant, request.filter));
    const comparison = this.#comparison(request);
    const isQuestion = request.lexical !== undefined || request.dense !== undefined;
    const found = isQuestion
      ? this.#candidates(request, { admitted, grant, meets: comparison.meets }, shouldStop)
      : { candidates: this.#newest(request.candidates, admitted, comparison.meets) };
    return {
      ...found,
      indexVersion: version,
      // What was scored by the caller's own numbers is not comparable with what comes later.
      ...(request.statistics === undefined && { mark: writeMark(reader.meta) }),
      ...(comparison.isCut() && { comparedAtMost: MAX_COMPARED }),
    };
  }

  /** Each document is compared once; those beyond the bound are no hits. */
  #comparison({ conditions }: SearchRequest): { readonly meets: Meets; isCut(): boolean } {
    const test = openTest(conditions, this.#textOf);
    if (!test) return { meets: () => true, isCut: () => false };
    const known = new Map<number, boolean>();
    let isCut = false;
    const compare = (doc: number): boolean => {
      if (known.size >= MAX_COMPARED) {
        isCut = true;
        return false;
      }
      const met = test(this.#reader.documentIds([doc]).get(doc) ?? '');
      known.set(doc, met);
      return met;
    };
    return { meets: (doc) => known.get(doc) ?? compare(doc), isCut: () => isCut };
  }

  #candidates(
    { lexical, dense, candidates, denseCandidates, conditions, statistics }: SearchRequest,
    { admitted, grant, meets }: Scope,
    shouldStop: () => boolean,
  ): Pick<SearchAnswer, 'candidates' | 'rarity' | 'statistics'> {
    const reader = this.#reader;
    const scan = new LexicalScan(reader.source, admitted, reader.scratch);
    const weights = lexical?.weights ?? LEXICAL_WEIGHTS;
    const readable = statistics && readableSums(reader, reader.admitted(grant, undefined));
    const { chunks } = (readable ?? reader).meta;
    const cosines = new Cosines(reader, admitted);
    if (dense)
      cosines.scan(dense, Math.max(candidates, denseCandidates ?? denseCandidatesOf(chunks)), shouldStop);
    const required = cosines.documents().filter(meets).slice(0, candidates);
    // With conditions left open more are needed than are wanted: some will not meet them.
    const scanned = conditions ? Math.max(candidates, MAX_COMPARED) : candidates;
    if (lexical) scan.run(lexical.query, { weights, candidates: scanned, required, shouldStop, readable });
    const { frequencies } = scan;
    const rarity = readable ? scan.rarity : this.#rarityFor(scan.rarity, grant);
    if (shouldStop()) return { candidates: [], rarity };
    const best = lexical ? firstMeeting(scan.best(scanned, weights), meets, candidates) : [];
    if (dense) cosines.rescore(dense.vector, best, (doc) => scan.bestSlot(doc));
    const docs = [...new Set([...best, ...required])];
    const leads = dense && cosines.leads(dense.vector, docs);
    const ids = reader.documentIds(docs);
    const found = docs
      .map((doc) =>
        candidateOf(ids.get(doc) ?? '', {
          lexical: scan.score(doc, weights),
          furtherChunks: scan.furtherChunks(doc),
          dense: cosines.of(doc),
          lead: leads?.get(doc),
        }),
      )
      .sort(byScores);
    return {
      candidates: found,
      rarity,
      ...(!readable && { statistics: writeStatistics({ meta: reader.meta, frequencies }) }),
    };
  }

  /** To its asker a word that only hidden documents have is one that no document has: what follows from it would tell. */
  #rarityFor(rarity: ReadonlyMap<string, number>, grant: AccessGrant): ReadonlyMap<string, number> {
    const reader = this.#reader;
    const readable = reader.admitted(grant, undefined);
    const unknown = idf(reader.meta.nextDoc, 0);
    return new Map(
      [...rarity].map(([term, value]) => [term, isRead(reader, term, readable) ? value : unknown]),
    );
  }

  /** By time of change; documents without one come last. */
  #newest(count: number, admitted: Uint8Array, meets: Meets): Candidate[] {
    const { docs } = this.#reader.columns;
    const wanted = new TopK(Math.max(count, MAX_COMPARED));
    for (let doc = 0; doc < this.#reader.meta.nextDoc; doc++) {
      if (admitted[docs.firstChunk.values[doc] ?? 0] !== 1 || (docs.slots.values[doc] ?? 0) === 0) continue;
      wanted.offer(doc, docs.updated.values[doc] ?? NO_TIME);
    }
    const found = wanted
      .take()
      .map(({ key }) => ({ doc: key }))
      .values();
    const first = firstMeeting([...found], meets, count);
    const ids = this.#reader.documentIds(first);
    return first.map((doc) => ({
      documentId: ids.get(doc) ?? '',
      lexical: 0,
      parts: { document: 0, chunk: 0, title: 0 },
      chunkOrdinal: -1,
    }));
  }
}

function denseCandidatesOf(chunks: number): number {
  return chunks > 100_000 ? 400 : 200;
}

function firstMeeting(ranked: readonly { readonly doc: number }[], meets: Meets, count: number): number[] {
  const first: number[] = [];
  for (const { doc } of ranked) {
    if (first.length >= count) break;
    if (meets(doc)) first.push(doc);
  }
  return first;
}

interface DocumentScores {
  readonly lexical: LexicalScore;
  readonly furtherChunks: number;
  readonly dense: { readonly cosine: number; readonly slot: number } | undefined;
  readonly lead: number | undefined;
}

export function candidateOf(
  documentId: string,
  { lexical, furtherChunks, dense, lead }: DocumentScores,
): Candidate {
  const { total, document, chunk, title, bestSlot } = lexical;
  return {
    documentId,
    lexical: total,
    parts: { document, chunk, title },
    chunkOrdinal: bestSlot,
    furtherChunks,
    ...(dense && { cosine: dense.cosine, denseChunkOrdinal: dense.slot }),
    ...(lead !== undefined && { leadCosine: lead }),
  };
}

function byScores(a: Candidate, b: Candidate): number {
  return b.lexical - a.lexical || (b.cosine ?? 0) - (a.cosine ?? 0) || (a.documentId < b.documentId ? -1 : 1);
}
