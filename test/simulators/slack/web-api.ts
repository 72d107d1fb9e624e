import { blockFaults, viewFaults } from './block-limits.ts';
import type { Arguments } from './documented.ts';
import { channelObject, messageObject, userObject } from './objects.ts';
import type { Installation, SlackChannel, SlackMessage, SlackWorld } from './world.ts';

export type Answer = Readonly<Record<string, unknown>> & { readonly ok: boolean };

interface Call {
  readonly world: SlackWorld;
  readonly installation: Installation;
  readonly args: Arguments;
}

interface Method {
  readonly scope?: string;
  readonly answer: (call: Call) => Answer;
}

const MAX_TEXT = 40_000;
const PAGE = 100;
/** Answers of a thread in one page, for apps of one's own. */
const REPLIES = 200;

export class SlackRefusal extends Error {}

function refuse(code: string): never {
  throw new SlackRefusal(code);
}

/** What a workspace answers to an app that is installed there, by method. */
export const METHODS: Readonly<Record<string, Method>> = {
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
      const ids = [...world.users.keys()].filter((id) => world.user(id).teams.includes(team)).sort();
      const { page, cursor } = pageOf(ids, args);
      return {
        ...{ ok: true, cache_ts: 1_780_000_000 },
        members: page.map((id) => userObject(world.user(id), installation, world)),
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
  'chat.postMessage': { scope: 'chat:write', answer: (call) => post(call) },
  'chat.postEphemeral': {
    scope: 'chat:write',
    answer: (call) => {
      const user = String(call.args['user']);
      if (!memberChannel(call).members.has(user)) refuse('user_not_in_channel');
      return { ok: true, message_ts: post(call, user)['ts'] };
    },
  },
  'chat.update': {
    scope: 'chat:write',
    answer: (call) => {
      const message = ownMessage(call);
      if (message.isStreaming) refuse('streaming_state_conflict');
      Object.assign(message, contents(call.args));
      return {
        ok: true,
        channel: message.channel,
        ts: message.ts,
        text: message.text,
        message: messageObject(message),
      };
    },
  },
  'chat.delete': {
    scope: 'chat:write',
    answer: (call) => {
      const message = ownMessage(call);
      message.isDeleted = true;
      return { ok: true, channel: message.channel, ts: message.ts };
    },
  },
  'chat.startStream': {
    scope: 'chat:write',
    answer: (call) => {
      const channel = memberChannel(call);
      if (call.args['thread_ts'] === undefined) refuse('missing_thread_ts');
      if (channel.kind !== 'im' && (!call.args['recipient_user_id'] || !call.args['recipient_team_id']))
        refuse('missing_recipient_user_id');
      const message = call.world.say({
        channel: channel.id,
        user: call.installation.botUser,
        text: '',
        threadTs: String(call.args['thread_ts']),
        isStreaming: true,
      });
      append(message, call.args);
      return { ok: true, channel: channel.id, ts: message.ts };
    },
  },
  'chat.appendStream': {
    scope: 'chat:write',
    answer: (call) => {
      const message = ownMessage(call);
      if (!message.isStreaming) refuse('message_not_in_streaming_state');
      append(message, call.args);
      return { ok: true, channel: message.channel, ts: message.ts };
    },
  },
  'chat.stopStream': {
    scope: 'chat:write',
    answer: (call) => {
      const message = ownMessage(call);
      if (!message.isStreaming) refuse('message_not_in_streaming_state');
      append(message, call.args);
      message.blocks = [...message.blocks, ...judged(call.args['blocks'], message.blocks.length)];
      message.isStreaming = false;
      return { ok: true, channel: message.channel, ts: message.ts, message: messageObject(message) };
    },
  },
  'chat.unfurl': {
    scope: 'links:write',
    answer: ({ world, args }) => {
      const message =
        world.message(String(args['channel']), String(args['ts'])) ?? refuse('cannot_unfurl_message');
      const unfurls = json(args['unfurls']) as Record<string, { blocks?: unknown }>;
      for (const { blocks } of Object.values(unfurls)) judged(blocks);
      Object.assign(message.unfurls, unfurls);
      return { ok: true };
    },
  },
  'chat.getPermalink': {
    answer: ({ args }) => ({
      ok: true,
      channel: args['channel'],
      permalink: `https://slack.example/archives/${String(args['channel'])}/p${String(args['message_ts']).replace('.', '')}`,
    }),
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

function pageOf(all: readonly string[], { cursor, limit }: Arguments) {
  const start = Number(Buffer.from(String(cursor ?? ''), 'base64').toString() || 0);
  const end = start + Math.min(Number(limit ?? PAGE), 1_000);
  return {
    page: all.slice(start, end),
    cursor: end < all.length ? Buffer.from(String(end)).toString('base64') : '',
  };
}

function memberChannel({ world, installation, args }: Call): SlackChannel {
  const channel = world.channels.get(String(args['channel'])) ?? refuse('channel_not_found');
  const isReachable = channel.kind === 'im' || channel.members.has(installation.botUser);
  if (!isReachable) refuse(channel.kind === 'private' ? 'channel_not_found' : 'not_in_channel');
  if (channel.isArchived) refuse('is_archived');
  return channel;
}

function post(call: Call, onlyFor?: string): Answer & { readonly ts: string } {
  const { world, installation, args } = call;
  const channel = memberChannel(call);
  const threadTs = args['thread_ts'] as string | undefined;
  const metadata = args['metadata'] === undefined ? undefined : json(args['metadata']);
  const message = world.say({
    ...contents(args),
    channel: channel.id,
    user: installation.botUser,
    ...(threadTs !== undefined && { threadTs }),
    ...(onlyFor !== undefined && { onlyFor }),
    ...(metadata !== undefined && { metadata }),
  });
  return { ok: true, channel: channel.id, ts: message.ts, message: messageObject(message) };
}

function contents(args: Arguments): Pick<SlackMessage, 'text' | 'blocks'> {
  const text = String(args['text'] ?? '');
  const blocks = judged(args['blocks']);
  if (!text && blocks.length === 0) refuse('no_text');
  if (text.length > MAX_TEXT) refuse('msg_too_long');
  return { text, blocks };
}

function append(message: SlackMessage, args: Arguments): void {
  if (args['markdown_text'] !== undefined) message.text += String(args['markdown_text']);
  const chunks = (args['chunks'] === undefined ? [] : json(args['chunks'])) as {
    type: string;
    text?: string;
    blocks?: unknown;
  }[];
  for (const { type, text, blocks } of chunks) {
    if (type === 'markdown_text') message.text += text ?? '';
    else if (type === 'blocks')
      message.blocks = [...message.blocks, ...judged(blocks, message.blocks.length)];
    else if (type !== 'task_update' && type !== 'plan_update') refuse('invalid_chunks');
  }
  if (message.text.length > MAX_TEXT) refuse('msg_too_long');
}

function judged(value: unknown, before = 0): readonly unknown[] {
  if (value === undefined) return [];
  const blocks = json(value) as unknown[];
  const faults = blockFaults(blocks, { kind: 'message' });
  if (before + blocks.length > 50) faults.push(`${before + blocks.length} blocks`);
  if (faults.length > 0) throw new SlackRefusal('invalid_blocks', { cause: faults });
  return blocks;
}

function judgedView(args: Arguments): Readonly<Record<string, unknown>> {
  const view = json(args['view']) as Record<string, unknown>;
  const faults = viewFaults(view);
  if (faults.length > 0) throw new SlackRefusal('invalid_arguments', { cause: faults });
  return view;
}

function openView(world: SlackWorld, args: Arguments, trigger: string): Answer {
  const [user, at] = trigger.split('/');
  if (user === undefined || Date.now() - Number(at) > world.triggersLastMs) refuse('expired_trigger_id');
  const view = judgedView(args);
  world.modals.push({ user, view });
  return { ok: true, view };
}

function ownMessage({ world, installation, args }: Call): SlackMessage {
  const message = world.message(String(args['channel']), String(args['ts'])) ?? refuse('message_not_found');
  if (message.isDeleted) refuse('message_not_found');
  if (message.user !== installation.botUser) refuse('cant_update_message');
  return message;
}

function json(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return refuse('invalid_json');
  }
}
