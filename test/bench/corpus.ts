import type { IndexDocument } from '@fumikura/ports';

/** Numbers from a seed, the same on every machine (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const DIMENSION = 384;
export const FINGERPRINT = { model: 'bench', dimension: DIMENSION, promptForm: 'none', chunkerVersion: '1' };
/** Distinct sets of readers, of unequal popularity. */
const ACL_COUNT = 2_000;
const WORDS_PER_CHUNK = 237;
const VOCABULARY = 200_000;
const TOPICS = 200;

/** The most frequent words of English, as they stand in any text; the product drops most of them from queries. */
const FUNCTION_WORDS =
  'the of and to a in is it that for on was with as be by at from this are or an have not which but they we you their can will has if would when there what so your how do who should does could about into our its than these where did any been had my i'.split(
    ' ',
  );

/** Text like a company's: Zipf-distributed words, a topic per document that favours some of them, ids in the tail. */
export class BenchCorpus {
  readonly #random: () => number;
  readonly #centres: readonly Float32Array[];
  readonly #withVectors: boolean;
  #nextDocument = 0;

  constructor(seed: number, withVectors: boolean) {
    this.#random = seeded(seed);
    this.#withVectors = withVectors;
    this.#centres = Array.from({ length: TOPICS }, () => this.#noise(1));
  }

  /** Documents of 1 to 9 chunks until `chunks` are reached. */
  batch(chunks: number): IndexDocument[] {
    const documents: IndexDocument[] = [];
    for (let made = 0; made < chunks;) {
      const document = this.document();
      documents.push(document);
      made += document.chunks.length;
    }
    return documents;
  }

  document(slots = 1 + Math.floor(this.#random() * 9)): IndexDocument {
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

  #aclId(topic: number): number {
    return this.#random() < 0.5
      ? this.#rank(ACL_COUNT) + 1
      : 1 + ((topic * 10 + Math.floor(this.#random() * 10)) % ACL_COUNT);
  }

  #word(topic: number): string {
    const isOwn = this.#random() < 0.3;
    const rank = isOwn ? topic * 500 + this.#rank(500) : this.#rank(VOCABULARY);
    if (!isOwn && rank < FUNCTION_WORDS.length) return FUNCTION_WORDS[rank] ?? '';
    return `${isOwn ? 't' : 'w'}${rank.toString(36)}`;
  }

  /** 0 to `count` - 1, each with probability about 1 / (rank + 1). */
  #rank(count: number): number {
    return Math.min(count - 1, Math.floor(Math.exp(this.#random() * Math.log(count + 1)) - 1));
  }

  #noise(scale: number): Float32Array {
    return Float32Array.from({ length: DIMENSION }, () => (this.#random() - 0.5) * scale);
  }
}

/** Share of the chunks that carry an acl_id, roughly: half by popularity, half by topic. */
function weight(id: number): number {
  return 0.5 * (Math.log((id + 1) / id) / Math.log(ACL_COUNT + 1)) + 0.5 / ACL_COUNT;
}
