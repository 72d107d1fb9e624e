export { CHUNK_UNITS } from './chunking-schema.ts';
export { addSource, removeSource, setChunking, setEmbedder } from './edit.ts';
export { CONFIG_FILE, findConfig, hasDirectories, invalid, loadConfig, parseConfig } from './load.ts';
export type { Config } from './load.ts';
export { isProvisioned } from './problems.ts';
export type { ConfigProblem } from './problems.ts';
export type {
  ConfigInput,
  EmbedderConfig,
  EmbedderInput,
  RerankerConfig,
  ModelConfig,
  Schedules,
  SlackConfig,
  SourceConfig,
} from './schema.ts';
export { Secret } from './secret.ts';
export { watchConfig, watchFile } from './watch.ts';
export type { ConfigWatch, ConfigWatchOptions } from './watch.ts';
