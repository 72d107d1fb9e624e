import type { Principal } from './principal.ts';

/** Name of a list, unique in an installation: `confluence:acme/space/ENG/readers`, `files:handbook/folder/hr`. */
export type AllowListId = string;

/** A named set of readers that can change without any document being touched. Nobody is written as no members. */
export interface AllowList {
  readonly id: AllowListId;
  readonly members: readonly Principal[];
  /** When the source was asked, ISO 8601 UTC. */
  readonly readAt: string;
}

/**
 * Who may read a document: a conjunction. A caller reads it when no denied principal is theirs and every list holds at
 * least one of theirs. An empty `allow` admits nobody; a list that was never read admits nobody.
 */
export interface Acl {
  readonly allow: readonly AllowListId[];
  readonly deny?: readonly Principal[];
}

/** The ACL of something whose readers are unknown: nobody. */
export const NOBODY: Acl = { allow: [] };

/** Canonical text of an ACL: equal for equal sets, whatever their order. Used to give each distinct ACL one row. */
export function aclKey(acl: Acl): string {
  const sorted = (values: readonly string[] = []) => [...new Set(values)].sort();
  return JSON.stringify([sorted(acl.allow), sorted(acl.deny)]);
}
