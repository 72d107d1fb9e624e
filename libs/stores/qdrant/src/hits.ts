import type { DocumentId } from '@fumikura/model';
import type { AccessGrant, Candidate, ConfirmedOf, LexicalWeights } from '@fumikura/ports';
import { pointId } from './points.ts';

export type Part = 'document' | 'title' | 'chunk' | 'dense';

export interface Hit {
  readonly doc: DocumentId;
  readonly ver: number;
  readonly ord: number;
  readonly aclId: number;
  /** Of its document. */
  readonly chunks: number;
  readonly score: number;
}

interface Best {
  readonly score: number;
  readonly ord: number;
}

/** Sets of thousands of ids; a caller's rights stay the same object from search to search. */
const allowedSets = new WeakMap<Uint32Array, ReadonlySet<number>>();

function allowedBy({ aclIds }: AccessGrant): ReadonlySet<number> {
  const known = allowedSets.get(aclIds) ?? new Set(aclIds);
  allowedSets.set(aclIds, known);
  return known;
}

/** Which version of a document counts: the confirmed one, or the highest that was met where nobody confirms. */
export class Versions {
  readonly #confirmed: ConfirmedOf | undefined;
  readonly #allowed: ReadonlySet<number>;
  readonly #chosen = new Map<DocumentId, number>();
  #isOvertaken = false;

  constructor(grant: AccessGrant, confirmed: ConfirmedOf | undefined) {
    this.#confirmed = confirmed;
    this.#allowed = allowedBy(grant);
  }

  /** Hits that count. What the server let through is tested again, and against what the catalog says now. */
  async among(hits: readonly Hit[]): Promise<Hit[]> {
    const admitted = hits.filter(({ aclId }) => this.#allowed.has(aclId));
    await this.#choose(admitted);
    const highest = new Map<DocumentId, number>();
    for (const { doc, ver } of admitted) highest.set(doc, Math.max(ver, highest.get(doc) ?? 0));
    this.#isOvertaken ||= [...highest].some(([doc, ver]) => (this.#chosen.get(doc) ?? 0) > ver);
    return admitted.filter(({ doc, ver }) => this.#chosen.get(doc) === ver);
  }

  /** A list told of a document only what counted before: it was written between the list and the look at the catalog. */
  get isOvertaken(): boolean {
    return this.#isOvertaken;
  }

  async #choose(hits: readonly Hit[]): Promise<void> {
    const unknown = hits.filter(({ doc }) => !this.#chosen.has(doc));
    if (unknown.length === 0) return;
    if (!this.#confirmed) {
      for (const { doc, ver } of unknown) this.#chosen.set(doc, Math.max(ver, this.#chosen.get(doc) ?? 0));
      return;
    }
    const ids = [...new Set(unknown.map(({ doc }) => doc))];
    const states = await this.#confirmed(ids);
    for (const id of ids) {
      const state = states.get(id);
      const isShown = state !== undefined && this.#allowed.has(state.aclId);
      this.#chosen.set(id, isShown ? state.version : Number.NaN);
    }
  }
}

/** Scores of documents by part, as they come in list by list. */
export class ScoreBoard {
  readonly #scores: Readonly<Record<Part, Map<DocumentId, Best>>> = {
    document: new Map(),
    title: new Map(),
    chunk: new Map(),
    dense: new Map(),
  };
  /** What else hits say of their documents. */
  readonly #facts = new Map<DocumentId, Pick<Hit, 'ver' | 'aclId' | 'chunks'>>();
  /** Cosines of first chunks. */
  readonly #leads = new Map<DocumentId, number>();
  /** A document that is not among them has at most so much; nothing of lists that were read to their end. */
  readonly #cuts = new Map<Part, number>();

  add(part: Part, hits: readonly Hit[]): void {
    const scores = this.#scores[part];
    if (part === 'dense') this.addLeads(hits.filter(({ ord }) => ord === 0));
    for (const { doc, ver, ord, score, aclId, chunks } of hits) {
      this.#facts.set(doc, { ver, aclId, chunks });
      const known = scores.get(doc);
      // Of equal chunks the first one, whatever order they come in.
      if (!known || score > known.score || (score === known.score && ord < known.ord))
        scores.set(doc, { score, ord });
    }
  }

  /** @param score the lowest of a list that was cut; undefined when it came to its end */
  cutAt(part: Part, score: number | undefined): void {
    if (score === undefined) this.#cuts.delete(part);
    else this.#cuts.set(part, score);
  }

  addLeads(hits: readonly Hit[]): void {
    for (const { doc, score } of hits) this.#leads.set(doc, score);
  }

  aclIdOf(doc: DocumentId): number | undefined {
    return this.#facts.get(doc)?.aclId;
  }

  /** Ids of the points of their first chunks, which hold what there is once a document. */
  firsts(docs: readonly DocumentId[]): string[] {
    return this.#points(docs, () => 1);
  }

  /** Ids of all their points. */
  pointsOf(docs: readonly DocumentId[]): string[] {
    return this.#points(docs, (chunks) => chunks);
  }

  #points(docs: readonly DocumentId[], countOf: (chunks: number) => number): string[] {
    return docs.flatMap((doc) => {
      const known = this.#facts.get(doc);
      if (!known) return [];
      return Array.from({ length: countOf(known.chunks) }, (_, ord) => pointId(doc, known.ver, ord));
    });
  }

