import type { Answering } from '@fumikura/answering';
import type { Access } from '@fumikura/access';
import type { ErrorCode } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { DocumentId, PersonId } from '@fumikura/model';
import type { AccessFilter } from '@fumikura/ports';
import type { Knowledge, WithheldDocument } from '@fumikura/retrieval';
import type { McpRequestContext } from '@modelcontextprotocol/server';

export interface McpDeps {
  readonly knowledge: Knowledge;
  readonly answering: Answering;
  readonly access: Access;
  readonly logger: Logger;
  readonly version: string;
  /** Who asks; rejects with an AppError for a caller nobody knows. */
  readonly resolvePerson: (context: McpRequestContext) => PersonId | Promise<PersonId>;
  readonly limits?: Partial<McpLimits>;
  /**
   * Called with what is about to be shown, before it leaves; the reply waits for it, and is withheld when it rejects:
   * nothing is shown that was not written down. Also called for refusals, whose own answer does not depend on it.
   */
  readonly onShown?: (event: ShownEvent, context: McpRequestContext) => Promise<void>;
  /** Whether the roles of a person include a tool; resources and completion count as the tool that shows the same. */
  readonly mayUse?: (person: PersonId, tool: string) => boolean;
  /** Changes with persons, groups and roles: what was worked out under another one is worked out again. */
  readonly peopleVersion?: () => string;
  /** Scopes that a tool needs beside the one that every call needs; asked for by a challenge when a token lacks them. */
  readonly toolScopes?: Readonly<Record<string, readonly string[]>>;
  /** Whether changes of documents are announced to subscribers (`resources.subscribe`); default no. */
  readonly announcesUpdates?: boolean;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface McpLimits {
  /** A call that takes longer is answered with DEADLINE_EXCEEDED. */
  readonly deadlineMs: number;
  /** The same for answers and summaries, which a model may write. */
  readonly answerDeadlineMs: number;
  /** A sign of life to clients that asked for progress, so that they do not give up before the deadline. */
  readonly progressEveryMs: number;
}

export const DEFAULT_MCP_LIMITS: McpLimits = {
  deadlineMs: 10_000,
  answerDeadlineMs: 120_000,
  progressEveryMs: 1_000,
};

/** One reply, as an audit needs to know it. `query` is text of a person: keep it by policy, never in logs. */
export interface ShownEvent {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly person?: PersonId;
  /** Tool name, or `resource` and `completion`. */
  readonly via: string;
  readonly query?: string;
  /** Everything the reply tells of, duplicates included. */
  readonly documentIds: readonly DocumentId[];
  /** The document that was asked for by its id. */
  readonly wanted?: DocumentId;
  /** Found, and refused afterwards. */
  readonly withheld: readonly WithheldDocument[];
  readonly refusedWith?: ErrorCode;
}

/** Who asks, with the rights of this moment. */
export interface Caller {
  readonly person: PersonId;
  readonly access: AccessFilter;
}

/** What the handlers of one request share. */
export interface CallContext {
  readonly deps: McpDeps;
  /** Worked out anew for every call: a revocation reaches the next one. */
  readonly caller: () => Promise<Caller>;
  readonly context: McpRequestContext;
}
