import { hash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isSigned } from './keys.ts';
import { HASH_LENGTH, headText, NO_HASH } from './line.ts';
import type { SegmentProof, SegmentStart, SignedHead } from './line.ts';

export interface AuditProblem {
  /**
   * `altered`: the line is not what was hashed. `removed`: lines are missing. `inserted`: a line too many, or at another place.
   * `cut`: the end, or a whole chain, is missing. `signature`: signed by nobody we trust. `rewritten`: hashes fit each other,
   * but a signed head says otherwise. `segment`: a segment does not begin as it must.
   */
  readonly kind: 'altered' | 'removed' | 'inserted' | 'cut' | 'signature' | 'rewritten' | 'segment';
  readonly where: string;
  readonly message: string;
}

/** Writer → line → hash, as signed heads outside of the chain have seen it. */
export type Witness = ReadonlyMap<string, ReadonlyMap<number, string>>;

const LINE_FEED = 10;
const SPACE = 32;
const [S, R, H] = [0x53, 0x52, 0x48];

/** Reads one chain, segment by segment; problems are named once, and reading goes on behind them. */
export class ChainScan {
  readonly problems: AuditProblem[] = [];
  readonly notices: string[] = [];
  writer = '';
  records = 0;
  lines = 0;
  heads = 0;
  unsigned = 0;
  removedByRetention = 0;
  readonly #where: string;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #witness: Witness;
  readonly #proofs: readonly SegmentProof[];
  #seen: ReadonlyMap<number, string> = new Map();
  #seq = 0;
  #hash = NO_HASH;
  #segment = 0;
  #torn = 0;
  /** Of the line before, in the segment that is being read. */
  #lineEnd = -1;

  constructor(
    where: string,
    keys: ReadonlyMap<string, KeyObject>,
    witness: Witness,
    proofs: readonly SegmentProof[],
  ) {
    this.#where = where;
    this.#keys = keys;
    this.#witness = witness;
    this.#proofs = proofs.toSorted((a, b) => a.segment - b.segment);
  }

  segment(number: number, bytes: Buffer): void {
    this.#skipRemoved(number);
    if (number !== this.#segment + 1)
      this.#problem('removed', `segments ${this.#segment + 1} to ${number - 1} are missing without a proof`);
    this.#segment = number;
    this.#lineEnd = -1;
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      this.#line(bytes, from, end);
      from = end + 1;
    }
    if (from === 0 && number > 0 && bytes.length > 0) this.#notice(bytes.length);
    else if (bytes.length > from) this.#notice(bytes.length - from);
    this.#torn = bytes.length - from;
  }

  /** After the last segment. */
  end(): void {
    if (this.writer === '') this.writer = this.#proofs.at(-1)?.writer ?? '';
    this.#seen = this.#witness.get(this.writer) ?? new Map();
    const last = Math.max(0, ...this.#seen.keys());
    if (last > this.#seq)
      this.#problem('cut', `the chain ends at line ${this.#seq}, but line ${last} was signed`);
  }

  /** Segments that retention removed: their proofs stand for them. */
  #skipRemoved(next: number): void {
    for (const proof of this.#proofs) {
      if (proof.segment !== this.#segment + 1 || proof.segment >= next) continue;
      // The first proof of a chain has nothing before it that could contradict.
      if (proof.first !== this.#seq + 1) continue;
      this.#segment = proof.segment;
      this.#seq = proof.seq;
      this.#hash = proof.hash;
      this.writer = proof.writer;
      this.#seen = this.#witness.get(this.writer) ?? new Map();
      this.#torn = -1;
      this.removedByRetention += proof.records;
    }
  }

  #line(bytes: Buffer, from: number, end: number): void {
    this.lines++;
    const kind = bytes[from];
    const bodyEnd = end - HASH_LENGTH - 1;
    const seqEnd = bytes.indexOf(SPACE, from + 2);
    if ((kind !== S && kind !== R && kind !== H) || bodyEnd <= seqEnd || bytes[bodyEnd] !== SPACE) {
      this.#problem('altered', `after line ${this.#seq} stands something that no writer wrote`);
      return;
    }
    const stated = bytes.toString('latin1', bodyEnd + 1, end);
    const seq = Number(bytes.toString('latin1', from + 2, seqEnd));
    this.#order(seq);
    if (!this.#isHashed(bytes, from, bodyEnd, stated) && seq === this.#seq + 1)
      this.#problem('altered', `line ${seq} is not what was written`);
    if (kind === R) this.#record();
    else if (kind === S) this.#start(bytes.toString('utf8', seqEnd + 1, bodyEnd), seq);
    else this.#head(bytes.toString('utf8', seqEnd + 1, bodyEnd), seq);
    this.#seq = seq;
    this.#hash = stated;
    this.#lineEnd = end;
    const seen = this.#seen.get(seq);
    if (seen !== undefined && seen !== stated)
      this.#problem('rewritten', `line ${seq} is another one than a signed head elsewhere has seen`);
  }

  #order(seq: number): void {
    const expected = this.#seq + 1;
    if (seq > expected) this.#problem('removed', `lines ${expected} to ${seq - 1} are missing`);
    else if (seq < expected)
      this.#problem('inserted', `line ${seq} stands after line ${this.#seq}: inserted, or in another order`);
  }

  #isHashed(bytes: Buffer, from: number, bodyEnd: number, stated: string): boolean {
    // The hash before this line stands right before it in the file, except where a segment begins.
    const text =
      from === this.#lineEnd + 1 && from > HASH_LENGTH
        ? bytes.subarray(from - 1 - HASH_LENGTH, bodyEnd)
        : Buffer.concat([Buffer.from(`${this.#hash}\n`), bytes.subarray(from, bodyEnd)]);
    return hash('sha256', text, 'base64url') === stated;
  }

  #record(): void {
    this.records++;
    this.unsigned++;
  }

  #start(json: string, seq: number): void {
    const start = parse<SegmentStart>(json);
    if (!start) return this.#problem('segment', `line ${seq} cannot be read`);
    if (this.writer !== '' && start.writer !== this.writer)
      this.#problem('segment', `segment ${this.#segment} belongs to another chain`);
    if (start.segment !== this.#segment)
      this.#problem('segment', `file ${this.#segment} holds segment ${start.segment}`);
    if (this.#torn >= 0 && start.torn !== this.#torn)
      this.#problem(
        'segment',
        `before segment ${this.#segment} are ${this.#torn} torn bytes, not ${start.torn}`,
      );
    this.writer = start.writer;
    this.#seen = this.#witness.get(this.writer) ?? new Map();
  }

  #head(json: string, seq: number): void {
    const parts = parse<Pick<SignedHead, 'at' | 'key' | 'signature'>>(json);
    const head = parts && {
      writer: this.writer,
      seq: this.#seq,
      hash: this.#hash,
      at: parts.at,
      key: parts.key,
    };
    if (!head || !isSigned(this.#keys, parts.key, headText(head), parts.signature))
      this.#problem(
        'rewritten',
        `the signature in line ${seq} does not fit the lines before it, or its key is not trusted`,
      );
    this.heads++;
    this.unsigned = 0;
  }

  #notice(torn: number): void {
    this.notices.push(`${this.#where}: ${torn} bytes of a line that a killed process left unfinished`);
  }

  #problem(kind: AuditProblem['kind'], message: string): void {
    this.problems.push({ kind, where: this.#where, message });
  }
}

function parse<T>(json: string): T | undefined {
  try {
    return JSON.parse(json) as T;
  } catch {
    // Named by the caller as a line that cannot be read.
    return undefined;
  }
}