  chunksOf(docs: readonly DocumentId[]): number {
    return docs.reduce((sum, doc) => sum + (this.#facts.get(doc)?.chunks ?? 0), 0);
  }

  withoutLead(docs: readonly DocumentId[]): DocumentId[] {
    return docs.filter((doc) => !this.#leads.has(doc));
  }

  isWhole(part: Part): boolean {
    return !this.#cuts.has(part);
  }

  /** Whether no document that stands in no list can be among the best `count` by this part. */
  isSettled(part: Part, count: number, weights: LexicalWeights): boolean {
    if (part === 'dense') {
      const cut = this.#cuts.get('dense') ?? Number.NEGATIVE_INFINITY;
      return [...this.#scores.dense.values()].filter(({ score }) => score > cut).length >= count;
    }
    const known = [...this.#byWords(weights).values()].map((total) => total.known).sort((a, b) => b - a);
    const parts = ['document', 'chunk', 'title'] as const;
    const unseen = parts.reduce((sum, each) => sum + weights[each] * (this.#cuts.get(each) ?? 0), 0);
    return (known[count - 1] ?? 0) > unseen;
  }

  /** Documents that may be among the best `count` of either side. */
  contenders(count: number, weights: LexicalWeights): DocumentId[] {
    const byWords = this.#byWords(weights);
    const least = [...byWords.values()].map(({ known }) => known).sort((a, b) => b - a)[count - 1] ?? 0;
    const words = [...byWords].filter(([, { most }]) => most >= least).map(([doc]) => doc);
    const dense = [...this.#scores.dense]
      .sort(([a, x], [b, y]) => y.score - x.score || (a < b ? -1 : 1))
      .slice(0, count)
      .map(([doc]) => doc);
    return [...new Set([...words, ...dense])];
  }

  missing(part: Part, docs: readonly DocumentId[]): DocumentId[] {
    return docs.filter((doc) => !this.#scores[part].has(doc));
  }

  /** The best `count` of either side, each with the scores of both. */
  candidates(count: number, weights: LexicalWeights): Candidate[] {
    const words = [...this.#byWords(weights)]
      .sort(([a, x], [b, y]) => y.known - x.known || (a < b ? -1 : 1))
      .slice(0, count)
      .map(([doc]) => doc);
    const dense = [...this.#scores.dense]
      .sort(([a, x], [b, y]) => y.score - x.score || (a < b ? -1 : 1))
      .slice(0, count)
      .map(([doc]) => doc);
    return [...new Set([...words, ...dense])].map((doc) => this.#candidate(doc, weights)).sort(byScores);
  }

  #byWords(weights: LexicalWeights): Map<DocumentId, { known: number; most: number }> {
    const totals = new Map<DocumentId, { known: number; most: number }>();
    const parts = ['document', 'chunk', 'title'] as const;
    for (const doc of new Set(parts.flatMap((part) => [...this.#scores[part].keys()]))) {
      let [known, most] = [0, 0];
      for (const part of parts) {
        const score = this.#scores[part].get(doc)?.score;
        known += weights[part] * (score ?? 0);
        most += weights[part] * (score ?? this.#cuts.get(part) ?? 0);
      }
      totals.set(doc, { known, most });
    }
    return totals;
  }

  #candidate(doc: DocumentId, weights: LexicalWeights): Candidate {
    const score = (part: Part) => this.#scores[part].get(doc)?.score ?? 0;
    const parts = { document: score('document'), chunk: score('chunk'), title: score('title') };
    const dense = this.#scores.dense.get(doc);
    const lead = this.#leads.get(doc);
    return {
      documentId: doc,
      lexical: weights.document * parts.document + weights.chunk * parts.chunk + weights.title * parts.title,
      parts,
      chunkOrdinal: this.#scores.chunk.get(doc)?.ord ?? -1,
      ...(dense && { cosine: dense.score, denseChunkOrdinal: dense.ord }),
      ...(dense && lead !== undefined && { leadCosine: lead }),
    };
  }
}

function byScores(a: Candidate, b: Candidate): number {
  return b.lexical - a.lexical || (b.cosine ?? 0) - (a.cosine ?? 0) || (a.documentId < b.documentId ? -1 : 1);
}
