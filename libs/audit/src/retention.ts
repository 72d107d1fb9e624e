import { appendFile, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { notForwarded } from './forward/forward.ts';
import { openSigningKey } from './keys.ts';
import type { SigningKey } from './keys.ts';
import { parseLine, proofText } from './line.ts';
import type { ParsedLine, SegmentProof } from './line.ts';
import { linesOf } from './lines-of.ts';
import { readStart, segmentsOf } from './segments.ts';
import { slotFolder, slotNames, trySlot } from './slot.ts';
import type { AuditRecord } from './types.ts';

export const PROOFS_FILE = 'proofs.jsonl';

export interface PruneOptions {
  readonly folder: string;
  readonly key?: string;
  /** Segments whose last record is older are removed; milliseconds since 1970. */
  readonly before: number;
  readonly now: () => number;
  /** The slot that this process writes to itself. */
  readonly held?: string;
  /** Segments that somebody else has not got yet stay, however old. */
  readonly forwardTo?: readonly string[];
}

/** Removes whole segments whose time is over, each after its signed proof is durable; a chain's last one always stays. */
export async function prune(options: PruneOptions): Promise<{ segments: number; records: number }> {
  const key = await openSigningKey(options.folder, options.key);
  const removed = { segments: 0, records: 0 };
  const waiting = await notForwarded(options.folder, options.forwardTo ?? []);
  for (const name of await slotNames(options.folder)) {
    const folder = slotFolder(options.folder, name);
    const slot = folder === options.held ? undefined : await trySlot(options.folder, name);
    if (!slot && folder !== options.held) continue;
    try {
      for (const segment of (await segmentsOf(folder)).slice(0, -1)) {
        if (segment.number >= (waiting.get(name) ?? Infinity)) break;
        const proof = await proofOf(segment.file, key, options);
        if (!proof) break;
        await writeProof(folder, proof);
        await rm(segment.file);
        removed.segments++;
        removed.records += proof.records;
      }
    } finally {
      slot?.release();
    }
  }
  return removed;
}

/** Undefined while a record of the segment is too young, or when it cannot be read whole. */
async function proofOf(
  file: string,
  key: SigningKey,
  { before, now }: PruneOptions,
): Promise<SegmentProof | undefined> {
  const begun = await readStart(file);
  if (!begun) return undefined;
  let records = 0;
  let firstAt = begun.start.at;
  let lastAt = begun.start.at;
  let last: ParsedLine = begun.line;
  for await (const text of linesOf(file)) {
    const line = parseLine(text);
    if (!line) return undefined;
    last = line;
    if (line.kind !== 'R') continue;
    const { at } = JSON.parse(line.json) as AuditRecord;
    if (records === 0) firstAt = at;
    lastAt = at;
    records++;
  }
  if (Date.parse(lastAt) >= before) return undefined;
  const { writer, segment } = begun.start;
  const proof = {
    writer,
    segment,
    first: begun.line.seq,
    seq: last.seq,
    hash: last.hash,
    records,
    firstAt,
    lastAt,
    at: new Date(now()).toISOString(),
    key: key.id,
  };
  return { ...proof, signature: key.sign(proofText(proof)) };
}

async function writeProof(folder: string, proof: SegmentProof): Promise<void> {
  const file = join(folder, PROOFS_FILE);
  await appendFile(file, `${JSON.stringify(proof)}\n`, { mode: 0o600 });
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
