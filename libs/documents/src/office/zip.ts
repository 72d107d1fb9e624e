import { AppError } from '@fumikura/errors';
import { Unzip, UnzipInflate } from 'fflate';
import type { ParseLimits } from '../types.ts';

const MAX_ENTRIES = 20_000;

/**
 * Entries of a zip by name. What an archive says of its own sizes is not believed: bytes are counted while they come
 * out, and too many end it.
 * @param wanted which entries to keep; the others are counted all the same
 * @throws AppError CONTENT_TOO_LARGE, CONTENT_DAMAGED (invalid-input)
 */
export function unzip(
  bytes: Uint8Array,
  limits: ParseLimits,
  wanted: (name: string) => boolean = () => true,
): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array[]>();
  let expanded = 0;
  let seen = 0;
  let failure: unknown;
  const archive = new Unzip((file) => {
    if (++seen > MAX_ENTRIES) throw bomb(`more than ${MAX_ENTRIES} entries`);
    const parts: Uint8Array[] = [];
    const isWanted = wanted(file.name);
    if (isWanted) entries.set(file.name, parts);
    file.ondata = (error, data) => {
      failure ??= error ?? undefined;
      expanded += data?.length ?? 0;
      if (expanded > limits.maxExpandedBytes)
        throw bomb(`more than ${limits.maxExpandedBytes} bytes unpacked`);
      if (isWanted && data) parts.push(data);
    };
    file.start();
  });
  archive.register(UnzipInflate);
  try {
    for (let at = 0; at < bytes.length; at += STEP)
      archive.push(bytes.subarray(at, at + STEP), at + STEP >= bytes.length);
  } catch (error) {
    failure = error;
  }
  if (failure instanceof AppError) throw failure;
  if (failure !== undefined || entries.size === 0) throw damaged(failure);
  return new Map([...entries].map(([name, parts]) => [name, Buffer.concat(parts)]));
}

/** Packed bytes handed over at once, so that a bomb is seen before it has grown. */
const STEP = 64 * 1_024;

function bomb(what: string): AppError {
  return new AppError('CONTENT_TOO_LARGE', 'invalid-input', what, {
    publicMessage: `The file is not read: ${what}. Split it, or store it unpacked.`,
  });
}

function damaged(cause: unknown): AppError {
  return new AppError('CONTENT_DAMAGED', 'invalid-input', 'zip container cannot be read', {
    publicMessage:
      'The file is damaged: it cannot be unpacked. Store it again from the program that made it.',
    cause,
  });
}
