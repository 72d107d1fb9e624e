export { CONNECTOR_KINDS, connectorFor } from './connectors.ts';
export { DATABASE_FILE, openInstallation } from './installation.ts';
export type { Installation, OpenOptions } from './installation.ts';
