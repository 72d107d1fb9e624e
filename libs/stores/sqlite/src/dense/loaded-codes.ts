import type { Fingerprint } from '@fumikura/model';
import { bestCodes } from './best-codes.ts';
import { createBlockKernel } from './block-kernel.ts';
import type { BlockKernel } from './block-kernel.ts';
import { codeBytes, queryTables } from './quantise.ts';
import type { BlockStamp, VectorTables } from './vector-tables.ts';

/** The codes in memory, as of the last load. */
export class LoadedCodes {
  readonly fingerprint: Fingerprint;
  readonly #kernel: BlockKernel;
  readonly #stamps = new Map<number, BlockStamp>();
  #mean: Float32Array;

  constructor(fingerprint: Fingerprint, form: 'wasm' | 'typescript') {
    this.fingerprint = fingerprint;
    this.#kernel = createBlockKernel(codeBytes(fingerprint.dimension), form);
    this.#mean = new Float32Array(fingerprint.dimension);
  }

  /** Reads the blocks that are not as they were seen; the others cost an index entry each. */
  load(tables: VectorTables): void {
    const stored = tables.stamps();
    this.#dropAllBut(new Set(stored.map(({ b }) => b)));
    for (const entry of stored) {
      if (isSame(this.#stamps.get(entry.b), entry)) continue;
      const block = tables.block(entry.b, this.fingerprint.dimension);
      if (block) this.#kernel.put(entry.b, block.present, block.codes);
      this.#stamps.set(entry.b, entry);
    }
    this.#mean = tables.mean(this.fingerprint.dimension);
  }

  /** The best admitted chunks by code, ascending by id. @param unit of length 1 */
  best(unit: Float32Array, admitted: Uint8Array, limit: number, shouldStop: () => boolean): Uint32Array {
    this.#kernel.ask(queryTables(unit, this.#mean));
    return bestCodes(this.#kernel, admitted, limit, highestScore(unit.length), shouldStop);
  }

  #dropAllBut(stored: ReadonlySet<number>): void {
    for (const b of this.#stamps.keys()) {
      if (stored.has(b)) continue;
      this.#kernel.drop(b);
      this.#stamps.delete(b);
    }
  }
}

function isSame(seen: BlockStamp | undefined, { ver, stamp }: BlockStamp): boolean {
  return seen !== undefined && seen.ver === ver && seen.stamp === stamp;
}

function highestScore(dimension: number): number {
  return dimension * 15;
}
