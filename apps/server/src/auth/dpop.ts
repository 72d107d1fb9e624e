import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import type { JWK } from 'jose';
import { LRUCache } from 'lru-cache';
import { invalidToken } from './refusal.ts';

/** Never a symmetric one: the key stands in the proof. */
export const PROOF_ALGORITHMS = ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'];
/** How far its time may be from ours, both ways, in seconds. */
const PROOF_SECONDS = 60;
const MAX_PROOF_CHARACTERS = 8_192;
const MAX_REMEMBERED = 100_000;
const MAX_ID_CHARACTERS = 256;

export interface Proofs {
  /** @throws OAuthError InvalidToken unless the request proves that its sender has the key that the token is bound to */
  require(request: Request, token: string, url: string, key: string): Promise<void>;
}

/**
 * Keeps the id of a proof that was used until a time, in milliseconds since 1970.
 * @returns false when it is kept already, by whichever process
 */
export type UseProof = (id: string, until: number) => Promise<boolean>;

/** RFC 9449, without nonces: a proof counts once, for one request, for a minute. */
export function createProofs(now: () => number, use: UseProof = rememberHere(now)): Proofs {
  return {
    require: async (request, token, url, key) => {
      const proof = request.headers.get('dpop') ?? '';
      // Several headers arrive with commas between, which no proof has.
      if (proof === '' || proof.includes(',') || proof.length > MAX_PROOF_CHARACTERS)
        throw invalidToken('the token is bound to a key, and the request does not prove it');
      const { payload, protectedHeader } = await verified(proof, now);
      if ((await calculateJwkThumbprint(protectedHeader.jwk as JWK)) !== key)
        throw invalidToken('the proof is of another key');
      const { htm, htu, ath, iat, jti } = payload;
      if (htm !== request.method || htu !== url) throw invalidToken('the proof is for another request');
      if (ath !== createHash('sha256').update(token).digest('base64url'))
        throw invalidToken('the proof is for another token');
      if (typeof iat !== 'number' || Math.abs(now() / 1_000 - iat) > PROOF_SECONDS)
        throw invalidToken('the proof is of another time');
      if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_CHARACTERS)
        throw invalidToken('the proof has no id');
      const id = createHash('sha256').update(`${key} ${jti}`).digest('base64url');
      if (!(await use(id, now() + 2 * PROOF_SECONDS * 1_000)))
        throw invalidToken('the proof was used before');
    },
  };
}

/** Of one process alone. */
function rememberHere(now: () => number): UseProof {
  const seen = new LRUCache<string, number>({ max: MAX_REMEMBERED });
  return async (id, until) => {
    if ((seen.get(id) ?? 0) > now()) return false;
    seen.set(id, until);
    return true;
  };
}

async function verified(proof: string, now: () => number) {
  try {
    return await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: PROOF_ALGORITHMS,
      currentDate: new Date(now()),
    });
  } catch {
    // A library's message may quote it.
    throw invalidToken('the proof does not hold');
  }
}
