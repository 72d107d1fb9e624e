import type { SharedState } from '@fumikura/ports';
import { grantFor, renewed, teamsGranted } from './grants.ts';
import type { AppAtSlack } from './grants.ts';
import { isTokenDead } from './refusal.ts';
import { seal, unseal } from './sealed.ts';
import type { Installed } from './sealed.ts';
import { unknownWorkspace } from './workspaces.ts';
import type { AccessChange, Ended, Workspaces } from './workspaces.ts';

const WORKSPACES = 'slack.workspace';
/** Ids of organizations begin so, those of workspaces with T. */
const OF_ORGANIZATIONS = 'E';
/** A token that ends sooner is changed for its next one. */
const RENEW_BEFORE_MS = 10 * 60_000;
/** For a workspace that nobody knows, organizations are asked no more often. */
const LOOK_AGAIN_MS = 60_000;

export interface KeptWorkspacesOptions extends AppAtSlack {
  readonly state: SharedState;
  /** 32 bytes: tokens rest encrypted under it. */
  readonly key: Uint8Array;
  readonly now?: () => number;
}

/** One installation of the app: in a workspace, or in an organization for those of its workspaces that it names. */
export interface Installation {
  /** Of the workspace, or of the organization. */
  readonly id: string;
  readonly organization?: { readonly teams: readonly string[] };
}

export interface KeptWorkspaces extends Workspaces {
  /**
   * @param code that Slack gave to whoever allowed the app in their workspace or organization
   * @throws AppError SLACK_REFUSED (invalid-input)
   */
  add(code: string, redirectUrl: string): Promise<Installation>;
  /** At most 10,000, ascending by id. */
  list(): Promise<readonly Installation[]>;
  /** Of an installation. @throws AppError WORKSPACE_UNKNOWN (permission) */
  tokenOf(id: string): Promise<string>;
}

interface Found {
  readonly id: string;
  readonly version: number;
  readonly installed: Installed;
}

/** Several installations, whose tokens rest encrypted in the shared state and are changed before they end. */
export function keptWorkspaces(options: KeptWorkspacesOptions): KeptWorkspaces {
  const { now = Date.now } = options;
  const vault = vaultOf(options);
  const current = tokensOf(options, vault);
  const lookedAt = new Map<string, number>();
  /** What Slack says now of an organization; begun again when somebody changed the entry meanwhile. */
  const refresh = async (id: string): Promise<void> => {
    for (;;) {
      const { token } = await current(id);
      const before = await vault.read(id);
      if (!before) return;
      const teams = await teamsGranted(token, options.apiUrl);
      if (await vault.replace(before, { ...before.installed, teams })) return;
    }
  };
  const lookAgain = async (team: string): Promise<Found | undefined> => {
    for (const { id } of await vault.organizations()) {
      if (now() - (lookedAt.get(id) ?? -Infinity) < LOOK_AGAIN_MS) continue;
      lookedAt.set(id, now());
      await refresh(id);
    }
    return vault.serving(team);
  };
  const find = async (team: string): Promise<Found> => {
    const found = (await vault.serving(team)) ?? (await lookAgain(team));
    if (!found) throw unknownWorkspace(team);
    return found;
  };
  const ended = async ({ team, enterprise }: Ended): Promise<void> => {
    const found = (await vault.serving(team)) ?? (await vault.read(team || (enterprise ?? '')));
    if (!found) return;
    // Named itself: a workspace that installed the app for itself, or an organization.
    if (!found.installed.teams || found.id === team || team === '') return vault.remove(found.id);
    await vault.withdraw(found.id, [team]);
    // Slack does not say whether the organization removed the app, or this workspace of it alone: its token does.
    await refresh(found.id).catch(async (error: unknown) => {
      if (!isTokenDead(error)) throw error;
      await vault.remove(found.id);
    });
  };
  return {
    token: async (team) => (await current((await find(team)).id)).token,
    tokenOf: async (id) => (await current(id)).token,
    facts: async (team) => {
      const { id, installed } = await find(team);
      return { team, botUser: installed.botUser, home: id, served: installed.teams ?? [id] };
    },
    ended,
    accessChanged: async ({ enterprise, kind, teams }: AccessChange) => {
      if (!(await vault.read(enterprise))?.installed.teams) return;
      if (kind === 'revoked') await vault.withdraw(enterprise, teams);
      else await refresh(enterprise);
    },
    add: async (code, redirectUrl) => {
      const { id, isOrganization, installed } = await grantFor(code, redirectUrl, options, now());
      const teams = isOrganization ? await teamsGranted(installed.token, options.apiUrl) : undefined;
      await vault.put(id, { ...installed, ...(teams && { teams }) });
      return { id, ...(teams && { organization: { teams } }) };
    },
    list: async () =>
      (await vault.all('')).map(({ id, installed: { teams } }) => ({
        id,
        ...(teams && { organization: { teams } }),
      })),
  };
}

