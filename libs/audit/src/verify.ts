import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSigned, publicKeys } from './keys.ts';
import { headText, proofText } from './line.ts';
import type { SegmentProof, SignedHead } from './line.ts';
import { readJsonLines } from './json-lines.ts';
import { PROOFS_FILE } from './retention.ts';
import { ChainScan } from './scan.ts';
import type { AuditProblem, Witness } from './scan.ts';
import { segmentsOf } from './segments.ts';
import { slotFolder, slotNames } from './slot.ts';
import { HEADS_FILE } from './trail.ts';

export interface VerifyOptions {
  readonly folder: string;
  /** Files of heads that were kept elsewhere. */
  readonly anchors?: readonly string[];
  /** PEM of the only public key to trust; default: those in the folder. */
  readonly publicKey?: string;
}

export interface Verification {
  readonly isSound: boolean;
  readonly writers: number;
  readonly records: number;
  readonly lines: number;
  readonly signedHeads: number;
  /** Records after the last signed head of their chain: no signature holds them yet. */
  readonly unsigned: number;
  /** Records removed by retention, with their proofs in order. */
  readonly removedByRetention: number;
  readonly problems: readonly AuditProblem[];
  /** Not wrong, but worth knowing: a line torn by a killed process, which was confirmed to nobody. */
  readonly notices: readonly string[];
  readonly keys: readonly string[];
  readonly tookMs: number;
}

/** Reads every chain whole: hashes, order, signatures, retention's proofs, and what the witnesses have seen. */
export async function verifyAudit({ folder, anchors = [], publicKey }: VerifyOptions): Promise<Verification> {
  const started = performance.now();
  const keys = await publicKeys(folder, publicKey);
  const problems: AuditProblem[] = [];
  const witness = await readWitness([join(folder, HEADS_FILE), ...anchors], problems);
  const scans: ChainScan[] = [];
  for (const name of await slotNames(folder)) {
    const own = slotFolder(folder, name);
    const segments = await segmentsOf(own);
    const proofs = await readProofs(own, keys, problems);
    if (segments.length === 0 && proofs.length === 0) continue;
    const scan = new ChainScan(`writers/${name}`, keys, witness, proofs);
    for (const { file, number } of segments) scan.segment(number, await readFile(file));
    scan.end();
    scans.push(scan);
  }
  const seen = new Set(scans.map(({ writer }) => writer));
  for (const writer of witness.keys())
    if (!seen.has(writer))
      problems.push({ kind: 'cut', where: writer, message: 'signed heads tell of a chain that is not here' });
  const all = [...problems, ...scans.flatMap((scan) => scan.problems)];
  const sum = (count: (scan: ChainScan) => number) => scans.reduce((total, scan) => total + count(scan), 0);
  return {
    isSound: all.length === 0,
    writers: scans.length,
    records: sum((scan) => scan.records),
    lines: sum((scan) => scan.lines),
    signedHeads: sum((scan) => scan.heads),
    unsigned: sum((scan) => scan.unsigned),
    removedByRetention: sum((scan) => scan.removedByRetention),
    problems: all,
    notices: scans.flatMap((scan) => scan.notices),
    keys: [...keys.keys()],
    tookMs: Math.round(performance.now() - started),
  };

  /** Heads by writer and line; only those that a trusted key signed can accuse anybody. */
  async function readWitness(files: readonly string[], found: AuditProblem[]): Promise<Witness> {
    const heads = new Map<string, Map<number, string>>();
    for (const file of files) {
      for (const head of await readJsonLines<SignedHead>(file)) {
        if (!isSigned(keys, head.key, headText(head), head.signature)) {
          found.push({
            kind: 'signature',
            where: file,
            message: `the head of line ${head.seq} is not signed by a trusted key`,
          });
          continue;
        }
        const own = heads.get(head.writer) ?? new Map<number, string>();
        heads.set(head.writer, own.set(head.seq, head.hash));
      }
    }
    return heads;
  }
}

async function readProofs(
  folder: string,
  keys: Awaited<ReturnType<typeof publicKeys>>,
  problems: AuditProblem[],
): Promise<readonly SegmentProof[]> {
  const proofs = await readJsonLines<SegmentProof>(join(folder, PROOFS_FILE));
  return proofs.filter((proof) => {
    if (isSigned(keys, proof.key, proofText(proof), proof.signature)) return true;
    problems.push({
      kind: 'signature',
      where: folder,
      message: `the proof of segment ${proof.segment} is not signed by a trusted key`,
    });
    return false;
  });
}
