import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { AppError } from '@fumikura/errors';
import yauzl from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { damaged, encrypted, tooLarge } from '../refusals.ts';
import type { ParseLimits } from '../types.ts';

export type ZipParts = ReadonlyMap<string, Buffer>;

const MAX_ENTRIES = 20_000;
const MAX_NAME_LENGTH = 1_024;
const MAX_NAME_DEPTH = 32;
/** Office XML packs to a tenth or a fiftieth; deflate's own bound is 1 : 1,032, which only bombs come near. */
const MAX_RATIO = 200;
/** Smaller entries may pack as well as they like: a sheet of zeros does. */
const RATIO_COUNTS_FROM_BYTES = 8 * 1_024 * 1_024;
const SPLIT = 'Split it, or store it unpacked.';

/**
 * Entries of a zip by name, in the archive's order. Two passes: the directory is judged whole (number, names, sizes,
 * ratios) before a byte is unpacked; then what comes out may not be more than the directory said, nor another content
 * than its checksum. So memory is bounded by `maxExpandedBytes` whatever the archive claims.
 * @param wanted which entries to unpack; the others are judged all the same
 * @throws AppError CONTENT_TOO_LARGE, CONTENT_DAMAGED, CONTENT_ENCRYPTED (invalid-input)
 */
export async function unzip(
  bytes: Uint8Array,
  limits: Pick<ParseLimits, 'maxExpandedBytes'>,
  wanted: (name: string) => boolean = () => true,
): Promise<ZipParts> {
  const archive = await open(bytes);
  const parts = new Map<string, Buffer>();
  for (const entry of await judged(archive, limits)) {
    // Of two entries of one name the first counts; other readers take either, so neither is to be trusted more.
    if (wanted(entry.fileName) && !parts.has(entry.fileName))
      parts.set(entry.fileName, await read(archive, entry));
  }
  return parts;
}

async function open(bytes: Uint8Array): Promise<ZipFile> {
  try {
    return await yauzl.fromBufferPromise(
      withoutTail(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
    );
  } catch (cause) {
    throw damaged('file', cause, 'It is cut off or was changed on its way: fetch or store it again.');
  }
}

/** Bytes after the directory's end record, which mail gateways and web servers add, are no reason to refuse. */
function withoutTail(bytes: Buffer): Buffer {
  const end = bytes.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  if (end < 0 || end + 22 > bytes.length) return bytes;
  return bytes.subarray(0, Math.min(bytes.length, end + 22 + bytes.readUInt16LE(end + 20)));
}

async function judged(
  archive: ZipFile,
  { maxExpandedBytes }: Pick<ParseLimits, 'maxExpandedBytes'>,
): Promise<Entry[]> {
  if (archive.entryCount > MAX_ENTRIES) throw tooLarge(`it holds more than ${MAX_ENTRIES} entries`, SPLIT);
  const entries: Entry[] = [];
  let expanded = 0;
  try {
    for await (const entry of archive.eachEntry()) {
      expanded += entry.uncompressedSize;
      if (expanded > maxExpandedBytes)
        throw tooLarge(`it unpacks to more than ${maxExpandedBytes} bytes`, SPLIT);
      judge(entry);
      entries.push(entry);
    }
  } catch (error) {
    throw error instanceof AppError ? error : damaged('file', error);
  }
  return entries;
}

function judge(entry: Entry): void {
  const { fileName, compressedSize, uncompressedSize } = entry;
  if (fileName.length > MAX_NAME_LENGTH || fileName.split('/').length > MAX_NAME_DEPTH) {
    const allowed = `${MAX_NAME_DEPTH} levels or ${MAX_NAME_LENGTH} characters`;
    throw tooLarge(`an entry's name has more than ${allowed}`, SPLIT);
  }
  if (uncompressedSize > RATIO_COUNTS_FROM_BYTES && uncompressedSize > compressedSize * MAX_RATIO)
    throw tooLarge(`an entry unpacks to more than ${MAX_RATIO} times its size`, SPLIT);
  if (entry.isEncrypted()) throw encrypted('file');
}

async function read(archive: ZipFile, entry: Entry): Promise<Buffer> {
  let content: Buffer;
  try {
    content = await buffer(await archive.openReadStreamPromise(entry));
  } catch (cause) {
    throw damaged('file', cause);
  }
  if (crc32(content) !== entry.crc32)
    throw damaged('file', new Error(`checksum of ${entry.fileName} differs`));
  return content;
}
