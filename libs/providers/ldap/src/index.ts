export type { LdapGroups, LdapOptions, LdapPersons } from './config.ts';
export { readLdap } from './read.ts';
