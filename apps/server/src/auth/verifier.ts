import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { invalidToken } from './refusal.ts';
import type { Identity, VerifyToken } from './types.ts';

/** However long a token lives, a revocation that the issuer alone knows of counts after so long. */
const CACHED_SECONDS = 60;
const MAX_CACHED_TOKENS = 10_000;
/** Longer than any issuer's; a longer one is not worth hashing. */
const MAX_TOKEN_CHARACTERS = 16_384;

export interface CachedVerifier {
  verify(token: string, resource: string): Promise<Identity>;
}

/**
 * Asks each kind of token in turn, and remembers the verdict under the hash of token and resource, never under the token.
 * @param fresh kinds that are asked every time: their revocation counts at once
 */
export function createVerifier(
  fresh: readonly VerifyToken[],
  cached: readonly VerifyToken[],
  now: () => number,
): CachedVerifier {
  const known = new LRUCache<string, { readonly identity: Identity; readonly until: number }>({
    max: MAX_CACHED_TOKENS,
  });
  return {
    verify: async (token, resource) => {
      if (token.length > MAX_TOKEN_CHARACTERS) throw invalidToken('the token is too long');
      const direct = await firstOf(fresh, token, resource);
      if (direct) return direct;
      const key = createHash('sha256').update(`${resource}\n${token}`).digest('base64url');
      const hit = known.get(key);
      if (hit && now() < hit.until) return hit.identity;
      const identity = await firstOf(cached, token, resource);
      if (!identity) throw invalidToken('the token is unknown');
      const until = Math.min(
        identity.expiresAt * 1_000,
        now() + (identity.cacheSeconds ?? CACHED_SECONDS) * 1_000,
      );
      known.set(key, { identity, until });
      return identity;
    },
  };
}

async function firstOf(
  kinds: readonly VerifyToken[],
  token: string,
  resource: string,
): Promise<Identity | undefined> {
  for (const verify of kinds) {
    const identity = await verify(token, resource);
    if (identity) return identity;
  }
  return undefined;
}
