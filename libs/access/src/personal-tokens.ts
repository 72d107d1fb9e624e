import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { NamedTexts } from '@fumikura/ports';

/** What is kept of a personal token: everything but the token. */
export interface PersonalToken {
  /** 16 hexadecimal digits; part of the token, no secret. */
  readonly id: string;
  /** Id of a person of the configuration. */
  readonly person: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly revokedAt?: string;
  /** SHA-256 of the secret half, base64url. It is random, so no slow hash is needed. */
  readonly hash: string;
}

export interface PersonalTokens {
  /** @returns the token itself, which is shown once and kept nowhere */
  create(wanted: Pick<PersonalToken, 'person' | 'name' | 'scopes' | 'expiresAt'>): Promise<{
    readonly token: string;
    readonly record: PersonalToken;
  }>;
  /** By time of creation, also those that do not hold any more. */
  list(): Promise<readonly PersonalToken[]>;
  /** False when there is no such token. */
  revoke(id: string): Promise<boolean>;
  /** Nothing is left of it; for one that must not hold any more, too. */
  remove(id: string): Promise<void>;
  /** Read anew each time: a revocation counts at once. Undefined for a token that is none, or does not hold. */
  find(token: string): Promise<PersonalToken | undefined>;
}

const TOKEN = /^fumi_([0-9a-f]{16})_([\w-]{43})$/u;

/** Whether somebody meant one of these, right or wrong. */
export function isPersonalToken(token: string): boolean {
  return token.startsWith('fumi_');
}

const ID = /^[0-9a-f]{16}$/u;

/** A revocation counts for every process that shares the texts, from its next look on. */
export function createPersonalTokens(texts: NamedTexts, now: () => number = Date.now): PersonalTokens {
  const read = async (id: string): Promise<PersonalToken | undefined> => {
    const text = await texts.get(id);
    return text === undefined ? undefined : (JSON.parse(text) as PersonalToken);
  };
  const write = (record: PersonalToken) => texts.put(record.id, JSON.stringify(record));
  return {
    create: async (wanted) => {
      const id = randomBytes(8).toString('hex');
      const secret = randomBytes(32).toString('base64url');
      const createdAt = new Date(now()).toISOString();
      const record = { id, ...wanted, createdAt, hash: hashOf(secret).toString('base64url') };
      await write(record);
      return { token: `fumi_${id}_${secret}`, record };
    },
    list: async () => {
      const records = await Promise.all((await texts.names()).map(read));
      return records
        .filter((record) => record !== undefined)
        .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    },
    revoke: async (id) => {
      const record = ID.test(id) ? await read(id) : undefined;
      if (!record) return false;
      await write({ ...record, revokedAt: record.revokedAt ?? new Date(now()).toISOString() });
      return true;
    },
    remove: async (id) => {
      if (ID.test(id)) await texts.remove(id);
    },
    find: async (token) => {
      const [, id, secret] = TOKEN.exec(token) ?? [];
      const record = id === undefined ? undefined : await read(id);
      if (!record || secret === undefined) return undefined;
      if (!timingSafeEqual(hashOf(secret), Buffer.from(record.hash, 'base64url'))) return undefined;
      const holds = record.revokedAt === undefined && Date.parse(record.expiresAt) > now();
      return holds ? record : undefined;
    },
  };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
