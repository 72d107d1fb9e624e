import type { Principal } from './principal.ts';

/** Whose an account is, as somebody decided it. */
export interface LinkDecision {
  readonly account: Principal;
  /** Id of a person here; absent when the account is nobody's. */
  readonly person?: string;
  /** Who decided, by id. */
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** That a person has a role or has it not, as somebody decided it while the installation ran. */
export interface RoleDecision {
  readonly person: string;
  readonly role: string;
  readonly isHeld: boolean;
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}
