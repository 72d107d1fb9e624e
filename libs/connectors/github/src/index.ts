export { githubConfigSchema } from './config.ts';
export type { GithubConfig, GithubConfigInput } from './config.ts';
export { createGithubConnector } from './connector.ts';
export type { GithubDeps } from './connector.ts';
export type { GithubCheckpoint } from './pull.ts';
export { githubSetup } from './setup.ts';
