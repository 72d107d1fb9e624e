import { BLOCK, codeBytes, fromInt8, putCode } from './quantise.ts';
import type { CodeBlock, DenseState, VectorTables } from './vector-tables.ts';

/** A mean is made from at least so many vectors … */
const FIRST_MEAN = 256;
/** … made again each time their number has grown by this factor … */
const MEAN_GROWTH = 4;
/** … until it was made from so many: then it moves no more than a rebuild is worth. */
const ENOUGH_FOR_MEAN = 4_096;
/** Vectors it is made from at most. */
const MEAN_SAMPLE = 10_000;

/** Whether the mean should be made (again) now that `count` vectors are stored. */
export function isMeanDue({ meanOf }: DenseState, count: number): boolean {
  return meanOf < ENOUGH_FOR_MEAN && count >= Math.max(FIRST_MEAN, meanOf * MEAN_GROWTH);
}

/** The mean of the stored vectors, of a sample spread over all of them when they are many. */
export function sampleMean(
  tables: VectorTables,
  dimension: number,
  count: number,
): { readonly mean: Float32Array; readonly meanOf: number } {
  const step = Math.ceil(count / MEAN_SAMPLE);
  const sum = new Float64Array(dimension);
  let position = 0;
  let meanOf = 0;
  for (const { value } of tables.everyVector()) {
    if (position++ % step !== 0) continue;
    const unit = fromInt8(value);
    for (let at = 0; at < dimension; at++) sum[at] = (sum[at] ?? 0) + (unit[at] ?? 0);
    meanOf++;
  }
  return { mean: Float32Array.from(sum, (value) => value / meanOf), meanOf };
}

/** Puts codes into their blocks; each block is read and written once. */
export function writeCodes(
  tables: VectorTables,
  units: readonly { readonly chunkId: number; readonly unit: Float32Array }[],
  mean: Float32Array,
  state: DenseState,
): void {
  const dimension = mean.length;
  for (const [b, members] of Map.groupBy(units, ({ chunkId }) => Math.floor(chunkId / BLOCK))) {
    const stored = tables.block(b, dimension);
    const block = stored ? copyOf(stored) : emptyBlock(dimension);
    for (const { chunkId, unit } of members) put(block, chunkId, unit, mean);
    tables.setBlock(b, state, block);
  }
}

/** Makes every block anew around another mean, from the stored vectors. */
export function recode(tables: VectorTables, mean: Float32Array, state: DenseState): void {
  let current: { readonly b: number; readonly block: CodeBlock } | undefined;
  for (const { chunk, value } of tables.everyVector()) {
    const b = Math.floor(chunk / BLOCK);
    if (current?.b !== b) {
      if (current) tables.setBlock(current.b, state, current.block);
      current = { b, block: emptyBlock(mean.length) };
    }
    put(current.block, chunk, fromInt8(value), mean);
  }
  if (current) tables.setBlock(current.b, state, current.block);
}

function put({ present, codes }: CodeBlock, chunk: number, unit: Float32Array, mean: Float32Array): void {
  present[chunk % BLOCK] = 1;
  putCode(codes, chunk % BLOCK, unit, mean);
}

function copyOf({ present, codes }: CodeBlock): CodeBlock {
  return { present: Uint8Array.from(present), codes: Uint8Array.from(codes) };
}

function emptyBlock(dimension: number): CodeBlock {
  return { present: new Uint8Array(BLOCK), codes: new Uint8Array(BLOCK * codeBytes(dimension)) };
}
