export { createScim, SCIM_PATH } from './scim.ts';
export type { ScimChange, ScimOptions } from './scim.ts';
