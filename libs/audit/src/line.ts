import { hash } from 'node:crypto';

/**
 * One line of a chain: `<kind> <seq> <json> <hash>`, where the hash is SHA-256 over the hash of the line before, a line
 * feed, and this line up to its own hash. So the bytes to check stand side by side in the file.
 */
export type LineKind = 'S' | 'R' | 'H';

/** Characters of a hash, base64url without padding. */
export const HASH_LENGTH = 43;
/** What stands before the first line of a chain. */
export const NO_HASH = 'A'.repeat(HASH_LENGTH);

export function hashOf(previous: string, body: string): string {
  return hash('sha256', `${previous}\n${body}`, 'base64url');
}

export interface ChainEnd {
  /** Of the last line; lines are counted from 1 over all segments of a writer. */
  readonly seq: number;
  readonly hash: string;
}

export function lineAfter(end: ChainEnd, kind: LineKind, json: string): { text: string; end: ChainEnd } {
  const seq = end.seq + 1;
  const body = `${kind} ${seq} ${json}`;
  const own = hashOf(end.hash, body);
  return { text: `${body} ${own}\n`, end: { seq, hash: own } };
}

export interface ParsedLine extends ChainEnd {
  readonly kind: LineKind;
  readonly json: string;
}

/** Undefined for anything that no writer wrote. */
export function parseLine(line: string): ParsedLine | undefined {
  const match = /^([SRH]) ([1-9]\d{0,15}) (.*) ([\w-]{43})$/su.exec(line);
  if (!match) return undefined;
  return { kind: match[1] as LineKind, seq: Number(match[2]), json: match[3] ?? '', hash: match[4] ?? '' };
}

/** First line of a segment. */
export interface SegmentStart {
  readonly version: 1;
  readonly writer: string;
  readonly segment: number;
  readonly at: string;
  /** Bytes after the last whole line of the segment before: written by a process that was killed, confirmed to nobody. */
  readonly torn: number;
}

/** A signature over everything up to the line before it. */
export interface SignedHead {
  readonly writer: string;
  /** Last line covered, and its hash. */
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  /** Id of the key. */
  readonly key: string;
  /** Ed25519 over `headText`, base64url. */
  readonly signature: string;
}

export function headText({ writer, seq, hash: own, at, key }: Omit<SignedHead, 'signature'>): string {
  return `fumikura audit head 1\n${writer}\n${seq}\n${own}\n${at}\n${key}`;
}

/** What is kept of a segment whose time was over. */
export interface SegmentProof {
  readonly writer: string;
  readonly segment: number;
  readonly first: number;
  /** The segment's last line, and its hash, from which the next segment goes on. */
  readonly seq: number;
  readonly hash: string;
  readonly records: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** When it was removed. */
  readonly at: string;
  readonly key: string;
  readonly signature: string;
}

export function proofText(proof: Omit<SegmentProof, 'signature'>): string {
  const { writer, segment, first, seq, hash: own, records, firstAt, lastAt, at, key } = proof;
  return `fumikura audit proof 1\n${JSON.stringify([writer, segment, first, seq, own, records, firstAt, lastAt, at, key])}`;
}
