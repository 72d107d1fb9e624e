import { readFile, stat } from 'node:fs/promises';
import type { Block } from '@fumikura/model';
import { AppError } from '@fumikura/errors';
import { detectLanguage, normaliseText } from '@fumikura/text';
import { chunk } from './chunker.ts';
import { CHUNKER_DEFAULTS } from './chunking.ts';
import type { ChunkerOptions } from './chunking.ts';
import { cutAs } from './recut.ts';
import { findParser } from './registry.ts';
import { cutNotice, render } from './render.ts';
import { similarityHash } from './similarity.ts';
import type { Parsed, ParseInput, ParseLimits, Prepared } from './types.ts';

/** Bytes of one file → normalised text, outline, chunks. */
export async function prepareContent(
  input: ParseInput,
  limits: ParseLimits,
  chunking?: ChunkerOptions,
): Promise<Prepared> {
  if (input.bytes.length > limits.maxBytes) throw tooLarge(input.bytes.length, limits.maxBytes);
  const parser = await findParser(input);
  return prepareParsed(await parser(input, limits), limits, chunking);
}

/** The same of a file that nobody has in memory yet. */
export async function prepareFile(
  { path, ...input }: Omit<ParseInput, 'bytes'> & { readonly path: string },
  limits: ParseLimits,
  chunking?: ChunkerOptions,
): Promise<Prepared> {
  const { size } = await stat(path);
  if (size > limits.maxBytes) throw tooLarge(size, limits.maxBytes);
  return prepareContent({ ...input, bytes: await readFile(path) }, limits, chunking);
}

/** Blocks that a source delivers itself. */
export function prepareBlocks(
  blocks: readonly Block[],
  limits: ParseLimits,
  chunking?: ChunkerOptions,
): Prepared {
  return prepareParsed({ blocks }, limits, chunking);
}

export function tooLarge(sizeBytes: number, maxBytes: number): AppError {
  return new AppError('CONTENT_TOO_LARGE', 'invalid-input', `${sizeBytes} bytes, at most ${maxBytes}`, {
    publicMessage: `The file has ${sizeBytes} bytes; at most ${maxBytes} are read. Raise parsing.maxBytes, or split the file.`,
  });
}

function prepareParsed(
  { blocks, notices = [], language, title, ...facts }: Parsed,
  limits: ParseLimits,
  chunking: ChunkerOptions = CHUNKER_DEFAULTS,
): Prepared {
  const { isCut, ...rendered } = render(blocks, limits.maxCharacters);
  const detected = detectLanguage(rendered.text);
  const clean = title === undefined ? '' : normaliseText(title).replace(/\s+/gu, ' ').trim();
  return {
    ...facts,
    ...(clean !== '' && { title: clean.slice(0, 500) }),
    language: detected === 'und' ? (language ?? 'und') : detected,
    text: rendered.text,
    outline: rendered.outline,
    ...cutAs({ ...rendered, chunks: chunk(rendered) }, chunking),
    similarity: similarityHash(rendered.text),
    notices: isCut ? [...new Set([...notices, cutNotice(limits.maxCharacters)])] : notices,
  };
}
