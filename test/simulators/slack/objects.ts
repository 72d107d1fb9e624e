import type { Arguments } from './documented.ts';
import type { Installation, SlackChannel, SlackMessage, SlackUser, SlackWorld } from './world.ts';

/** As the workspace tells of a person: of other workspaces' people little, and addresses only with a right of its own. */
export function userObject(user: SlackUser, { team, scopes }: Installation, world: SlackWorld): object {
  const enterprise = world.enterprises.get(user.team);
  const isStranger = !user.teams.includes(team) && enterprise !== team;
  const email = scopes.has('users:read.email') &&
    !isStranger &&
    user.email !== undefined && { email: user.email };
  return {
    id: user.id,
    team_id: user.team,
    ...(enterprise !== undefined && {
      enterprise_user: {
        ...{ id: user.id, enterprise_id: enterprise, enterprise_name: enterprise, teams: user.teams },
        ...{ is_admin: false, is_owner: false },
      },
    }),
    name: user.name,
    deleted: user.deleted,
    real_name: user.name,
    is_bot: user.isBot,
    is_stranger: isStranger,
    updated: 1_780_000_000,
    is_app_user: false,
    is_restricted: user.guest !== 'no',
    is_ultra_restricted: user.guest === 'single',
    is_email_confirmed: user.isEmailConfirmed,
    locale: user.locale,
    profile: {
      ...PROFILE,
      ...{ real_name: user.name, display_name: user.name },
      ...{ real_name_normalized: user.name, display_name_normalized: user.name },
      ...(email || {}),
    },
  };
}

const PROFILE = {
  avatar_hash: 'g00000000000',
  ...Object.fromEntries(
    [24, 32, 48, 72, 192, 512].map((size) => [`image_${size}`, `https://avatars.example/${size}.png`]),
  ),
  ...{ phone: '', skype: '', status_emoji: '', status_text: '', title: '', fields: {} },
};

export function channelObject(
  channel: SlackChannel,
  { args, world }: { readonly args: Arguments; readonly world: SlackWorld },
): object {
  const isShared = channel.otherTeams.size > 0;
  const enterprise = world.enterprises.get(channel.team);
  const isWithin = (team: string) => enterprise !== undefined && world.enterprises.get(team) === enterprise;
  const isOnlyWithin = [...channel.otherTeams].every(isWithin);
  return {
    id: channel.id,
    name: channel.id.toLowerCase(),
    is_channel: channel.kind === 'channel',
    is_group: channel.kind === 'private',
    is_im: channel.kind === 'im',
    is_private: channel.kind !== 'channel',
    is_archived: channel.isArchived,
    is_ext_shared: isShared && !isOnlyWithin,
    is_org_shared: isShared && isOnlyWithin,
    is_shared: isShared,
    is_global_shared: channel.isEverywhere === true,
    ...(isShared && { shared_team_ids: [channel.team, ...channel.otherTeams] }),
    ...(String(args['include_num_members']) === 'true' && { num_members: channel.members.size }),
  };
}

export function messageObject({ user, text, ts, threadTs, blocks, metadata }: SlackMessage): object {
  return {
    type: 'message',
    user,
    text,
    ts,
    ...(threadTs !== undefined && { thread_ts: threadTs }),
    ...(blocks.length > 0 && { blocks }),
    ...(metadata !== undefined && { metadata }),
  };
}
