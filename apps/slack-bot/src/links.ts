import { createHash, randomInt } from 'node:crypto';
import type { JsonValue, PersonId } from '@fumikura/model';
import type { SharedState } from '@fumikura/ports';

const LINKS = 'slack.link';
const CODES = 'slack.code';
const ATTEMPTS = 'slack.code.attempts';
export const CODE_HOLDS_MS = 10 * 60_000;
/** Wrong codes of one account within the life of a code. */
const MAX_ATTEMPTS = 5;
/** Without those that are taken for one another when read out. */
const LETTERS = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
const CODE_LENGTH = 10;

export interface Link {
  readonly team: string;
  readonly user: string;
  readonly person: PersonId;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * Who a Slack account is. The person asks for a code where they are signed in with us, and says it in Slack: so that a
 * link that is sent to somebody else cannot make their rights those of the sender.
 */
export interface Links {
  of(team: string, user: string): Promise<PersonId | undefined>;
  /** A code that holds ten minutes and serves once. */
  createCode(person: PersonId): Promise<string>;
  /** @returns who the account is now; undefined for a code that does not hold, or after too many wrong ones */
  redeem(code: string, team: string, user: string): Promise<PersonId | undefined>;
  remove(team: string, user: string): Promise<boolean>;
  list(): Promise<readonly Link[]>;
}

export function createLinks(state: SharedState, now: () => number = Date.now): Links {
  const keyOf = (team: string, user: string) => `${team}/${user}`;
  return {
    of: async (team, user) => {
      const entry = await state.get(LINKS, keyOf(team, user));
      return (entry?.value as unknown as Link | undefined)?.person;
    },
    createCode: async ({ issuer, subject }) => {
      const code = Array.from({ length: CODE_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
      await state.put(CODES, {
        key: hashOf(code),
        value: { issuer, subject },
        expiresAt: now() + CODE_HOLDS_MS,
      });
      return `${code.slice(0, 5)}-${code.slice(5)}`;
    },
    redeem: async (code, team, user) => {
      const key = keyOf(team, user);
      if (!(await mayTry(state, key, now()))) return undefined;
      const hash = hashOf(code.toUpperCase().replace(/[^A-Z0-9]/gu, ''));
      const entry = await state.get(CODES, hash);
      // Of two who say the same code at once, one removes it.
      if (!entry || !(await state.remove(CODES, hash, entry.version))) return undefined;
      const person = entry.value as unknown as PersonId;
      const link: Link = { team, user, person, at: new Date(now()).toISOString() };
      await state.put(LINKS, { key, value: link as unknown as JsonValue });
      await takeBack(state, key, now());
      return person;
    },
    remove: (team, user) => state.remove(LINKS, keyOf(team, user)),
    list: async () => {
      const entries = await state.list(LINKS, { limit: 100_000 });
      return entries.map(({ value }) => value as unknown as Link);
    },
  };
}

async function mayTry(state: SharedState, key: string, now: number): Promise<boolean> {
  for (;;) {
    const entry = await state.get(ATTEMPTS, key);
    const tried = Number(entry?.value ?? 0);
    if (tried >= MAX_ATTEMPTS) return false;
    const counted = await state.put(ATTEMPTS, {
      key,
      value: tried + 1,
      expected: entry?.version ?? 0,
      expiresAt: now + CODE_HOLDS_MS,
    });
    if (counted) return true;
  }
}

/** The one attempt of a right code, and no wrong one: whoever has codes of their own may not guess more often for it. */
async function takeBack(state: SharedState, key: string, now: number): Promise<void> {
  for (;;) {
    const entry = await state.get(ATTEMPTS, key);
    if (!entry) return;
    const value = Number(entry.value) - 1;
    const isDone =
      value < 1
        ? await state.remove(ATTEMPTS, key, entry.version)
        : await state.put(ATTEMPTS, { key, value, expected: entry.version, expiresAt: now + CODE_HOLDS_MS });
    if (isDone) return;
  }
}

function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('base64url');
}
