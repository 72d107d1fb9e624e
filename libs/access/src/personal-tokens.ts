import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { JsonValue } from '@fumikura/model';
import { entriesOf } from '@fumikura/ports';
import type { SharedState } from '@fumikura/ports';

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

export const TOKEN_SPACE = 'token';

/** A revocation counts for every process of the installation, from its next look on. */
export function createPersonalTokens(state: SharedState, now: () => number = Date.now): PersonalTokens {
  const read = async (id: string) => (await state.get(TOKEN_SPACE, id))?.value as PersonalToken | undefined;
  const write = (record: PersonalToken) =>
    state.put(TOKEN_SPACE, { key: record.id, value: record as unknown as JsonValue });
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
      const records: PersonalToken[] = [];
      for await (const { value } of entriesOf(state, TOKEN_SPACE))
        records.push(value as unknown as PersonalToken);
      return records.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    },
    revoke: async (id) => {
      const record = ID.test(id) ? await read(id) : undefined;
      if (!record) return false;
      await write({ ...record, revokedAt: record.revokedAt ?? new Date(now()).toISOString() });
      return true;
    },
    remove: async (id) => {
      if (ID.test(id)) await state.remove(TOKEN_SPACE, id);
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
