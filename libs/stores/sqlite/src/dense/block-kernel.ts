import { readFileSync } from 'node:fs';
import { BLOCK, codeByte } from './quantise.ts';

/** The part of the WebAssembly interface that is used; the full types come only with a browser's. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer; grow(pages: number): number };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

/**
 * Holds the codes of all blocks and scans them one by one. Both forms tell the same slots and scores: the TypeScript one
 * is the definition, the WebAssembly one is what runs.
 */
export interface BlockKernel {
  /** `present`: BLOCK bytes, 1 where a chunk has a code; `codes`: as `putCode` lays them out. */
  put(block: number, present: Uint8Array, codes: Uint8Array): void;
  drop(block: number): void;
  /** The query of the following scans, from `queryTables`. */
  ask(tables: Uint8Array): void;
  /**
   * Finds the slots with a code that `admitted` (at most BLOCK bytes, 1 = may be shown) admits and that score at least
   * `minimum`. Their number is returned; `slots` and `scores` hold them, slots ascending, until the next call.
   */
  scan(block: number, admitted: Uint8Array, minimum: number): number;
  readonly slots: Uint16Array;
  readonly scores: Uint16Array;
}

/** @param rows bytes of a code, from `codeBytes` */
export function createBlockKernel(rows: number, form: 'wasm' | 'typescript'): BlockKernel {
  const module = form === 'wasm' ? compiledModule() : undefined;
  return module ? new WasmKernel(rows, module) : new TypeScriptKernel(rows);
}

let compiled: object | undefined;

/** Undefined where the engine has no SIMD. */
function compiledModule(): object | undefined {
  if (compiled) return compiled;
  const bytes = readFileSync(new URL('./dense-kernel.wasm', import.meta.url));
  if (WebAssembly.validate(bytes)) compiled = new WebAssembly.Module(bytes);
  return compiled;
}

type Scan = (
  block: number,
  rows: number,
  tables: number,
  admitted: number,
  minimum: number,
  slots: number,
  scores: number,
) => number;

const PAGE = 65_536;
/** Pages by which memory grows at least: a megabyte. */
const GROWTH = 16;
const TABLES_AT = 0;
const ADMITTED_AT = 16 * 1_024;
const SLOTS_AT = ADMITTED_AT + BLOCK;
const SCORES_AT = SLOTS_AT + BLOCK * 2;
/** Behind the scores and the 32 bytes of working space that the kernel wants there. */
const BLOCKS_AT = 24 * 1_024;

/** The codes live in the kernel's memory and nowhere else; blocks are appended, so nothing ever moves. */
class WasmKernel implements BlockKernel {
  readonly #rows: number;
  readonly #blockBytes: number;
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #scan: Scan;
  #bytes = new Uint8Array(this.#memory.buffer);
  #blocks = 0;
  slots = new Uint16Array(0);
  scores = new Uint16Array(0);

  constructor(rows: number, module: object) {
    this.#rows = rows;
    this.#blockBytes = BLOCK * (1 + rows);
    this.#scan = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports['scan'] as Scan;
    this.#view();
  }

  put(block: number, present: Uint8Array, codes: Uint8Array): void {
    this.#reserve(block + 1);
    const at = this.#address(block);
    this.#bytes.set(present.map(asMask), at);
    this.#bytes.set(codes, at + BLOCK);
  }

  drop(block: number): void {
    if (block < this.#blocks) this.#bytes.fill(0, this.#address(block), this.#address(block) + BLOCK);
  }

  ask(tables: Uint8Array): void {
    this.#bytes.set(tables, TABLES_AT);
  }

  scan(block: number, admitted: Uint8Array, minimum: number): number {
    if (block >= this.#blocks) return 0;
    this.#bytes.set(admitted, ADMITTED_AT);
    if (admitted.length < BLOCK) this.#bytes.fill(0, ADMITTED_AT + admitted.length, ADMITTED_AT + BLOCK);
    const at = this.#address(block);
    return this.#scan(at, this.#rows, TABLES_AT, ADMITTED_AT, minimum, SLOTS_AT, SCORES_AT);
  }

  #address(block: number): number {
    return BLOCKS_AT + block * this.#blockBytes;
  }

  #reserve(blocks: number): void {
    const missing = Math.ceil((this.#address(blocks) - this.#bytes.length) / PAGE);
    if (missing > 0) {
      this.#memory.grow(Math.max(missing, GROWTH));
      this.#view();
    }
    this.#blocks = Math.max(this.#blocks, blocks);
  }

  /** Growing takes the old views away. */
  #view(): void {
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.slots = new Uint16Array(this.#memory.buffer, SLOTS_AT, BLOCK);
    this.scores = new Uint16Array(this.#memory.buffer, SCORES_AT, BLOCK);
  }
}

function asMask(value: number): number {
  return value === 1 ? 255 : 0;
}

class TypeScriptKernel implements BlockKernel {
  readonly #rows: number;
  readonly #blocks = new Map<number, { readonly present: Uint8Array; readonly codes: Uint8Array }>();
  /** What each value of each byte of a code adds: the two tables of its halves as one. */
  readonly #worth: Uint8Array;
  readonly slots = new Uint16Array(BLOCK);
  readonly scores = new Uint16Array(BLOCK);

  constructor(rows: number) {
    this.#rows = rows;
    this.#worth = new Uint8Array(rows * 256);
  }

  put(block: number, present: Uint8Array, codes: Uint8Array): void {
    this.#blocks.set(block, { present: present.slice(), codes: codes.slice() });
  }

  drop(block: number): void {
    this.#blocks.delete(block);
  }

  ask(tables: Uint8Array): void {
    for (let at = 0; at < this.#worth.length; at++) {
      const table = (at >> 8) * 32;
      this.#worth[at] = (tables[table + (at & 15)] ?? 0) + (tables[table + 16 + ((at >> 4) & 15)] ?? 0);
    }
  }

  scan(block: number, admitted: Uint8Array, minimum: number): number {
    const held = this.#blocks.get(block);
    if (!held) return 0;
    let found = 0;
    for (let slot = 0; slot < admitted.length; slot++) {
      if (admitted[slot] !== 1 || held.present[slot] !== 1) continue;
      const score = this.#score(held.codes, slot);
      if (score < minimum) continue;
      this.slots[found] = slot;
      this.scores[found++] = score;
    }
    return found;
  }

  #score(codes: Uint8Array, slot: number): number {
    let score = 0;
    for (let row = 0; row < this.#rows; row++)
      score += this.#worth[row * 256 + codeByte(codes, this.#rows, slot, row)] ?? 0;
    return score;
  }
}
