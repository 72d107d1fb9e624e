import type { Principal } from './principal.ts';

/** An account of a source: who it belongs to is decided by the directory, never by its name. */
export interface SourceAccount {
  /** `user:<source>:<account id>`. */
  readonly principal: Principal;
  readonly name?: string;
  /** Proposes a link to a person, and only when the source itself calls it verified. */
  readonly email?: { readonly address: string; readonly isVerified: boolean };
  /** Holds no right as soon as it is not active. */
  readonly isActive: boolean;
  /** Apps and service accounts belong to no person. */
  readonly isPerson: boolean;
}

/** A group of a source with its direct members; groups may nest and even contain themselves. */
export interface SourceGroup {
  /** `group:<source>:<group id>`. */
  readonly principal: Principal;
  readonly name?: string;
  readonly members: readonly Principal[];
}

/**
 * A part of a source's directory, as it is read. A group of many members may come in several parts; a group that could
 * not be read whole is left out, which closes it.
 */
export interface DirectoryPart {
  readonly accounts?: readonly SourceAccount[];
  readonly groups?: readonly SourceGroup[];
  /** Groups that exist and whose members our account may not read: closed, and named to the operator. */
  readonly unreadable?: readonly { readonly principal: Principal; readonly reason: string }[];
}
