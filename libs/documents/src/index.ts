export { DEFAULT_LIMITS } from './types.ts';
export type { FormatParser, Parsed, ParseInput, ParseLimits, Prepared } from './types.ts';
