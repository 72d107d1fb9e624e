import { createHash } from 'node:crypto';
import { appendFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { headText } from './line.ts';
import type { SignedHead } from './line.ts';

/** One line a time stamp: the head, and what the authority answered, base64. */
export const TIMESTAMPS_FILE = 'timestamps.jsonl';

export interface TimestampOptions {
  readonly folder: string;
  /** Of a time stamping authority (RFC 3161 over HTTP). */
  readonly url: string;
  readonly everyMs: number;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 65_536;
/** A query for a SHA-256 digest that asks for the certificate, up to the digest itself and behind it. */
const BEFORE_DIGEST = Buffer.from('3039020101' + '3031300d060960864801650304020105000420', 'hex');
const AFTER_DIGEST = Buffer.from('0101ff', 'hex');

/** What the authority stamps: SHA-256 of the text that the head signs and the signature, with a line feed between. */
export function stampedDigest({ signature, ...head }: SignedHead): Buffer {
  return createHash('sha256')
    .update(`${headText(head)}\n${signature}`)
    .digest();
}

/**
 * Has a head stamped now and then by somebody outside, who thereby knows that everything before it was there.
 * @returns resolves when the stamp is kept, or at once when none is due; rejects when the authority gives none
 */
export function timestamping(options: TimestampOptions): (head: SignedHead) => Promise<void> {
  const { folder, url, everyMs, fetch = globalThis.fetch, now = Date.now } = options;
  let last: number | undefined;
  return async (head) => {
    // Another process may have had one made.
    last ??= await stat(join(folder, TIMESTAMPS_FILE)).then(
      ({ mtimeMs }) => mtimeMs,
      () => -Infinity,
    );
    if (now() - last < everyMs) return;
    last = now();
    const digest = stampedDigest(head);
    const response = await fetch(url, {
      method: 'POST',
      body: Buffer.concat([BEFORE_DIGEST, digest, AFTER_DIGEST]),
      headers: { 'content-type': 'application/timestamp-query' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = Buffer.from(await response.arrayBuffer());
    if (!response.ok || !isGranted(answer, digest))
      throw new Error(`${new URL(url).host} gave no time stamp`);
    const line = { head, at: new Date(now()).toISOString(), url, response: answer.toString('base64') };
    await appendFile(join(folder, TIMESTAMPS_FILE), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  };
}

/** Status granted (0, or 1 with changes), and about this digest. What it is worth, its own verifier says. */
function isGranted(answer: Buffer, digest: Buffer): boolean {
  if (answer.length > MAX_ANSWER_BYTES || answer[0] !== 0x30) return false;
  const status = answer.indexOf(Buffer.from([0x02, 0x01]));
  const granted = answer[status + 2];
  return status >= 0 && status < 16 && (granted === 0 || granted === 1) && answer.includes(digest);
}
