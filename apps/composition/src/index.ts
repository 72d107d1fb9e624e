export { auditFolder, audited, openAudit } from './audit.ts';
export type { Asked } from './audit.ts';
export { CONNECTOR_KINDS, connectorFor, connectorsFor } from './connectors/registry.ts';
export type { ConnectorHost } from './connectors/registry.ts';
export { DATABASE_FILE, localPerson, openInstallation } from './installation.ts';
export type { Installation, OpenOptions } from './installation.ts';
export { mcpFactory, serveHttp } from './serving.ts';
export type { ServeOptions } from './serving.ts';
export { evaluateCollection } from './evaluation.ts';
