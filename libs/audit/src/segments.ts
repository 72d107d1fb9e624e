import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseLine } from './line.ts';
import type { ParsedLine, SegmentStart } from './line.ts';

/** A record is far shorter: the last whole line always lies within. */
const TAIL_BYTES = 4 * 1_024 * 1_024;

export interface Segment {
  readonly file: string;
  readonly number: number;
}

export function segmentFile(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(6, '0')}.log`);
}

/** In the order they were written. */
export async function segmentsOf(folder: string): Promise<readonly Segment[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /^\d{6}\.log$/u.test(name))
    .sort()
    .map((name) => ({ file: join(folder, name), number: Number(name.slice(0, 6)) }));
}

export interface SegmentTail {
  readonly bytes: number;
  /** Bytes after the last whole line. */
  readonly torn: number;
  /** Undefined for a segment without a whole line. */
  readonly last?: ParsedLine;
}

export async function readTail(file: string): Promise<SegmentTail> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - from);
    await handle.read(bytes, 0, bytes.length, from);
    const end = bytes.lastIndexOf(10);
    const torn = bytes.length - end - 1;
    if (end < 0) return { bytes: size, torn };
    const start = end === 0 ? 0 : bytes.lastIndexOf(10, end - 1) + 1;
    const last = parseLine(bytes.toString('utf8', start, end));
    return { bytes: size, torn, ...(last && { last }) };
  } finally {
    await handle.close();
  }
}

export async function readStart(
  file: string,
): Promise<{ line: ParsedLine; start: SegmentStart } | undefined> {
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.alloc(4_096);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    const end = bytes.subarray(0, bytesRead).indexOf(10);
    const line = end < 0 ? undefined : parseLine(bytes.toString('utf8', 0, end));
    return line?.kind === 'S' ? { line, start: JSON.parse(line.json) as SegmentStart } : undefined;
  } finally {
    await handle.close();
  }
}
