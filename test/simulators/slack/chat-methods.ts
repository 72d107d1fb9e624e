import type { Arguments } from './documented.ts';
import { judged, json, memberChannel, refuse } from './call.ts';
import type { Answer, Call, Methods } from './call.ts';
import { messageObject } from './objects.ts';
import type { SlackMessage } from './world.ts';

const MAX_TEXT = 40_000;

/** What is said, in pieces too, changed and taken back. */
export const CHAT_METHODS: Methods = {
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
};

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

function ownMessage({ world, installation, args }: Call): SlackMessage {
  const message = world.message(String(args['channel']), String(args['ts'])) ?? refuse('message_not_found');
  if (message.isDeleted) refuse('message_not_found');
  if (message.user !== installation.botUser) refuse('cant_update_message');
  return message;
}
