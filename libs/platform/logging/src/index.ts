export { createLogger, silentLogger } from './logger.ts';
export type { Fields, Logger, LogLevel } from './logger.ts';
