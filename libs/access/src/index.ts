export { createAccess } from './access.ts';
export { createLocalDirectory, LOCAL_ISSUER, localPrincipal } from './directory.ts';
export type { Directory, LocalGroup } from './directory.ts';
export { createLinkedDirectory } from './linked-directory.ts';
export { linksOf } from './links.ts';
export type { AccountLink, LinkedPerson } from './links.ts';
export { createPersonalTokens, isPersonalToken } from './personal-tokens.ts';
export type { PersonalToken, PersonalTokens } from './personal-tokens.ts';
export type { Access } from './types.ts';
