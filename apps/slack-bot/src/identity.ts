import type { PersonId } from '@fumikura/model';
import type { WebClient } from '@slack/web-api';
import { LRUCache } from 'lru-cache';
import { refusalOf } from './refusal.ts';
import { languageOf } from './texts.ts';
import type { Language } from './texts.ts';

export type RefusedAs =
  'guest' | 'outsider' | 'bot' | 'deactivated' | 'unknown' | 'not-linked' | 'wrong-workspace';

export type Identified =
  | { readonly kind: 'person'; readonly person: PersonId; readonly language: Language }
  | { readonly kind: 'refused'; readonly as: RefusedAs; readonly language: Language };

/** What a workspace says of an account at one moment. */
interface Account {
  readonly id: string;
  readonly team: string;
  readonly locale: string;
  readonly refusedAs?: RefusedAs;
  /** Only when the workspace calls it confirmed. */
  readonly email?: string;
}

export interface IdentityOptions {
  readonly client: (team: string) => Promise<WebClient>;
  /** Who an account of a workspace is, by a link that was made on purpose. */
  readonly linked: (team: string, user: string) => Promise<PersonId | undefined>;
  /** Who has a confirmed address; absent when addresses link nobody. */
  readonly byEmail?: (email: string) => Promise<PersonId | undefined>;
  readonly now?: () => number;
}

export interface Identity {
  /** Of an account that acts in a workspace. Asked again when what is known is older than a minute. */
  of(team: string, user: string): Promise<Identified>;
  /** Something about the account changed: it is asked again. */
  forget(team: string, user: string): void;
}

const KNOWN_FOR_MS = 60_000;
const KNOWN_AT_MOST = 20_000;

/** Whoever is not an ordinary, active member of the workspace is nobody, whatever they are linked to. */
export function createIdentity({ client, linked, byEmail, now = Date.now }: IdentityOptions): Identity {
  const accounts = new LRUCache<string, Promise<Account>>({
    max: KNOWN_AT_MOST,
    ttl: KNOWN_FOR_MS,
    perf: { now },
  });
  const accountOf = (team: string, user: string): Promise<Account> => {
    const key = `${team}/${user}`;
    const known = accounts.get(key);
    if (known) return known;
    const asked = client(team).then((each) => readAccount(each, team, user));
    accounts.set(key, asked);
    asked.catch(() => accounts.delete(key));
    return asked;
  };
  return {
    of: async (team, user) => {
      const account = await accountOf(team, user);
      const language = languageOf(account.locale);
      if (account.refusedAs) return { kind: 'refused', as: account.refusedAs, language };
      const person =
        (await linked(team, user)) ??
        (account.email === undefined ? undefined : await byEmail?.(account.email));
      return person ? { kind: 'person', person, language } : { kind: 'refused', as: 'not-linked', language };
    },
    forget: (team, user) => void accounts.delete(`${team}/${user}`),
  };
}

async function readAccount(client: WebClient, team: string, id: string): Promise<Account> {
  const { user } = await client.users.info({ user: id, include_locale: true }).catch((error: unknown) => {
    if (refusalOf(error) === 'user_not_found') return { user: undefined };
    throw error;
  });
  const locale = user?.locale ?? '';
  const refusedAs = refusedAsOf(user, team);
  const { email } = user?.profile ?? {};
  return {
    id,
    team,
    locale,
    ...(refusedAs && { refusedAs }),
    ...(user?.is_email_confirmed === true && email !== undefined && { email }),
  };
}

type SlackUser = Awaited<ReturnType<WebClient['users']['info']>>['user'];

function refusedAsOf(user: SlackUser, team: string): RefusedAs | undefined {
  if (user?.id === undefined) return 'unknown';
  if (user.is_bot === true || user.id === 'USLACKBOT') return 'bot';
  if (user.deleted !== false) return 'deactivated';
  if (user.team_id !== team || (user as { is_stranger?: boolean }).is_stranger === true) return 'outsider';
  if (user.is_restricted !== false || user.is_ultra_restricted !== false) return 'guest';
  return undefined;
}
