/** Sure signs first, then what the bytes can be without a single error, then the western default. */
const SURE = ['utf-8', 'iso-2022-jp'] as const;
const PLAUSIBLE = ['euc-jp', 'shift_jis'] as const;
const BYTE_ORDER_MARKS: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** Bytes looked at to tell text from binary and to tell encodings apart. */
const SAMPLE = 64 * 1024;

/** Text of unknown encoding; never fails: what no encoding explains is read as windows-1252. */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  const mark = BYTE_ORDER_MARKS.find(([prefix]) => prefix.every((byte, index) => bytes[index] === byte));
  if (mark) return new TextDecoder(mark[1]).decode(bytes);
  const known = declared === undefined ? undefined : strictly(declared, bytes);
  if (known !== undefined) return known;
  if (looksUtf16(bytes)) return new TextDecoder(bytes[0] === 0 ? 'utf-16be' : 'utf-16le').decode(bytes);
  return guess(bytes);
}

export function isBinary(bytes: Uint8Array): boolean {
  if (BYTE_ORDER_MARKS.some(([prefix]) => prefix.every((byte, index) => bytes[index] === byte))) return false;
  return bytes.subarray(0, SAMPLE).includes(0) && !looksUtf16(bytes);
}

function guess(bytes: Uint8Array): string {
  for (const encoding of SURE) {
    if (encoding === 'iso-2022-jp' && !bytes.subarray(0, SAMPLE).includes(0x1b)) continue;
    const text = strictly(encoding, bytes);
    if (text !== undefined) return text;
  }
  const readings = PLAUSIBLE.flatMap((encoding) => strictly(encoding, bytes) ?? []);
  const best = readings.toSorted((a, b) => plausibility(b) - plausibility(a))[0];
  return best && plausibility(best) > 0.3 ? best : new TextDecoder('windows-1252').decode(bytes);
}

function strictly(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined; // not this encoding: the caller tries the next
  }
}

/** Share of the non-ASCII characters that ordinary Japanese uses; half-width kana is what misread bytes look like. */
function plausibility(text: string): number {
  const foreign = text.slice(0, SAMPLE).match(/[^\0-\x7f]/gu) ?? [];
  const usual = foreign.filter((char) => /[\u3000-\u30ff\u4e00-\u9fa0\uff01-\uff5e]/u.test(char));
  return foreign.length === 0 ? 1 : usual.length / foreign.length;
}

function looksUtf16(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, 512);
  if (sample.length < 8) return false;
  let even = 0;
  let odd = 0;
  for (const [index, byte] of sample.entries()) {
    if (byte !== 0) continue;
    if (index % 2 === 0) even++;
    else odd++;
  }
  const half = sample.length / 2;
  return (even > half * 0.4 && odd < half * 0.05) || (odd > half * 0.4 && even < half * 0.05);
}
