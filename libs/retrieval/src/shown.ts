import { createHash } from 'node:crypto';
import type { DocumentId } from '@fumikura/model';

/** Documents whose marks a cursor carries: as deep as a ranking is paged through. */
const MOST = 300;
const BYTES = 4;

/**
 * What the pages before have shown, as marks of four bytes. A page is what ranks highest of the rest: a change of the
 * index between two pages repeats nothing, and what rose above the pages already seen is shown on the next one.
 */
export class Shown {
  readonly #marks: Set<number>;

  constructor(packed = '') {
    const bytes = Buffer.from(packed, 'base64url');
    this.#marks = new Set(
      Array.from({ length: Math.floor(bytes.length / BYTES) }, (_, at) => bytes.readUInt32BE(at * BYTES)),
    );
  }

  get count(): number {
    return this.#marks.size;
  }

  get isFull(): boolean {
    return this.#marks.size >= MOST;
  }

  has(id: DocumentId): boolean {
    return this.#marks.has(markOf(id));
  }

  and(ids: readonly DocumentId[]): Shown {
    const next = new Shown();
    for (const mark of [...this.#marks, ...ids.map(markOf)]) next.#marks.add(mark);
    return next;
  }

  pack(): string {
    const bytes = Buffer.alloc(this.#marks.size * BYTES);
    for (const [at, mark] of [...this.#marks].entries()) bytes.writeUInt32BE(mark, at * BYTES);
    return bytes.toString('base64url');
  }
}

function markOf(id: DocumentId): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0);
}
