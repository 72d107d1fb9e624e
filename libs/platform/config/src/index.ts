export { addSource, removeSource } from './edit.ts';
export { CONFIG_FILE, findConfig, invalid, loadConfig, parseConfig } from './load.ts';
export type { Config } from './load.ts';
export type { ConfigProblem } from './problems.ts';
export type { ConfigInput, Schedules, SourceConfig } from './schema.ts';
export { Secret } from './secret.ts';
