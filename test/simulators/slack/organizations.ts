import type { Arguments } from './documented.ts';
import type { Installation, SlackWorld } from './world.ts';

/** With an organization's token these act in the workspace that is named, and in none otherwise. */
const NAMES_TEAM = new Set([
  'conversations.create',
  'conversations.list',
  'users.conversations',
  'users.list',
]);

/** Why an organization's token does not serve for a call; undefined for what it may, and for tokens of a workspace. */
export function refusedToOrganization(
  method: string,
  { granted }: Installation,
  args: Arguments,
  world: SlackWorld,
): string | undefined {
  if (!granted) return undefined;
  const { team_id: team, channel } = args;
  if (team === undefined && NAMES_TEAM.has(method)) return 'missing_argument';
  const places = [
    ...(team === undefined ? [] : [[String(team)]]),
    ...(channel === undefined ? [] : [teamsOf(world, String(channel))]),
  ];
  const isReached = places.every((teams) => teams.some((each) => granted.has(each)));
  return isReached ? undefined : 'team_access_not_granted';
}

function teamsOf(world: SlackWorld, id: string): readonly string[] {
  const channel = world.channels.get(id);
  if (!channel) return [];
  const { kind, team, otherTeams, members } = channel;
  // A conversation with one person is in each of their workspaces.
  return kind === 'im' ? [...members].flatMap((member) => world.user(member).teams) : [team, ...otherTeams];
}

/** What an event says of where it comes from, and by which installation the app sees it. */
export function originOf(world: SlackWorld, team: string): object {
  const enterprise = world.enterprises.get(team);
  const installation = world.installations.get(team) ?? world.installations.get(enterprise ?? '');
  if (!installation) return { team_id: team };
  const { granted, botUser } = installation;
  return {
    team_id: team,
    ...(enterprise !== undefined && { enterprise_id: enterprise }),
    authorizations: [
      {
        enterprise_id: enterprise ?? null,
        team_id: granted ? null : team,
        user_id: botUser,
        is_bot: true,
        is_enterprise_install: granted !== undefined,
      },
    ],
  };
}

/** The same of an interaction: the workspace is not named where an organization installed the app. */
export function interactionOrigin(world: SlackWorld, team: string): object {
  const enterprise = world.enterprises.get(team);
  const isOrganization = world.installation(team).granted !== undefined;
  return {
    team: isOrganization ? null : { id: team },
    enterprise: enterprise === undefined ? null : { id: enterprise, name: enterprise },
    is_enterprise_install: isOrganization,
  };
}
