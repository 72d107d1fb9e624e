export { confluenceConfigSchema } from './config.ts';
export type { ConfluenceConfig, ConfluenceConfigInput } from './config.ts';
export { createConfluenceConnector } from './connector.ts';
export type { ConfluenceDeps } from './connector.ts';
export type { ConfluenceCheckpoint } from './pull.ts';
export { confluenceSetup } from './setup.ts';
