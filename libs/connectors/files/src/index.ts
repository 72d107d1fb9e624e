export { filesConfigSchema } from './config.ts';
export type { FilesConfig, FilesConfigInput } from './config.ts';
export { createFilesConnector } from './connector.ts';
export type { FilesCheckpoint } from './connector.ts';
