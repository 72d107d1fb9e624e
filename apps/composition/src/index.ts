export { CONNECTOR_KINDS, connectorFor, connectorsFor } from './connectors/registry.ts';
export type { ConnectorHost } from './connectors/registry.ts';
export { openInstallation } from './installation.ts';
export { DATABASE_FILE, openStore } from './store.ts';
export type { InstalledStore } from './store.ts';
export type { Installation, OpenOptions } from './installation.ts';
export { mcpFactory, serveHttp } from './serving.ts';
export type { ServeOptions } from './serving.ts';
export { evaluateCollection } from './evaluation.ts';
