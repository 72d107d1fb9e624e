import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { watchFile } from '@fumikura/config';
import type { Config } from '@fumikura/config';
import { AppError, toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { parseSynonyms } from '@fumikura/retrieval';
import type { Synonyms } from '@fumikura/retrieval';

export interface InstalledSynonyms {
  /** As the file says them at this moment, or said them when it could last be used. */
  now(): Synonyms;
  close(): void;
}

/**
 * The company's synonyms; a change of the file counts within a second where the process stays.
 * @throws AppError SYNONYMS_INVALID (config) when the file cannot be used at the start
 */
export async function installSynonyms(
  { folder, search }: Pick<Config, 'folder' | 'search'>,
  logger: Logger,
  { isOneShot, everyMs = 1_000 }: { readonly isOneShot: boolean; readonly everyMs?: number },
): Promise<InstalledSynonyms | undefined> {
  if (search.synonyms === undefined) return undefined;
  const file = resolve(folder, search.synonyms);
  let synonyms = await readSynonyms(file);
  const watch = isOneShot
    ? undefined
    : watchFile(file, {
        everyMs,
        onChanged: async () => {
          synonyms = await readSynonyms(file);
          logger.info('search.synonyms.read', { lines: synonyms.lines });
        },
        onInvalid: ({ code, message }) =>
          logger.error('search.synonyms.invalid', { code, message: message.slice(0, 500) }),
      });
  return { now: () => synonyms, close: () => watch?.close() };
}

/** @throws AppError SYNONYMS_INVALID (config) */
export async function readSynonyms(file: string): Promise<Synonyms> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const message = `${file} cannot be read: ${toAppError(cause).message}`;
    throw new AppError('SYNONYMS_INVALID', 'config', message, {
      publicMessage: `The file of synonyms ${file} cannot be read.`,
      cause,
    });
  });
  return parseSynonyms(text, basename(file));
}
