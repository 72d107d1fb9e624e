import { createHash } from 'node:crypto';

const KEY_BYTES = 16;

/** Stands for a text of any length in an index. */
export function keyOf(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest().subarray(0, KEY_BYTES);
}

/** PostgreSQL stores every character but NUL, which is written as two others here; `unescaped` gives the text back. */
export function escaped(text: string): string {
  return text.replace(/[\u0000\u0001]/g, (character) => (character === '\0' ? '\u00010' : '\u00011'));
}

export function unescaped(text: string): string {
  return text.replace(/\u0001([01])/g, (_, which) => (which === '0' ? '\0' : '\u0001'));
}

/** For texts that are shown and never compared. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}
