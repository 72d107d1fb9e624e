import { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import type { EmbedAnswer } from '@fumikura/ports';
import { estimateTokens } from '@fumikura/text';
import { fingerprintOf } from './passage.ts';
import { embeddedDocuments, planRound } from './round.ts';
import type { Round } from './round.ts';
import type { StageOptions, StageOutcome, StageProgress } from './types.ts';

type Parts = Required<Pick<StageOptions, 'store' | 'embedder' | 'now'>> &
  Pick<StageOptions, 'budget' | 'chunking'>;

/** Fills in the rate after so much work. */
const RATE_EVERY_MS = 5_000;

/** One run over the backlog: what it has done so far, and what it does next. */
export class StageRun {
  readonly #parts: Parts;
  readonly #fingerprint: Fingerprint;
  readonly #onProgress: (progress: StageProgress) => void;
  readonly #started = performance.now();
  #done = 0;
  #embedded = 0;
  #refused = 0;
  #total = 0;
  #texts = 0;
  #tokens = 0;
  #usd = 0;
  #rateAt = performance.now();
  #rateFrom = 0;

  constructor(parts: Parts, onProgress: (progress: StageProgress) => void) {
    this.#parts = parts;
    this.#fingerprint = fingerprintOf(parts.embedder, parts.chunking);
    this.#onProgress = onProgress;
  }

  progress(): StageProgress {
    return {
      done: this.#done,
      embedded: this.#embedded,
      refused: this.#refused,
      total: Math.max(this.#total, this.#done),
      spend: { texts: this.#texts, tokens: this.#tokens, usd: this.#usd },
      elapsedMs: performance.now() - this.#started,
    };
  }

  /** Rejects when the embedder or the store do; what was made until then is kept. */
  async work(signal: AbortSignal): Promise<StageOutcome> {
    const { store, embedder } = this.#parts;
    const waiting = (await store.status()).sources.reduce((sum, { waitingChunks }) => sum + waitingChunks, 0);
    this.#total = this.#done + waiting;
    for (;;) {
      signal.throwIfAborted();
      if ((await store.status()).isPaused) return { kind: 'paused' };
      const documents = await store.waiting(embedder.textsPerCall);
      if (documents.length === 0) return { kind: 'done' };
      const round = await planRound(documents, embedder, this.#fingerprint, store);
      if (!(await this.#embedMissing(round, signal))) return { kind: 'budget' };
      await store.put(this.#fingerprint, embeddedDocuments(round));
      this.#done += documents.reduce((sum, { chunks }) => sum + chunks.length, 0);
      this.#onProgress(this.progress());
    }
  }

  async finish(isDone: boolean): Promise<void> {
    if (isDone && this.#embedded > 0) await this.#parts.store.prune();
  }

  /** @returns false when the day's budget does not allow the next part; what was made is kept for the next day */
  async #embedMissing(round: Round, signal: AbortSignal): Promise<boolean> {
    const missing = [...round.missing];
    const { textsPerCall } = this.#parts.embedder;
    for (let from = 0; from < missing.length; from += textsPerCall) {
      const part = missing.slice(from, from + textsPerCall);
      const texts = part.map(([, text]) => text);
      if (!(await this.#affords(texts))) return false;
      const answer = await this.#parts.embedder.embed(texts, { as: 'passage', signal });
      await this.#keep(
        round,
        part.map(([hash]) => hash),
        answer,
      );
    }
    return true;
  }

  async #keep(round: Round, hashes: readonly string[], { results, tokens }: EmbedAnswer): Promise<void> {
    if (results.length !== hashes.length)
      throw new AppError(
        'EMBEDDER_ANSWER_INVALID',
        'internal',
        `${results.length} answers for ${hashes.length} texts`,
      );
    const made: { hash: string; vector: Float32Array }[] = [];
    for (const [at, hash] of hashes.entries()) {
      const result = results[at];
      if (result && 'vector' in result) made.push({ hash, vector: result.vector });
      else if (result) round.refused.set(hash, result.refused);
    }
    const usd = (tokens / 1e6) * (this.#parts.embedder.pricePerMillionTokens ?? 0);
    const spend = { texts: hashes.length, tokens, usd };
    await this.#parts.store.keep(this.#fingerprint, made, this.#day(), spend);
    for (const { hash, vector } of made) round.known.set(hash, vector);
    this.#embedded += made.length;
    this.#refused += hashes.length - made.length;
    this.#texts += hashes.length;
    this.#tokens += tokens;
    this.#usd += usd;
    await this.#tellRate();
  }

  async #tellRate(): Promise<void> {
    const elapsedMs = performance.now() - this.#rateAt;
    if (elapsedMs < RATE_EVERY_MS && this.#rateFrom > 0) return;
    const chunksPerSecond = Number(((this.#embedded - this.#rateFrom) / (elapsedMs / 1_000)).toFixed(1));
    this.#rateAt = performance.now();
    this.#rateFrom = this.#embedded;
    await this.#parts.store.setRate({ chunksPerSecond, at: new Date(this.#parts.now()).toISOString() });
  }

  async #affords(texts: readonly string[]): Promise<boolean> {
    const { budget, store, embedder } = this.#parts;
    if (budget?.tokensPerDay === undefined && budget?.usdPerDay === undefined) return true;
    const { tokens, usd } = await store.spent(this.#day());
    const next = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
    const price = (next / 1e6) * (embedder.pricePerMillionTokens ?? 0);
    return (
      tokens + next <= (budget.tokensPerDay ?? Infinity) && usd + price <= (budget.usdPerDay ?? Infinity)
    );
  }

  #day(): string {
    return new Date(this.#parts.now()).toISOString().slice(0, 10);
  }
}
