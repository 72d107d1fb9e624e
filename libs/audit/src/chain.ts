import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { auditUnavailable } from './errors.ts';
import type { SigningKey } from './keys.ts';
import { headText, lineAfter, NO_HASH } from './line.ts';
import type { ChainEnd, LineKind, SegmentStart, SignedHead } from './line.ts';
import { readStart, readTail, segmentFile, segmentsOf } from './segments.ts';
import type { Segment } from './segments.ts';

export interface ChainOptions {
  readonly key: SigningKey;
  /** A segment that has grown beyond is closed, and another begun. */
  readonly segmentBytes: number;
  /** Told of every signed head once it is durable. */
  readonly onHead: (head: SignedHead) => Promise<void>;
  readonly now: () => number;
}

/**
 * The end of one writer's chain: appends lines and makes them durable. Whatever a killed process left is never changed:
 * a torn last line closes its segment, and the next one states how many bytes were torn.
 */
export class Chain {
  readonly #folder: string;
  readonly #options: ChainOptions;
  readonly #writer: string;
  #handle: FileHandle;
  #segment: number;
  #bytes: number;
  #end: ChainEnd;
  /** Records that no signed head covers yet. */
  #unsigned = 0;

  private constructor(
    folder: string,
    options: ChainOptions,
    place: { writer: string; handle: FileHandle; segment: number; bytes: number; end: ChainEnd },
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#writer = place.writer;
    this.#handle = place.handle;
    this.#segment = place.segment;
    this.#bytes = place.bytes;
    this.#end = place.end;
  }

  static async open(folder: string, options: ChainOptions): Promise<Chain> {
    const last = (await segmentsOf(folder)).at(-1);
    if (!last) return Chain.#begin(folder, options, randomUUID(), 1, { seq: 0, hash: NO_HASH }, 0);
    const [tail, begun] = await Promise.all([readTail(last.file), readStart(last.file)]);
    if (!begun || !tail.last) return Chain.#goOnAfterTornStart(folder, options, last, tail.torn);
    const end = { seq: tail.last.seq, hash: tail.last.hash };
    const { writer } = begun.start;
    if (tail.torn > 0 || tail.bytes >= options.segmentBytes)
      return Chain.#begin(folder, options, writer, last.number + 1, end, tail.torn);
    const handle = await open(last.file, 'a', 0o600);
    const chain = new Chain(folder, options, {
      writer,
      handle,
      segment: last.number,
      bytes: tail.bytes,
      end,
    });
    // Whoever wrote the last lines may have been killed before signing them.
    if (tail.last.kind !== 'H') chain.#unsigned = 1;
    return chain;
  }

  /** Processes that ended while they made a segment leave some without a whole line: the one before them holds the end. */
  static async #goOnAfterTornStart(
    folder: string,
    options: ChainOptions,
    last: Segment,
    torn: number,
  ): Promise<Chain> {
    for (const before of (await segmentsOf(folder)).slice(0, -1).reverse()) {
      const [tail, begun] = await Promise.all([readTail(before.file), readStart(before.file)]);
      if (!tail.last && !begun) continue;
      if (!tail.last || !begun) throw auditUnavailable(`${last.file} and the segment before it are damaged`);
      const end = { seq: tail.last.seq, hash: tail.last.hash };
      return Chain.#begin(folder, options, begun.start.writer, last.number + 1, end, torn);
    }
    return Chain.#begin(folder, options, randomUUID(), last.number + 1, { seq: 0, hash: NO_HASH }, torn);
  }

  static async #begin(
    folder: string,
    options: ChainOptions,
    writer: string,
    segment: number,
    end: ChainEnd,
    torn: number,
  ): Promise<Chain> {
    const handle = await open(segmentFile(folder, segment), 'ax', 0o600);
    try {
      const at = new Date(options.now()).toISOString();
      const start: SegmentStart = { version: 1, writer, segment, at, torn };
      const line = lineAfter(end, 'S', JSON.stringify(start));
      await handle.appendFile(line.text);
      await handle.datasync();
      await syncFolder(folder);
      return new Chain(folder, options, {
        writer,
        handle,
        segment,
        bytes: Buffer.byteLength(line.text),
        end: line.end,
      });
    } catch (error) {
      await handle.close();
      // Nothing of it was told to anybody: on a full disk every attempt would leave one more.
      await rm(segmentFile(folder, segment), { force: true });
      throw error;
    }
  }

  get writer(): string {
    return this.#writer;
  }

  get unsigned(): number {
    return this.#unsigned;
  }

  /** Durable when it resolves. After a rejection this chain is not used again: open another. */
  async append(records: readonly string[], sign: boolean): Promise<void> {
    let end = this.#end;
    let text = '';
    const add = (kind: LineKind, json: string) => {
      const line = lineAfter(end, kind, json);
      text += line.text;
      end = line.end;
    };
    for (const json of records) add('R', json);
    const head = sign ? this.#head(end) : undefined;
    if (head) {
      const { at, key, signature } = head;
      add('H', JSON.stringify({ at, key, signature }));
    }
    const bytes = Buffer.from(text);
    await this.#handle.appendFile(bytes);
    await this.#handle.datasync();
    this.#end = end;
    this.#bytes += bytes.length;
    this.#unsigned = head ? 0 : this.#unsigned + records.length;
    if (head) await this.#options.onHead(head);
    if (this.#bytes >= this.#options.segmentBytes) await this.#rotate();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #head({ seq, hash }: ChainEnd): SignedHead {
    const { key, now } = this.#options;
    const head = { writer: this.#writer, seq, hash, at: new Date(now()).toISOString(), key: key.id };
    return { ...head, signature: key.sign(headText(head)) };
  }

  async #rotate(): Promise<void> {
    const next = await Chain.#begin(
      this.#folder,
      this.#options,
      this.#writer,
      this.#segment + 1,
      this.#end,
      0,
    );
    await this.#handle.close();
    this.#handle = next.#handle;
    this.#segment = next.#segment;
    this.#bytes = next.#bytes;
    this.#end = next.#end;
  }
}

/** A new file is durable only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
