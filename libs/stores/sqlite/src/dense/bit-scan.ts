import { readFileSync } from 'node:fs';

/** The part of the WebAssembly interface that is used; the full types come only with a browser's. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer; grow(pages: number): number };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

/**
 * Codes of every chunk with the scan over them. Both forms give the same integers: the TypeScript one is the
 * definition, the WebAssembly one is what runs.
 */
export interface BitScan {
  /** Puts codes at a chunk number; `codes.length` is a multiple of the stride. */
  set(chunk: number, codes: Uint8Array): void;
  /** Scores of chunks 0 to `admitted.length`, -1 where not admitted; valid until the next call. */
  scan(planes: Uint8Array, admitted: Uint8Array, offset: number): Int32Array;
}

export function createBitScan(stride: number, kernel: 'wasm' | 'typescript' = 'wasm'): BitScan {
  return kernel === 'wasm' ? new WasmBitScan(stride) : new TypeScriptBitScan(stride);
}

type Kernel = (
  codes: number,
  count: number,
  stride: number,
  planes: number,
  admitted: number,
  scores: number,
  offset: number,
) => void;

const PAGE = 65_536;
let compiled: object | undefined;

/** Memory: planes first, then admitted and scores, then the codes, which are moved up when the index grows. */
class WasmBitScan implements BitScan {
  readonly #stride: number;
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #kernel: Kernel;
  #capacity = 0;
  #codesAt = 0;

  constructor(stride: number) {
    this.#stride = stride;
    compiled ??= new WebAssembly.Module(readFileSync(new URL('./dense-kernel.wasm', import.meta.url)));
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    this.#kernel = exports['scan'] as Kernel;
  }

  set(chunk: number, codes: Uint8Array): void {
    this.#reserve(chunk + codes.length / this.#stride);
    this.#bytes().set(codes, this.#codesAt + chunk * this.#stride);
  }

  scan(planes: Uint8Array, admitted: Uint8Array, offset: number): Int32Array {
    this.#reserve(admitted.length);
    const bytes = this.#bytes();
    const [planesAt, admittedAt] = [0, this.#stride * 4];
    const scoresAt = align(admittedAt + this.#capacity);
    bytes.set(planes, planesAt);
    bytes.set(admitted, admittedAt);
    this.#kernel(this.#codesAt, admitted.length, this.#stride, planesAt, admittedAt, scoresAt, offset);
    return new Int32Array(this.#memory.buffer, scoresAt, admitted.length);
  }

  #reserve(chunks: number): void {
    if (chunks <= this.#capacity) return;
    const capacity = Math.ceil((chunks * 1.1) / 1_024) * 1_024;
    const codesAt = align(align(this.#stride * 4 + capacity) + capacity * 4);
    const needed = codesAt + capacity * this.#stride;
    const missing = Math.ceil((needed - this.#memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.#memory.grow(missing);
    const bytes = this.#bytes();
    bytes.copyWithin(codesAt, this.#codesAt, this.#codesAt + this.#capacity * this.#stride);
    this.#codesAt = codesAt;
    this.#capacity = capacity;
  }

  #bytes(): Uint8Array {
    return new Uint8Array(this.#memory.buffer);
  }
}

function align(address: number): number {
  return Math.ceil(address / 16) * 16;
}

class TypeScriptBitScan implements BitScan {
  readonly #stride: number;
  #codes = new Uint8Array(0);

  constructor(stride: number) {
    this.#stride = stride;
  }

  set(chunk: number, codes: Uint8Array): void {
    this.#reserve(chunk * this.#stride + codes.length);
    this.#codes.set(codes, chunk * this.#stride);
  }

  scan(planes: Uint8Array, admitted: Uint8Array, offset: number): Int32Array {
    const stride = this.#stride;
    this.#reserve(admitted.length * stride);
    const scores = new Int32Array(admitted.length).fill(-1);
    for (const [chunk, isAdmitted] of admitted.entries()) {
      if (isAdmitted !== 1) continue;
      let levels = 0;
      let ones = 0;
      for (let at = 0; at < stride; at++) {
        const bits = this.#codes[chunk * stride + at] ?? 0;
        ones += count(bits);
        for (let plane = 0; plane < 4; plane++)
          levels += count(bits & (planes[plane * stride + at] ?? 0)) << plane;
      }
      scores[chunk] = 2 * levels - 15 * ones + offset;
    }
    return scores;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#codes.length) return;
    const larger = new Uint8Array(Math.ceil(bytes * 1.25));
    larger.set(this.#codes);
    this.#codes = larger;
  }
}

const COUNTS = Uint8Array.from(
  { length: 256 },
  (_, byte) => [...byte.toString(2)].filter((bit) => bit === '1').length,
);

function count(byte: number): number {
  return COUNTS[byte] ?? 0;
}
