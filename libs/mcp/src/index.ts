export { buildServer } from './build-server.ts';
export type { ToolSet } from './build-server.ts';
export { connectionLines, cursorLink, vsCodeLink } from './clients/connect.ts';
export type { StdioEntry } from './clients/connect.ts';
export { clientFile, installInto } from './clients/install.ts';
export type { Client, Installed, InstallPlace } from './clients/install.ts';
export { DEFAULT_MCP_LIMITS } from './deps.ts';
export type { McpDeps, McpLimits, ShownEvent } from './deps.ts';
export { documentAddress } from './resources/address.ts';
