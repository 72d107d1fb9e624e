/** Scores of one search by chunk and by document, and which documents have any. */
export interface ScratchArrays {
  readonly chunkScore: Float32Array;
  readonly docScore: Float32Array;
  /** The highest `chunkScore` of a document's chunks. */
  readonly docBest: Float32Array;
  readonly titleScore: Float32Array;
  readonly isTouched: Uint8Array;
  readonly touched: Int32Array;
  /** Beside `touched`: a document's weighted sum when it was last computed. */
  readonly touchedScore: Float32Array;
  /** Chunks still worth scoring, once some are not; filled when needed. */
  readonly alive: Uint8Array;
  touchedCount: number;
}

/** Arrays of the size of the index, kept between searches and cleared before each. */
export class Scratch {
  #arrays: ScratchArrays = arraysFor(0, 0);

  cleared(chunks: number, docs: number): ScratchArrays {
    const arrays = this.#arrays;
    if (arrays.chunkScore.length < chunks || arrays.docScore.length < docs) {
      this.#arrays = arraysFor(Math.ceil(chunks * 1.1), Math.ceil(docs * 1.1));
      return this.#arrays;
    }
    arrays.chunkScore.fill(0, 0, chunks);
    arrays.docScore.fill(0, 0, docs);
    arrays.docBest.fill(0, 0, docs);
    arrays.titleScore.fill(0, 0, docs);
    arrays.isTouched.fill(0, 0, docs);
    arrays.touchedCount = 0;
    return arrays;
  }
}

function arraysFor(chunks: number, docs: number): ScratchArrays {
  return {
    chunkScore: new Float32Array(chunks),
    docScore: new Float32Array(docs),
    docBest: new Float32Array(docs),
    titleScore: new Float32Array(docs),
    isTouched: new Uint8Array(docs),
    touched: new Int32Array(docs),
    touchedScore: new Float32Array(docs),
    alive: new Uint8Array(chunks),
    touchedCount: 0,
  };
}
