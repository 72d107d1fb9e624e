import { AppError } from '@fumikura/errors';
import type { Damage } from '@fumikura/ports';
import { BLOCK, codeByte, codeBytes, fromInt8, scaleOf } from './quantise.ts';
import type { CodeBlock, VectorTables } from './vector-tables.ts';

const REMEDY = 'Rebuild the index: fumi doctor --rebuild.';
/** So many are named; more would say nothing new. */
const MAX_NAMED = 10;

/** Compares what is stored twice: numbers with rows, codes with the vectors they were made from. Reads every vector. */
export function checkVectors(tables: VectorTables, shouldStop: () => boolean): Damage[] {
  try {
    return findings(tables, shouldStop).map((what) => ({ what, remedy: REMEDY }));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'STORE_DAMAGED') throw error;
    return [{ what: error.message, remedy: REMEDY }];
  }
}

function findings(tables: VectorTables, shouldStop: () => boolean): string[] {
  const fingerprint = tables.fingerprint();
  const { count, version } = tables.state();
  const ahead = tables.stamps().filter(({ ver }) => ver > version);
  const found = ahead.map(({ b }) => `block ${b} of the vectors is newer than their last write`);
  if (!fingerprint) return count > 0 ? [...found, `${count} vectors without a fingerprint`] : found;
  const { dimension } = fingerprint;
  const mean = tables.mean(dimension);
  let rows = 0;
  let current: { readonly b: number; readonly block: CodeBlock | undefined } | undefined;
  for (const { chunk, value } of tables.everyVector()) {
    if (shouldStop()) return [];
    rows++;
    const b = Math.floor(chunk / BLOCK);
    if (current?.b !== b) current = { b, block: tables.block(b, dimension) };
    const fault = faultOf(chunk, value, current.block, mean);
    if (fault && found.length < MAX_NAMED) found.push(`vector of chunk ${chunk} ${fault}`);
  }
  return rows === count ? found : [...found, `vectors: ${rows} counted, ${count} stated`];
}

function faultOf(
  chunk: number,
  value: Uint8Array,
  block: CodeBlock | undefined,
  mean: Float32Array,
): string | undefined {
  if (value.length !== mean.length + 4) return 'has another dimension';
  if (!(scaleOf(value) > 0 && scaleOf(value) <= 1)) return 'has no sensible scale';
  if (block?.present[chunk % BLOCK] !== 1) return 'is in no block';
  return isCodeOf(fromInt8(value), scaleOf(value), block, chunk % BLOCK, mean)
    ? undefined
    : 'has a code that is not its own';
}

/** Rounding may have moved a value across the mean only when it is closer to it than a step. */
function isCodeOf(
  unit: Float32Array,
  step: number,
  { codes }: CodeBlock,
  slot: number,
  mean: Float32Array,
): boolean {
  const rows = codeBytes(unit.length);
  for (let row = 0; row < rows; row++) {
    const byte = codeByte(codes, rows, slot, row);
    for (let at = row * 8; at < Math.min(unit.length, row * 8 + 8); at++) {
      const distance = (unit[at] ?? 0) - (mean[at] ?? 0);
      const isSet = ((byte >> (at & 7)) & 1) === 1;
      if (Math.abs(distance) > step && isSet !== distance > 0) return false;
    }
  }
  return true;
}
