import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

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
  /** False when there is no such token. Counts for every process that reads the folder, from its next look on. */
  revoke(id: string): Promise<boolean>;
  /** Nothing is left of it; for one that must not hold any more, too. */
  remove(id: string): Promise<void>;
  /** Read from the disk each time: a revocation counts at once. Undefined for a token that is none, or does not hold. */
  find(token: string): Promise<PersonalToken | undefined>;
}

const TOKEN = /^fumi_([0-9a-f]{16})_([\w-]{43})$/u;

/** Whether somebody meant one of these, right or wrong. */
export function isPersonalToken(token: string): boolean {
  return token.startsWith('fumi_');
}

/** One small file each, named by its id: nothing is searched, and a token is revoked by one rename. */
export function createPersonalTokens(folder: string, now: () => number = Date.now): PersonalTokens {
  const file = (id: string) => join(folder, `${id}.json`);
  const read = async (id: string): Promise<PersonalToken | undefined> => {
    try {
      return JSON.parse(await readFile(file(id), 'utf8')) as PersonalToken;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  const write = async (record: PersonalToken): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const beside = `${file(record.id)}.${randomBytes(4).toString('hex')}.tmp`;
    const handle = await open(beside, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify(record));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(beside, file(record.id));
  };
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
      const names = await readdir(folder).catch(() => []);
      const ids = names.filter((name) => /^[0-9a-f]{16}\.json$/u.test(name)).map((name) => name.slice(0, 16));
      const records = await Promise.all(ids.map(read));
      return records
        .filter((record) => record !== undefined)
        .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    },
    revoke: async (id) => {
      const record = /^[0-9a-f]{16}$/u.test(id) ? await read(id) : undefined;
      if (!record) return false;
      await write({ ...record, revokedAt: record.revokedAt ?? new Date(now()).toISOString() });
      return true;
    },
    remove: async (id) => {
      if (/^[0-9a-f]{16}$/u.test(id)) await rm(file(id), { force: true });
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
