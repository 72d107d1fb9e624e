import type { Principal } from '@fumikura/model';

/** What an AccessFilter knows. Adapters read it; nobody builds one but `access`. */
export interface AccessGrant {
  /** Stable key of the person, whatever the versions: cursors are bound to it. */
  readonly caller: string;
  /** The caller's principals, expanded; empty for a caller who may read nothing. */
  readonly principals: readonly Principal[];
  /** Every acl_id the caller may read, ascending, of catalog version `version`. Ids made later are not admitted. */
  readonly aclIds: Uint32Array;
  /** Versions of lists and directory the ids were computed from. */
  readonly version: string;
  /** Of (principals, version): caches of results are keyed by it. */
  readonly hash: string;
}

const grants = new WeakMap<AccessFilter, AccessGrant>();

/**
 * The caller's rights, required by every read of the index. Opaque: it has no fields to copy and no public
 * constructor, so a filter can be neither forged nor forgotten; an object that `access` did not make is refused at
 * run time too.
 */
export abstract class AccessFilter {
  declare private readonly madeByAccess: true;
}

class GrantedAccess extends AccessFilter {}

/** For `libs/access` (and testkit) alone; the linter refuses it elsewhere. */
export function grantAccess(grant: AccessGrant): AccessFilter {
  const filter: AccessFilter = new GrantedAccess();
  grants.set(filter, grant);
  Object.freeze(filter);
  return filter;
}

/** The rights inside, or undefined for anything that `grantAccess` did not make: treat that as nobody and refuse. */
export function readGrant(filter: AccessFilter): AccessGrant | undefined {
  return grants.get(filter);
}
