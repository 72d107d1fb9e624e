import type { PersonId } from '@fumikura/model';
import { keptWorkspaces } from '@fumikura/slack-bot';
import { CLIENT } from '../simulators/slack/server.ts';
import type { SlackChannel, SlackWorld } from '../simulators/slack/world.ts';
import { openSetting, SCOPES, TEAM } from './setting.ts';
import type { InstallParts, Setting, SettingOptions } from './setting.ts';

/** Where the people of a random world are: one workspace, or the organization that it belongs to and another one. */
export interface Places {
  /** A workspace that has the app. */
  readonly home: string;
  readonly served: ReadonlySet<string>;
  /** Of accounts: the first is where it was made. */
  readonly teamsOf: (random: () => number) => readonly [string, ...string[]];
  /** Of channels. */
  readonly channelTeamOf: (random: () => number) => string;
  /** Whether a channel is open to all workspaces of the organization. */
  readonly isEverywhere: (random: () => number) => boolean;
  open(options: Pick<SettingOptions, 'documents' | 'state' | 'speed' | 'linked'>): Promise<Setting>;
}

const REDIRECT = 'https://fumi.example/installed';
const KEY = Buffer.alloc(32, 1);

export const oneWorkspace: Places = {
  home: TEAM,
  served: new Set([TEAM]),
  teamsOf: () => [TEAM],
  channelTeamOf: () => TEAM,
  isEverywhere: () => false,
  open: (options) => openSetting('socket', options),
};

/**
 * An organization of three workspaces that gave the app to two of them, beside one of another organization. Accounts are in one or two
 * of its workspaces; every third link is of the account in one workspace alone.
 */
export function organization(name: string): Places {
  const enterprise = `E${name}`;
  const [first, second, without, foreign] = ['A', 'B', 'C', 'F'].map((each) => `T${name}${each}`) as [
    ...[string, string, string, string],
  ];
  const pick = <T>(all: readonly [T, ...T[]], random: () => number): T =>
    all[Math.floor(random() * all.length)] ?? all[0];
  const install = async ({ world, server, state }: InstallParts) => {
    for (const team of [first, second, without]) world.enterprises.set(team, enterprise);
    world.enterprises.set(foreign, `${enterprise}F`);
    world.installOrganization(enterprise, SCOPES, [first, second]).code = 'code';
    const workspaces = keptWorkspaces({ state, key: KEY, client: CLIENT, apiUrl: server.apiUrl });
    await workspaces.add('code', REDIRECT);
    return workspaces;
  };
  return {
    home: first,
    served: new Set([first, second]),
    teamsOf: (random) => {
      const team = pick([first, first, second, second, without, foreign], random);
      const other = pick([first, second, without], random);
      return team === foreign || random() < 0.6 || other === team ? [team] : [team, other];
    },
    channelTeamOf: (random) => pick([first, second], random),
    isEverywhere: (random) => random() < 0.1,
    open: ({ linked = () => true, ...options }) =>
      openSetting('socket', {
        ...{ ...options, install },
        bot: { configured: (team, user) => linkOf({ team, user }, { enterprise, first, linked }) },
      }),
  };
}

function linkOf(
  { team, user }: { readonly team: string; readonly user: string },
  {
    enterprise,
    first,
    linked,
  }: { readonly enterprise: string; readonly first: string; readonly linked: (user: string) => boolean },
): PersonId | undefined {
  const isOfOneWorkspace = Number(user.slice(-1)) % 3 === 0;
  const isHere = team === (isOfOneWorkspace ? first : enterprise);
  return isHere && linked(user) ? { issuer: 'local', subject: user } : undefined;
}

/** Whether somebody can be in a channel at all. */
export function mayJoin(world: SlackWorld, user: string, channel: SlackChannel): boolean {
  const teams = [channel.team, ...channel.otherTeams];
  const enterprise = world.enterprises.get(channel.team);
  return world
    .user(user)
    .teams.some(
      (team) =>
        teams.includes(team) ||
        (channel.isEverywhere === true &&
          enterprise !== undefined &&
          world.enterprises.get(team) === enterprise),
    );
}

/** Whether somebody meets the app in a conversation of their own. */
export function meetsApp(world: SlackWorld, user: string): boolean {
  const { team } = world.user(user);
  return world.installations.has(team) || world.installations.has(world.enterprises.get(team) ?? '');
}
