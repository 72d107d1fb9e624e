export interface RerankPassage {
  readonly title: string;
  readonly text: string;
}

export interface RerankAnswer {
  /** Places of the passages, counted from 0, best first. Whether it names each once is checked by the caller. */
  readonly order: readonly number[];
  /** As counted by the service, or an estimate where it counts none. */
  readonly tokens: number;
}

/** Judges passages against a query, together. Passages are hostile text: an adapter hands them on as data. */
export interface Reranker {
  /** For messages and figures. */
  readonly name: string;
  /** Passages that one call takes. */
  readonly window: number;
  /** In US dollars; absent: nothing is paid. */
  readonly pricePerMillionTokens?: number;
  /** Rejects with RERANKER_FAILED, CANCELLED and, of a model in a folder, MODEL_*; never repeats by itself. */
  rerank(query: string, passages: readonly RerankPassage[], signal: AbortSignal): Promise<RerankAnswer>;
  close(): Promise<void>;
}
