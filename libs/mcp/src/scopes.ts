import { AppError } from '@fumikura/errors';
import type { ScopeChallengeHandler } from '@modelcontextprotocol/server';
import type { PersonId } from '@fumikura/model';
import type { CallContext } from './deps.ts';

/** Other doors to the same thing need the same key. */
const SAME_AS: Readonly<Record<string, string>> = {
  fetch: 'get_document',
  resource: 'get_document',
  search: 'search_knowledge',
  completion: 'search_knowledge',
};

function neededFor({ deps }: CallContext, tool: string): readonly string[] {
  const own = deps.toolScopes?.[tool] ?? [];
  const shared = deps.toolScopes?.[SAME_AS[tool] ?? tool] ?? [];
  return [...new Set([...own, ...shared])];
}

/** Asks for everything the call needs at once, with what the token has already: a new token replaces the old one. */
export function challengeFor(call: CallContext, tool: string): ScopeChallengeHandler {
  return ({ authInfo }) => {
    const needed = neededFor(call, tool);
    if (!authInfo || needed.every((scope) => authInfo.scopes.includes(scope))) return undefined;
    const [first, ...others] = new Set([...authInfo.scopes, ...needed]);
    return first === undefined ? undefined : { scopes: [first, ...others] };
  };
}

/**
 * Again where the work is done, for every way there.
 * @throws AppError SCOPE_MISSING (permission)
 */
export function requireScopesFor(call: CallContext, tool: string): void {
  const { authInfo } = call.context;
  if (!authInfo || neededFor(call, tool).every((scope) => authInfo.scopes.includes(scope))) return;
  throw new AppError('SCOPE_MISSING', 'permission', `the token lacks a scope for ${tool}`, {
    publicMessage: 'Your sign-in does not cover this. Sign in again and allow it.',
  });
}

/** @throws AppError ROLE_MISSING (permission) */
export function requireRoleFor({ deps }: CallContext, person: PersonId, tool: string): void {
  if (!deps.mayUse || deps.mayUse(person, tool) || deps.mayUse(person, SAME_AS[tool] ?? tool)) return;
  throw new AppError('ROLE_MISSING', 'permission', `no role of the caller includes ${tool}`, {
    publicMessage: 'Your role does not include this. An administrator can give you one that does.',
  });
}
