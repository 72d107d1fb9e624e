export { CONNECTOR_KINDS, connectorFor, connectorsFor, setupOf } from './connectors/registry.ts';
export type { ConnectorHost } from './connectors/registry.ts';
export { DATABASE_FILE, openInstallation } from './installation.ts';
export type { Installation, OpenOptions } from './installation.ts';
export { scheduledSource } from './schedules.ts';
export { mcpFactory, serveHttp } from './serving.ts';
export type { ServeOptions } from './serving.ts';
export { evaluateCollection } from './evaluation.ts';