type Vault = ReturnType<typeof vaultOf>;

/** Installations in the shared state, each sealed under its id. */
function vaultOf({ state, key }: KeptWorkspacesOptions) {
  const all = async (prefix: string): Promise<Found[]> => {
    const entries = await state.list(WORKSPACES, { prefix, limit: 10_000 });
    return entries.map(({ key: id, version, value }) => ({
      ...{ id, version, installed: unseal(String(value), key, id) },
    }));
  };
  const read = async (id: string): Promise<Found | undefined> => {
    const entry = await state.get(WORKSPACES, id);
    return entry && { id, version: entry.version, installed: unseal(String(entry.value), key, id) };
  };
  const replace = async ({ id, version }: Found, installed: Installed): Promise<boolean> => {
    const value = seal(installed, key, id);
    return (await state.put(WORKSPACES, { key: id, value, expected: version })) !== undefined;
  };
  const organizations = () => all(OF_ORGANIZATIONS);
  return {
    ...{ all, read, replace, organizations },
    put: async (id: string, installed: Installed) => {
      await state.put(WORKSPACES, { key: id, value: seal(installed, key, id) });
    },
    remove: async (id: string) => void (await state.remove(WORKSPACES, id)),
    /** A workspace that installed the app for itself, else the organization that gave it the app. */
    serving: async (team: string): Promise<Found | undefined> => {
      const own = await read(team);
      if (own && !own.installed.teams) return own;
      return (await organizations()).find(({ installed }) => installed.teams?.includes(team));
    },
    /** Beside whatever else changed meanwhile. @returns undefined when the refresh token was not the last one any more */
    keepTokens: async (id: string, used: string, next: Installed): Promise<Installed | undefined> => {
      for (;;) {
        const found = await read(id);
        if (found?.installed.refreshToken !== used) return undefined;
        const { teams } = found.installed;
        const kept = { ...next, ...(teams && { teams }) };
        if (await replace(found, kept)) return kept;
      }
    },
    withdraw: async (id: string, teams: readonly string[]): Promise<void> => {
      for (;;) {
        const found = await read(id);
        if (!found?.installed.teams) return;
        const left = found.installed.teams.filter((each) => !teams.includes(each));
        if (await replace(found, { ...found.installed, teams: left })) return;
      }
    },
  };
}

/** The installation with a token that holds for a while. */
function tokensOf(options: KeptWorkspacesOptions, vault: Vault): (id: string) => Promise<Installed> {
  const { now = Date.now } = options;
  const current = async (id: string): Promise<Installed> => {
    for (;;) {
      const found = await vault.read(id);
      if (!found) throw unknownWorkspace(id);
      const { installed } = found;
      const ends = installed.expiresAt ?? Infinity;
      if (ends - now() > RENEW_BEFORE_MS || installed.refreshToken === undefined) return installed;
      const next = await renewed(installed, installed.refreshToken, options, now()).catch(
        async (error: unknown) => {
          // Another process may have used the same refresh token: then its token is the one that holds.
          if ((await vault.read(id))?.version === found.version) throw error;
          return undefined;
        },
      );
      const kept = next && (await vault.keepTokens(id, installed.refreshToken, next));
      if (kept) return kept;
    }
  };
  /** Of a token that serves once: of two in this process who ask for the next one, the second takes what the first gets. */
  const asked = new Map<string, Promise<Installed>>();
  return (id) => {
    const known = asked.get(id);
    if (known) return known;
    const installed = current(id).finally(() => asked.delete(id));
    asked.set(id, installed);
    return installed;
  };
}
