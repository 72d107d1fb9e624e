import { toAppError } from '@fumikura/errors';
import type { AppError } from '@fumikura/errors';
import { detectLanguage } from '@fumikura/text';
import type { Embedder } from '@fumikura/ports';
import { createBreaker } from '../writing/breaker.ts';
import type { OtherWords } from './other-words.ts';

export interface LikenessOptions {
  /** Called when the first claim needs it. */
  readonly open: () => Promise<Embedder>;
  /** Milliseconds for one claim, opening included; default 1,000. */
  readonly timeoutMs?: number;
  /** Told why there was no vote, unless the embedder is being left alone. */
  readonly onFailed?: (error: AppError) => void;
  /** Milliseconds since any fixed point. */
  readonly now?: () => number;
}

/** From which cosines on a model's vectors say the same: of two sentences, and of two words. */
export interface SameFrom {
  readonly sentence: number;
  readonly word: number;
}

/**
 * Models whose vectors were measured by `npm run bench:answers -- --only verifier`. Cosines of another model lie elsewhere:
 * it has no vote.
 */
const MEASURED: Readonly<Record<string, SameFrom>> = {
  'all-MiniLM-L6-v2': { sentence: 0.93, word: 0.59 },
};

/**
 * Whether a claim says in other words what a sentence says. Asked only of claims that no rule but that of words refuses. An
 * embedder that is unknown, late, failing or does not know the language leaves it at no. Rejects only with the signal.
 */
export type Likeness = (said: OtherWords, signal: AbortSignal) => Promise<boolean>;

export function createLikeness({
  open,
  timeoutMs = 1_000,
  onFailed,
  now = () => performance.now(),
}: LikenessOptions): Likeness {
  const breaker = createBreaker(now);
  return async (said, signal) => {
    if (breaker.isOpen()) return false;
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const embedder = await beforeAborted(open(), deadline);
      const from = MEASURED[embedder.identity.model.split('@')[0] ?? ''];
      if (!from || !knows(embedder, said.claim)) return false;
      const vectors = await beforeAborted(vectorsOf(embedder, said, deadline), deadline);
      breaker.succeeded();
      return saysTheSame(said, vectors, from);
    } catch (cause) {
      signal.throwIfAborted();
      breaker.failed();
      onFailed?.(toAppError(cause));
      return false;
    }
  };
}

/** Here it has to be sure: words of one language held against those of another would be near by chance. */
function knows({ languages }: Embedder, claim: string): boolean {
  return !languages || languages.includes(detectLanguage(claim));
}

type Vectors = ReadonlyMap<string, Float32Array>;

/** In one call; as queries, which nothing in the background keeps waiting. */
async function vectorsOf(
  embedder: Embedder,
  { claim, novel, sentences }: OtherWords,
  signal: AbortSignal,
): Promise<Vectors> {
  const texts = new Set([claim, ...novel, ...sentences.flatMap(({ text, missing }) => [text, ...missing])]);
  const { results } = await embedder.embed([...texts], { as: 'query', signal });
  const vectors = new Map<string, Float32Array>();
  for (const [at, text] of [...texts].entries()) {
    const result = results[at];
    if (result && 'vector' in result) vectors.set(text, result.vector);
  }
  return vectors;
}

/** Like as a whole, and each new word for a word of its own: one sentence has to do for both. */
function saysTheSame({ claim, novel, sentences }: OtherWords, vectors: Vectors, from: SameFrom): boolean {
  return sentences.some(({ text, missing }) => {
    if (cosine(vectors, claim, text) < from.sentence) return false;
    const free = new Set(missing);
    return novel.every((word) => {
      const other = [...free].find((each) => cosine(vectors, word, each) >= from.word);
      return other !== undefined && free.delete(other);
    });
  });
}

/** Of vectors of length 1; -1 where there is none. */
function cosine(vectors: Vectors, one: string, other: string): number {
  const [a, b] = [vectors.get(one), vectors.get(other)];
  if (!a || !b || a.length !== b.length) return -1;
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

async function beforeAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = () => reject(signal.reason as Error);
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
