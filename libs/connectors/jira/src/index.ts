export { jiraConfigSchema } from './config.ts';
export type { JiraConfig, JiraConfigInput } from './config.ts';
export { createJiraConnector } from './connector.ts';
export { jiraSetup } from './setup.ts';
