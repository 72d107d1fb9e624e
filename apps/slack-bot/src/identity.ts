import type { PersonId } from '@fumikura/model';
import type { WebClient } from '@slack/web-api';
import { LRUCache } from 'lru-cache';
import { refusalOf } from './refusal.ts';
import { languageOf } from './texts.ts';
import type { Language } from './texts.ts';
import type { WorkspaceFacts } from './workspaces.ts';

export type RefusedAs =
  'guest' | 'outsider' | 'bot' | 'deactivated' | 'unknown' | 'not-linked' | 'wrong-workspace';

/** An account of a workspace; or, in Enterprise Grid, the one that somebody has in all workspaces of an organization. */
export interface AccountKey {
  /** Of the workspace, or of the organization. */
  readonly team: string;
  readonly user: string;
}

export interface Linked {
  readonly person: PersonId;
  /** By which they are known. */
  readonly account: AccountKey;
}

interface Told {
  readonly language: Language;
  /** By which they are linked, or would be. */
  readonly account: AccountKey;
}

export type Identified = Told &
  (
    | { readonly kind: 'person'; readonly person: PersonId }
    | { readonly kind: 'refused'; readonly as: RefusedAs }
  );

/** What a workspace says of an account at one moment. */
interface Account {
  readonly key: AccountKey;
  readonly locale: string;
  readonly refusedAs?: RefusedAs;
  /** Only when the workspace calls it confirmed. */
  readonly email?: string;
}

export interface IdentityOptions {
  readonly client: (team: string) => Promise<WebClient>;
  readonly facts: (team: string) => Promise<WorkspaceFacts>;
  /** Who somebody is, by a link that was made on purpose; they may be known by either key, the first one counts first. */
  readonly linked: (keys: readonly AccountKey[]) => Promise<Linked | undefined>;
  /** Who has a confirmed address; absent when addresses link nobody. */
  readonly byEmail?: (email: string) => Promise<PersonId | undefined>;
  readonly now?: () => number;
}

export interface Identity {
  /** Of an account that acts in a workspace. Asked again when what is known is older than a minute. */
  of(team: string, user: string): Promise<Identified>;
  /** Something about the account changed: it is asked again, in every workspace. */
  forget(user: string): void;
  /** Workspaces came or went. */
  forgetAll(): void;
}

const KNOWN_FOR_MS = 60_000;
const KNOWN_AT_MOST = 20_000;

/** Whoever is not an ordinary, active member of the workspace is nobody, whatever they are linked to. */
export function createIdentity({
  client,
  facts,
  linked,
  byEmail,
  now = Date.now,
}: IdentityOptions): Identity {
  const accounts = new LRUCache<string, Promise<Account>>({
    max: KNOWN_AT_MOST,
    ttl: KNOWN_FOR_MS,
    perf: { now },
  });
  const accountOf = (team: string, user: string): Promise<Account> => {
    const key = `${team}/${user}`;
    const known = accounts.get(key);
    if (known) return known;
    const asked = Promise.all([client(team), facts(team)]).then(([each, workspace]) =>
      readAccount(each, workspace, user),
    );
    accounts.set(key, asked);
    asked.catch(() => accounts.delete(key));
    return asked;
  };
  return {
    of: async (team, user) => {
      const account = await accountOf(team, user);
      const told = { language: languageOf(account.locale), account: account.key };
      if (account.refusedAs) return { kind: 'refused', as: account.refusedAs, ...told };
      const linkedAs = await linked([account.key, { team, user }]);
      if (linkedAs) return { kind: 'person', ...told, ...linkedAs };
      const person = account.email === undefined ? undefined : await byEmail?.(account.email);
      return person ? { kind: 'person', person, ...told } : { kind: 'refused', as: 'not-linked', ...told };
    },
    forget: (user) => {
      for (const key of [...accounts.keys()]) if (key.endsWith(`/${user}`)) accounts.delete(key);
    },
    forgetAll: () => accounts.clear(),
  };
}

async function readAccount(client: WebClient, workspace: WorkspaceFacts, id: string): Promise<Account> {
  const { user } = await client.users.info({ user: id, include_locale: true }).catch((error: unknown) => {
    if (refusalOf(error) === 'user_not_found') return { user: undefined };
    throw error;
  });
  const locale = user?.locale ?? '';
  const refusedAs = refusedAsOf(user, workspace);
  const { id: everywhere = '', enterprise_id: enterprise = '' } = user?.enterprise_user ?? {};
  const { email } = user?.profile ?? {};
  return {
    key:
      enterprise && everywhere ? { team: enterprise, user: everywhere } : { team: workspace.team, user: id },
    locale,
    ...(refusedAs && { refusedAs }),
    ...(user?.is_email_confirmed === true && email !== undefined && { email }),
  };
}

type SlackUser = Awaited<ReturnType<WebClient['users']['info']>>['user'];

function refusedAsOf(user: SlackUser, workspace: WorkspaceFacts): RefusedAs | undefined {
  if (user?.id === undefined) return 'unknown';
  if (user.is_bot === true || user.id === 'USLACKBOT') return 'bot';
  if (user.deleted !== false) return 'deactivated';
  if (!isMember(user, workspace)) return 'outsider';
  if (user.is_restricted !== false || user.is_ultra_restricted !== false) return 'guest';
  return undefined;
}

/** Of the workspace; or of a workspace that the organization, whose installation serves here, gave the app to. */
export function isMember(user: NonNullable<SlackUser>, { team, home, served }: WorkspaceFacts): boolean {
  if (user.is_stranger === true) return false;
  const { enterprise_id: enterprise, teams = [] } = user.enterprise_user ?? {};
  if (home === team) return user.team_id === team || teams.includes(team);
  return enterprise === home && teams.some((each) => served.includes(each));
}
