import type { DocumentId, PersonId } from '@fumikura/model';

/** What somebody did or wanted to do, as it is written down before they are answered. */
export interface AuditEvent {
  readonly action: AuditAction;
  /** Tool, command or route: `search_knowledge`, `cli get`, `resource`. */
  readonly via: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  /** Who; absent when nobody could be identified. */
  readonly actor?: PersonId;
  /** In whose place, when that is somebody else. */
  readonly as?: PersonId;
  readonly client?: AuditClient;
  /** Text of a person: kept, hashed or dropped by policy. */
  readonly query?: string;
  /** What it was done to: a source, a token, a role, a document. */
  readonly object?: string;
  readonly shown?: readonly DocumentId[];
  readonly withheld?: readonly Withheld[];
  /** Error code of a refusal or failure. */
  readonly code?: string;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

export const AUDIT_ACTIONS = ['search', 'read', 'answer', 'sync', 'change', 'access'] as const;
/** `access`: signing in, explaining and reviewing rights, reading the audit itself. */
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditClient {
  readonly channel: 'http' | 'stdio' | 'cli' | 'service' | 'slack';
  readonly name?: string;
  readonly address?: string;
  /** Which credential: the id of a personal token, or of the client that a sign-in was made with. Never the token. */
  readonly credential?: string;
}

export interface Withheld {
  readonly id: DocumentId;
  /**
   * `not-allowed`: the lists refuse. `absent`: there is no such document. `lists-changed`: found, and refused by the second
   * check because its readers changed meanwhile. `source-refused`, `source-unconfirmed`: its source was asked, and said no or
   * nothing in time.
   */
  readonly reason: 'not-allowed' | 'absent' | 'lists-changed' | 'source-refused' | 'source-unconfirmed';
}

/** A record as stored: the event with the query as policy left it. */
export interface AuditRecord extends AuditEvent {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly queryHash?: string;
  /** Ids beyond what one record holds. */
  readonly shownBeyond?: number;
  readonly withheldBeyond?: number;
}

export interface StoredRecord extends AuditRecord {
  /** With `seq` the unchanging name of a record. */
  readonly writer: string;
  readonly seq: number;
}

export type QueryPolicy = 'keep' | 'hash' | 'drop';
