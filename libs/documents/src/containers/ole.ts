import { damaged, encrypted, unsupported } from '../refusals.ts';

export type OleKind = 'encrypted' | 'mail' | 'workbook' | 'word' | 'powerpoint';

/** Streams by which compound files tell what they hold (MS-CFB directory entries, UTF-16LE), surest sign first. */
const STREAMS: readonly (readonly [name: string, kind: OleKind])[] = [
  ['EncryptedPackage', 'encrypted'],
  ['__substg1.0_', 'mail'],
  ['__properties_version1.0', 'mail'],
  ['WordDocument', 'word'],
  ['PowerPoint Document', 'powerpoint'],
  ['Workbook', 'workbook'],
  ['Book', 'workbook'],
];

export function isOle(bytes: Uint8Array): boolean {
  return bytes[0] === 0xd0 && bytes[1] === 0xcf && bytes[2] === 0x11 && bytes[3] === 0xe0;
}

/** What a compound file holds, by the names of its streams; undefined when it is none, or of an unknown kind. */
export function oleKind(bytes: Uint8Array): OleKind | undefined {
  if (!isOle(bytes)) return undefined;
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return STREAMS.find(([name]) => content.includes(Buffer.from(name, 'utf16le')))?.[1];
}

/**
 * Refuses what a zip-based parser is handed but cannot be a zip: a password turns an Office file into a compound file,
 * and old binary formats often carry the new extension.
 * @param what "Word file"
 */
export function assertZip(bytes: Uint8Array, what: string): void {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return;
  if (oleKind(bytes) === 'encrypted') throw encrypted(what);
  if (isOle(bytes))
    throw unsupported(`${what} in the binary format before 2007`, 'Save it in the current format.');
  throw damaged(what, new Error(bytes.length === 0 ? 'empty' : 'not a zip container'));
}
