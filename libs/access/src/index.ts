export { createAccess } from './access.ts';
export { createLocalDirectory, LOCAL_ISSUER, localPrincipal } from './directory.ts';
export type { Directory, LocalGroup } from './directory.ts';
export { createLinkedDirectory } from './linked-directory.ts';
export type { LinkedPerson } from './linked-directory.ts';
export type { Access } from './types.ts';
