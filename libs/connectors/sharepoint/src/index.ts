export { sharepointConfigSchema } from './config.ts';
export type { SharepointConfig, SharepointConfigInput } from './config.ts';
export { createSharepointConnector } from './connector.ts';
export type { SharepointDeps } from './connector.ts';
export type { SharepointCheckpoint } from './pull.ts';
export { sharepointSetup } from './setup.ts';
