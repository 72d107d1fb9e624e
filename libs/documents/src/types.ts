import type { Block, ContentBody, Language } from '@fumikura/model';
import type { Cut } from './recut.ts';

export interface ParseInput {
  readonly fileName: string;
  readonly mediaType?: string;
  readonly bytes: Uint8Array;
}

export interface ParseLimits {
  readonly maxBytes: number;
  readonly maxPages: number;
  /** Bytes after decompression, summed over the container. */
  readonly maxExpandedBytes: number;
  readonly maxCharacters: number;
  readonly timeoutMs: number;
}

export const DEFAULT_LIMITS: ParseLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxPages: 2_000,
  maxExpandedBytes: 256 * 1024 * 1024,
  maxCharacters: 10_000_000,
  timeoutMs: 60_000,
};

/** What a format parser returns, before normalising. */
export interface Parsed {
  readonly title?: string;
  readonly authors?: readonly string[];
  readonly createdAt?: string;
  readonly updatedAt?: string;
  /** From front matter or document properties. */
  readonly labels?: readonly string[];
  /** When the format declares it. */
  readonly language?: Language;
  readonly blocks: readonly Block[];
  /** Files inside (mail attachments): children of the document, parsed by themselves. */
  readonly attachments?: readonly (Pick<ContentBody, 'fileName' | 'mediaType'> & {
    readonly bytes: Uint8Array;
  })[];
  /** What is missing and why, for readers: "3 pages are scanned images without text". */
  readonly notices?: readonly string[];
}

/**
 * One format. Runs in a worker thread. Rejects with an AppError (invalid-input): CONTENT_DAMAGED, CONTENT_ENCRYPTED,
 * CONTENT_WITHOUT_TEXT, CONTENT_TOO_LARGE, FORMAT_UNSUPPORTED; its publicMessage says what to do.
 */
export type FormatParser = (input: ParseInput, limits: ParseLimits) => Promise<Parsed>;

/** A parsed document, normalised and cut: what the catalog and the index take. */
export interface Prepared extends Omit<Parsed, 'blocks' | 'notices' | 'language'>, Cut {
  readonly language: Language;
  readonly text: string;
  readonly outline: readonly {
    readonly heading: string;
    readonly level: number;
    readonly start: number;
    readonly end: number;
  }[];
  /** 64-bit similarity hash of the text, 16 hexadecimal digits. */
  readonly similarity: string;
  readonly notices: readonly string[];
}
