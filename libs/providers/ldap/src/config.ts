import type { Secret } from '@fumikura/config';

/** Attributes are named as the directory names them. */
export interface LdapOptions {
  /** `ldaps://host`, or `ldap://host` with `startTls`; without either only on loopback. */
  readonly url: string;
  readonly startTls: boolean;
  /** PEM of the authorities to trust in the place of the system's. */
  readonly ca?: string;
  readonly bindDn?: string;
  readonly password?: Secret;
  readonly persons: LdapPersons;
  readonly groups?: LdapGroups;
  readonly pageSize: number;
  /** Milliseconds for one request. */
  readonly timeoutMs: number;
}

export interface LdapPersons {
  readonly base: string;
  readonly filter: string;
  /** Never changes: `entryUUID`, `objectGUID`. */
  readonly id: string;
  readonly userName: string;
  readonly name: string;
  readonly email: string;
  /** Who fits this one, too, is there and may not come in. */
  readonly inactive?: string | undefined;
}

export interface LdapGroups {
  readonly base: string;
  readonly filter: string;
  readonly id: string;
  readonly name: string;
  /** Values are names of entries (`member`, `uniqueMember`) or, for `memberUid`, user names. */
  readonly member: string;
}
