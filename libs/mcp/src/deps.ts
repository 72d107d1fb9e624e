import type { Access } from '@fumikura/access';
import type { Logger } from '@fumikura/logging';
import type { PersonId } from '@fumikura/model';
import type { AccessFilter } from '@fumikura/ports';
import type { Knowledge } from '@fumikura/retrieval';
import type { McpRequestContext } from '@modelcontextprotocol/server';

export interface McpDeps {
  readonly knowledge: Knowledge;
  readonly access: Access;
  readonly logger: Logger;
  readonly version: string;
  /** Who asks; rejects with an AppError for a caller nobody knows. */
  readonly resolvePerson: (context: McpRequestContext) => PersonId | Promise<PersonId>;
  /** A call that takes longer is answered with an error; default 10,000. */
  readonly deadlineMs?: number;
}

/** What the handlers of one request share. */
export interface CallContext {
  readonly deps: McpDeps;
  /** The caller's rights, worked out anew for every call: a revocation reaches the next one. */
  readonly access: () => Promise<AccessFilter>;
}
