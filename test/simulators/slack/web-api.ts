import type { Arguments } from './documented.ts';
import { judgedView, json, memberChannel, PAGE, refuse } from './call.ts';
import type { Answer, Methods } from './call.ts';
import { CHAT_METHODS } from './chat-methods.ts';
import { channelObject, messageObject, userObject } from './objects.ts';
import type { SlackWorld, SlackUser } from './world.ts';

/** Answers of a thread in one page, for apps of one's own. */
const REPLIES = 200;

/** What a workspace answers to an app that is installed there, by method. */
export const METHODS: Methods = {
  ...CHAT_METHODS,
  'auth.test': {
    answer: ({ installation: { team, botUser, granted } }) => ({
      ok: true,
      ...(granted && { enterprise_id: team, is_enterprise_install: true }),
      url: `https://${team.toLowerCase()}.slack.example/`,
      team: `Team ${team}`,
      user: 'fumikura',
      team_id: team,
      user_id: botUser,
      bot_id: `B${team}`,
    }),
  },
  'auth.teams.list': {
    answer: ({ installation: { team, granted = new Set([team]) }, args }) => {
      const { page, cursor } = pageOf([...granted].sort(), args);
      return {
        ok: true,
        teams: page.map((id) => ({ id, name: id })),
        response_metadata: { next_cursor: cursor },
      };
    },
  },
  'users.info': {
    scope: 'users:read',
    answer: ({ world, installation, args }) => {
      const user = world.users.get(String(args['user'])) ?? refuse('user_not_found');
      return { ok: true, user: userObject(user, installation, world) };
    },
  },
  'users.list': {
    scope: 'users:read',
    answer: ({ world, installation, args }) => {
      const team = installation.granted ? String(args['team_id']) : installation.team;
      const people = [...world.users.keys()].filter((id) => world.user(id).teams.includes(team)).sort();
      const ids = [SLACKBOT, ...people];
      const { page, cursor } = pageOf(ids, args);
      return {
        ...{ ok: true, cache_ts: 1_780_000_000 },
        members: page.map((id) =>
          userObject(id === SLACKBOT ? slackbotOf(team) : world.user(id), installation, world),
        ),
        response_metadata: { next_cursor: cursor },
      };
    },
  },
  'conversations.info': {
    scope: 'channels:read',
    answer: (call) => ({ ok: true, channel: channelObject(memberChannel(call), call) }),
  },
  'conversations.members': {
    scope: 'channels:read',
    answer: (call) => {
      const { page, cursor } = pageOf([...memberChannel(call).members].sort(), call.args);
      return { ok: true, members: page, response_metadata: { next_cursor: cursor } };
    },
  },
  'conversations.replies': {
    scope: 'channels:history',
    answer: (call) => {
      const channel = memberChannel(call);
      const ts = String(call.args['ts']);
      const thread = call.world.messages.filter(
        (each) =>
          each.channel === channel.id &&
          !each.onlyFor &&
          !each.isDeleted &&
          (each.ts === ts || each.threadTs === ts),
      );
      if (thread.length === 0) refuse('thread_not_found');
      const limit = Math.min(Number(call.args['limit'] ?? PAGE), REPLIES);
      return {
        ok: true,
        messages: thread.slice(0, limit).map(messageObject),
        has_more: thread.length > limit,
      };
    },
  },
  'views.open': {
    answer: ({ world, args }) => openView(world, args, String(args['trigger_id'])),
  },
  'views.publish': {
    answer: ({ world, args }) => {
      const user = String(args['user_id']);
      const view = judgedView(args);
      world.homes.set(user, { user, view });
      return { ok: true, view };
    },
  },
  'assistant.threads.setStatus': {
    scope: 'assistant:write',
    answer: ({ world, args }) => {
      world.statuses.push({
        channel: String(args['channel_id']),
        threadTs: String(args['thread_ts']),
        status: String(args['status']),
      });
      return { ok: true };
    },
  },
  'assistant.threads.setSuggestedPrompts': {
    scope: 'assistant:write',
    answer: ({ args }) => {
      const prompts = json(args['prompts']) as readonly unknown[];
      if (prompts.length > 4) refuse('invalid_arguments');
      return { ok: true };
    },
  },
  'assistant.threads.setTitle': { scope: 'assistant:write', answer: () => ({ ok: true }) },
};

const SLACKBOT = 'USLACKBOT';

/** In the list of every workspace, also of one that nobody has joined; Slack does not call it a bot. */
function slackbotOf(team: string): SlackUser {
  return {
    ...{ id: SLACKBOT, team, teams: [team], name: 'slackbot', locale: 'en-US' },
    ...{ deleted: false, isBot: false, guest: 'no', isEmailConfirmed: false },
  };
}

function pageOf(all: readonly string[], { cursor, limit }: Arguments) {
  const start = Number(Buffer.from(String(cursor ?? ''), 'base64').toString() || 0);
  const end = start + Math.min(Number(limit ?? PAGE), 1_000);
  return {
    page: all.slice(start, end),
    cursor: end < all.length ? Buffer.from(String(end)).toString('base64') : '',
  };
}

function openView(world: SlackWorld, args: Arguments, trigger: string): Answer {
  const [user, at] = trigger.split('/');
  if (user === undefined || Date.now() - Number(at) > world.triggersLastMs) refuse('expired_trigger_id');
  const view = judgedView(args);
  world.modals.push({ user, view });
  return { ok: true, view };
}
