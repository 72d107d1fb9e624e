import type { IndexDocument } from '@fumikura/ports';

/** Numbers from a seed, the same on every machine (mulberry32). */
export function seeded(seed: number): () => number {
  const numbers = new SeededNumbers(seed);
  return () => numbers.next();
}

/** The same, to be continued elsewhere: what comes next depends on `state` alone. */
class SeededNumbers {
  state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  next(): number {
    const state = (this.state + 0x6d2b79f5) >>> 0;
    this.state = state;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

const DIMENSION = 384;
export const FINGERPRINT = { model: 'bench', dimension: DIMENSION, promptForm: 'none', chunkerVersion: '1' };
/** Distinct sets of readers, of unequal popularity. */
const ACL_COUNT = 2_000;
const WORDS_PER_CHUNK = 237;
const TOPICS = 200;
/** Words a topic favours, and the ranks they come from: neither function words nor rarities. */
const TOPIC_WORDS = 300;
const TOPIC_RANKS = { from: 200, count: 8_000 };
const TOPIC_SHARE = 0.15;
/**
 * Frequencies as measured in 23 million words of product documentation: log-uniform up to rank 1,000, then a Pareto tail
 * (exponent 1.6), and one word in 200 an identifier that stands nowhere else. Per million words that is about 12,000 at
 * rank 10, 1,200 at 100, 120 at 1,000, 2 at 10,000; 2.4 million words have about 45,000 different terms.
 */
const HEAD_RANKS = 1_000;
const HEAD_SHARE = 0.865;
const TAIL_EXPONENT = 0.6;
const VOCABULARY = 1_000_000;
const IDENTIFIER_SHARE = 0.005;

/** The most frequent words of English, as they stand in any text; the product drops most of them from queries. */
const FUNCTION_WORDS =
  'the of and to a in is it that for on was with as be by at from this are or an have not which but they we you their can will has if would when there what so your how do who should does could about into our its than these where did any been had my i'.split(
    ' ',
  );

/** Text like a company's: words as frequent as in real documentation, a topic per document, identifiers. */
export class BenchCorpus {
  readonly #numbers: SeededNumbers;
  readonly #centres: readonly Float32Array[];
  readonly #withVectors: boolean;
  #nextDocument = 0;

  constructor(seed: number, withVectors: boolean) {
    this.#numbers = new SeededNumbers(seed);
    this.#withVectors = withVectors;
    this.#centres = Array.from({ length: TOPICS }, () => this.#noise(1));
  }

  /** Where the corpus stands: one that is told goes on from there. */
  position(): number[] {
    return [this.#numbers.state, this.#nextDocument];
  }

  goTo([state = 0, nextDocument = 0]: readonly number[]): void {
    this.#numbers.state = state;
    this.#nextDocument = nextDocument;
  }

  /** Documents of 1 to 9 chunks, `chunks` in all. */
  batch(chunks: number): IndexDocument[] {
    const documents: IndexDocument[] = [];
    for (let left = chunks; left > 0;) {
      const document = this.document(Math.min(left, this.#slots()));
      documents.push(document);
      left -= document.chunks.length;
    }
    return documents;
  }

  document(slots = this.#slots()): IndexDocument {
    const topic = Math.floor(this.#random() * TOPICS);
    return {
      documentId: `bench:docs/${this.#nextDocument++}`,
      aclId: this.#aclId(topic),
      title: this.words(5, topic),
      breadcrumbs: [],
      source: 'bench:docs',
      kind: 'page',
      language: 'en',
      authors: [],
      labels: [],
      chunks: Array.from({ length: slots }, (_, ordinal) => ({
        ordinal,
        headingPath: [],
        text: this.words(WORDS_PER_CHUNK, topic),
        ...(this.#withVectors && { vector: this.vector(topic) }),
      })),
    };
  }

  /** A question of 8 to 15 words about one topic, frequent words included. */
  query(): { text: string; vector: Float32Array } {
    const topic = Math.floor(this.#random() * TOPICS);
    return { text: this.words(8 + Math.floor(this.#random() * 8), topic), vector: this.vector(topic) };
  }

  words(count: number, topic: number): string {
    let text = '';
    for (let index = 0; index < count; index++) text += `${index === 0 ? '' : ' '}${this.#word(topic)}`;
    return text;
  }

  vector(topic: number): Float32Array {
    const noise = this.#noise(0.6);
    return (this.#centres[topic] ?? noise).map((value, at) => value + (noise[at] ?? 0));
  }

  /** acl_ids that admit about `share` of the chunks. */
  grant(share: number): Uint32Array {
    const ids = Array.from({ length: ACL_COUNT }, (_, id) => id + 1);
    if (share >= 1) return Uint32Array.from(ids);
    const chosen = new Set<number>();
    for (let covered = 0; covered < share;) {
      const id = this.#rank(ACL_COUNT) + 1;
      if (chosen.has(id) || weight(id) > share) continue;
      chosen.add(id);
      covered += weight(id);
    }
    return Uint32Array.from([...chosen].sort((a, b) => a - b));
  }

  #random(): number {
    return this.#numbers.next();
  }

  #slots(): number {
    return 1 + Math.floor(this.#random() * 9);
  }

  #aclId(topic: number): number {
    return this.#random() < 0.5
      ? this.#rank(ACL_COUNT) + 1
      : 1 + ((topic * 10 + Math.floor(this.#random() * 10)) % ACL_COUNT);
  }

  #word(topic: number): string {
    const kind = this.#random();
    if (kind < IDENTIFIER_SHARE) return `id${Math.floor(this.#random() * 2 ** 40).toString(36)}`;
    if (kind < IDENTIFIER_SHARE + TOPIC_SHARE) {
      const place = topic * 131 + this.#rank(TOPIC_WORDS) * 7_919;
      return wordOf(TOPIC_RANKS.from + (place % TOPIC_RANKS.count));
    }
    return wordOf(this.#random() < HEAD_SHARE ? this.#rank(HEAD_RANKS) : this.#tailRank());
  }

  #tailRank(): number {
    const rank = Math.floor(HEAD_RANKS * (1 - this.#random()) ** (-1 / TAIL_EXPONENT));
    return Math.min(rank, VOCABULARY);
  }

  /** 0 to `count` - 1, each with probability about 1 / (rank + 1). */
  #rank(count: number): number {
    return Math.min(count - 1, Math.floor(Math.exp(this.#random() * Math.log(count + 1)) - 1));
  }

  #noise(scale: number): Float32Array {
    return Float32Array.from({ length: DIMENSION }, () => (this.#random() - 0.5) * scale);
  }
}

function wordOf(rank: number): string {
  return FUNCTION_WORDS[rank] ?? `w${rank.toString(36)}`;
}

/** Share of the chunks that carry an acl_id, roughly: half by popularity, half by topic. */
function weight(id: number): number {
  return 0.5 * (Math.log((id + 1) / id) / Math.log(ACL_COUNT + 1)) + 0.5 / ACL_COUNT;
}
