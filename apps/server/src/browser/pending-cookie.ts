import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import type { Pending } from './code-flow.ts';

export interface PendingCookieOptions {
  /** 32 bytes; the same at every server that may be asked next. */
  readonly key: () => Promise<Uint8Array>;
  /** Where the browser comes back to; it shows the cookie nowhere else. */
  readonly returnUrl: URL;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface PendingCookie {
  /** A value of `Set-Cookie`. */
  keep(pending: Pending): Promise<string>;
  /** The same for one that is over. */
  readonly forget: string;
  /** Undefined without one, and for one that is too old, altered, or there twice. */
  read(header: string | null): Promise<Pending | undefined>;
}

export const PENDING_MINUTES = 10;
const AUDIENCE = 'slack sign-in';

/** Sealed (A256GCM): whoever reads it learns neither nonce nor verifier, and nobody else can make one. */
export function createPendingCookie({ key, returnUrl, now }: PendingCookieOptions): PendingCookie {
  const isEncrypted = returnUrl.protocol === 'https:';
  // A page that was not encrypted cannot have set one of this name.
  const name = isEncrypted ? '__Secure-fumikura-sign-in' : 'fumikura-sign-in';
  const where = `Path=${returnUrl.pathname}; HttpOnly; SameSite=Lax${isEncrypted ? '; Secure' : ''}`;
  const seconds = () => Math.floor(now() / 1_000);
  return {
    keep: async (pending) => {
      const sealed = await new EncryptJWT({ ...pending })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setAudience(AUDIENCE)
        .setExpirationTime(seconds() + PENDING_MINUTES * 60)
        .encrypt(await key());
      return `${name}=${sealed}; Max-Age=${PENDING_MINUTES * 60}; ${where}`;
    },
    forget: `${name}=; Max-Age=0; ${where}`,
    read: async (header) => {
      const values = valuesOf(header ?? '', name);
      const [value] = values;
      // Of two somebody else has set one.
      if (value === undefined || values.length > 1) return undefined;
      try {
        const { payload } = await jwtDecrypt(value, await key(), {
          ...{ audience: AUDIENCE, requiredClaims: ['exp'], currentDate: new Date(now()) },
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        const { state, nonce, verifier } = payload;
        return { state: String(state), nonce: String(nonce), verifier: String(verifier) };
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}

function valuesOf(header: string, name: string): string[] {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
