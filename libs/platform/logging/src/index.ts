export { createLogger, silentLogger, withoutWarnings } from './logger.ts';
export type { Fields, Logger, LogLevel } from './logger.ts';
