import { escapeHidden } from '@fumikura/text';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Event name plus fields (`sync.batch.written`, `{ sourceId, count, durationMs }`). warn = handled but worth knowing,
 * error = someone has to act. Never: tokens, document text, query text.
 */
export interface Logger {
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
  child(fields: Fields): Logger;
}

const ORDER: Readonly<Record<LogLevel, number>> = { debug: 10, info: 20, warn: 30, error: 40 };

/** JSON lines to `write` (default stderr: stdout belongs to the protocol under stdio and to results in a shell). */
export function createLogger(
  level: LogLevel,
  write: (line: string) => void = (line) => void process.stderr.write(line),
  base: Fields = {},
): Logger {
  const log =
    (at: LogLevel) =>
    (event: string, fields: Fields = {}) => {
      if (ORDER[at] < ORDER[level]) return;
      const entry = { time: new Date().toISOString(), level: at, event, ...base, ...fields };
      write(`${escapeHidden(JSON.stringify(entry))}\n`);
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (fields) => createLogger(level, write, { ...base, ...fields }),
  };
}

/** The same, with warnings as news: for work whose result says to the person what went wrong. */
export function withoutWarnings(logger: Logger): Logger {
  return {
    ...logger,
    warn: (event, fields) => logger.info(event, fields),
    child: (fields) => withoutWarnings(logger.child(fields)),
  };
}

export const silentLogger: Logger = createLogger('error', () => undefined);
