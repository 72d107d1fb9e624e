import { AppError } from '@fumikura/errors';

const BLOCK = 512;
/** Longest name and attributes that are believed. */
const MAX_HEADER_BYTES = 1_024 * 1_024;

export interface TarFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Ordinary files of a tar stream, as `git archive` and GNU tar write it, whose content is wanted. Everything else is passed
 * over without being kept. @throws CONTENT_DAMAGED (transient) when it ends too early or is none
 */
export async function* readTar(
  source: AsyncIterable<Uint8Array>,
  isWanted: (path: string, sizeBytes: number) => boolean,
): AsyncGenerator<TarFile> {
  const input = createReader(source);
  let longName: string | undefined;
  for (;;) {
    const head = await input.take(BLOCK);
    if (head.every((byte) => byte === 0)) return;
    const size = octal(head.subarray(124, 136));
    const type = String.fromCharCode(head[156] ?? 0);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'x' || type === 'L') {
      if (size > MAX_HEADER_BYTES) throw damaged('a name is too long');
      const content = (await input.take(padded)).subarray(0, size);
      longName = type === 'x' ? (paxPath(content) ?? longName) : text(content);
      continue;
    }
    const path = longName ?? nameOf(head);
    const isFile = type === '0' || type === '\0';
    if (type !== 'g') longName = undefined;
    if (isFile && isWanted(path, size)) yield { path, bytes: (await input.take(padded)).slice(0, size) };
    else await input.skip(padded);
  }
}

function nameOf(head: Uint8Array): string {
  const name = text(head.subarray(0, 100));
  const isUstar = text(head.subarray(257, 263)).startsWith('ustar');
  const prefix = isUstar ? text(head.subarray(345, 500)) : '';
  return prefix ? `${prefix}/${name}` : name;
}

/** Records of `<length> <key>=<value>\n`. */
function paxPath(content: Uint8Array): string | undefined {
  const buffer = Buffer.from(content);
  for (let at = 0; at < buffer.length;) {
    const space = buffer.indexOf(0x20, at);
    const length = Number(buffer.toString('latin1', at, space));
    if (space < 0 || !(length > 0)) throw damaged('a header cannot be read');
    const record = buffer.toString('utf8', space + 1, at + length - 1);
    if (record.startsWith('path=')) return record.slice('path='.length);
    at += length;
  }
  return undefined;
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
}

function octal(bytes: Uint8Array): number {
  const value = Number.parseInt(text(bytes).trim() || '0', 8);
  if (!Number.isSafeInteger(value) || value < 0) throw damaged('a size cannot be read');
  return value;
}

function createReader(source: AsyncIterable<Uint8Array>) {
  const iterator = source[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  const more = async () => {
    const { value, done } = await iterator.next();
    if (done) throw damaged('it ends too early');
    return value;
  };
  return {
    take: async (length: number): Promise<Uint8Array> => {
      const parts = [held];
      let have = held.length;
      while (have < length) {
        const part = await more();
        parts.push(part);
        have += part.length;
      }
      const all = parts.length === 1 ? held : new Uint8Array(Buffer.concat(parts));
      held = all.subarray(length);
      return all.subarray(0, length);
    },
    skip: async (length: number): Promise<void> => {
      let left = length;
      while (left > held.length) {
        left -= held.length;
        held = await more();
      }
      held = held.subarray(left);
    },
  };
}

function damaged(why: string): AppError {
  return new AppError('CONTENT_DAMAGED', 'transient', `the archive is damaged: ${why}`);
}
