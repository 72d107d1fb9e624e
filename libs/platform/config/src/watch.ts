import { stat } from 'node:fs/promises';
import { toAppError } from '@fumikura/errors';
import type { AppError } from '@fumikura/errors';
import { loadConfig } from './load.ts';
import type { Config } from './load.ts';

export interface ConfigWatch {
  /** Looks now; resolves when a change, if there is one, has been told. */
  look(): Promise<void>;
  close(): void;
}

export interface FileWatchOptions {
  readonly onChanged: () => void | Promise<void>;
  /** A file that cannot be used changes nothing; told once for each of its states. */
  readonly onInvalid: (error: AppError) => void;
  /** Default 1,000; 0 looks only when asked. */
  readonly everyMs?: number;
}

export interface ConfigWatchOptions extends Omit<FileWatchOptions, 'onChanged'> {
  readonly onChanged: (config: Config) => void | Promise<void>;
}

export function watchConfig({ file }: Pick<Config, 'file'>, options: ConfigWatchOptions): ConfigWatch {
  return watchFile(file, { ...options, onChanged: async () => options.onChanged(await loadConfig(file)) });
}

/**
 * Tells each new state of a file, of which reading it may fail. Asked of the file system by time rather than by its events, which network
 * folders and the folders that containers mount do not send.
 */
export function watchFile(file: string, options: FileWatchOptions): ConfigWatch {
  const { onChanged, onInvalid, everyMs = 1_000 } = options;
  // Of the file as it is at the first look: what changed before that, while its reader started, is read again for nothing.
  let known: string | undefined;
  let looking: Promise<void> | undefined;
  const look = async () => {
    const state = await stateOf(file);
    if (state === known) return;
    known = state;
    try {
      await onChanged();
    } catch (error) {
      onInvalid(toAppError(error));
    }
  };
  const once = () => (looking ??= look().finally(() => (looking = undefined)));
  const timer = everyMs > 0 ? setInterval(() => void once(), everyMs).unref() : undefined;
  return { look: once, close: () => clearInterval(timer) };
}

/** A file that is written in place and one that is put in its place both change this. */
async function stateOf(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found ? [found.ino, found.size, found.mtimeNs, found.ctimeNs].join() : 'absent';
}
