import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { invalidInput } from '@fumikura/errors';
import type { Catalog } from '@fumikura/ports';

/** A cursor older than this is refused: the reply it continues is no longer what a new search would give. */
const LIFETIME_MS = 60 * 60 * 1_000;

/** Seals resume points so that a caller can neither read, alter nor hand them on. */
export interface CursorSealer {
  /** @param binding everything the cursor may only be used with: caller, query, filter */
  seal(point: ResumePoint, binding: readonly unknown[]): string;
  /** @throws AppError CURSOR_INVALID (invalid-input), the same for altered, foreign, expired and misused cursors */
  open(cursor: string, binding: readonly unknown[]): ResumePoint;
}

/** A place in a text, or what was shown already. */
export type ResumePoint = number | string;

/** Longer ones were made by nobody here. */
const MAX_BYTES = 2_000;

/** The key is made once per installation and kept in its catalog, so that every process opens every cursor. */
export async function createCursorSealer(catalog: Catalog, now: () => number): Promise<CursorSealer> {
  const stored = await catalog.setting('cursor-key', () => randomBytes(32).toString('base64'));
  const key = Buffer.from(stored, 'base64');
  return {
    seal: (point, binding) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(digest(binding));
      const sealed = cipher.update(JSON.stringify([point, now() + LIFETIME_MS]), 'utf8');
      return Buffer.concat([iv, sealed, cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open: (cursor, binding) => {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length < 12 + 16 + 1 || bytes.length > MAX_BYTES) throw refused();
      const content = decrypt(bytes, key, digest(binding));
      const [point, expiresAt] = JSON.parse(content) as [ResumePoint, number];
      // One that lives longer than any was made before a clock jumped back.
      const left = expiresAt - now();
      if (left < 0 || left > 2 * LIFETIME_MS) throw refused();
      return point;
    },
  };
}

function decrypt(bytes: Buffer, key: Buffer, aad: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(aad);
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    throw refused();
  }
}

function digest(binding: readonly unknown[]): Buffer {
  return createHash('sha256').update(JSON.stringify(binding)).digest();
}

function refused() {
  return invalidInput(
    'CURSOR_INVALID',
    'This cursor cannot be used: it is altered, expired, or belongs to another search. Search again without a cursor.',
  );
}
