import type { Place } from './desk.ts';
import type { AccessChange, Ended } from './workspaces.ts';

/** What somebody did, in our words: of an event, a command or a press of a button. */
export type Delivery =
  | { readonly kind: 'question'; readonly where: Where; readonly text: string; readonly hasFiles: boolean }
  | { readonly kind: 'command'; readonly where: Where; readonly text: string }
  | { readonly kind: 'shortcut'; readonly where: Where; readonly text: string }
  | { readonly kind: 'press'; readonly where: Where; readonly action: string; readonly value: string }
  | {
      readonly kind: 'comment';
      readonly where: Where;
      readonly reply: string;
      readonly verdict: string;
      readonly text: string;
    }
  | { readonly kind: 'links'; readonly where: Where; readonly ts: string; readonly urls: readonly string[] }
  | { readonly kind: 'home'; readonly where: Where }
  | { readonly kind: 'opened'; readonly where: Where }
  | { readonly kind: 'joined'; readonly where: Where }
  | { readonly kind: 'account'; readonly where: Where }
  | { readonly kind: 'ended'; readonly where: Where; readonly what: Ended }
  /** An organization gave the app to workspaces, or took it away there. */
  | { readonly kind: 'access'; readonly where: Where; readonly change: AccessChange };

export interface Where extends Place {
  readonly threadTs?: string;
  /** Of the message itself. */
  readonly ts?: string;
  /** Opens dialogs, for three seconds. */
  readonly trigger?: string;
}

type Body = Readonly<Record<string, unknown>>;

/** Unique over all deliveries, and the same for a repeated one; undefined for what is not answered. */
export function deliveryId(body: Body): string | undefined {
  const event = body['event'] as Body | undefined;
  if (event) return typeof body['event_id'] === 'string' ? `event ${body['event_id']}` : undefined;
  const trigger = body['trigger_id'];
  if (body['command'] !== undefined) return typeof trigger === 'string' ? `command ${trigger}` : undefined;
  const [action] = (body['actions'] as Body[] | undefined) ?? [];
  const at = action?.['action_ts'] ?? body['action_ts'];
  if (typeof trigger === 'string') return `interaction ${trigger} ${String(at ?? '')}`;
  return undefined;
}

/** @returns undefined for what the bot does not answer: other apps, its own messages, changes and removals of messages */
export function deliveryOf(body: Body): Delivery | undefined {
  if (body['event'] !== undefined) return eventOf(body, body['event'] as Body);
  if (body['command'] !== undefined) return commandOf(body);
  if (body['type'] === 'block_actions') return pressOf(body);
  if (body['type'] === 'view_submission') return submissionOf(body);
  if (body['type'] === 'message_action') return shortcutOf(body);
  return undefined;
}

function eventOf(body: Body, event: Body): Delivery | undefined {
  const team = workspaceAmong(body['team_id'], body['context_team_id'], event['team']);
  const where = {
    team,
    channel: text(event['channel']),
    user: text(event['user']),
    kind: 'channel' as const,
    ...(event['thread_ts'] !== undefined && { threadTs: text(event['thread_ts']) }),
    ...(event['ts'] !== undefined && { ts: text(event['ts']) }),
  };
  switch (event['type']) {
    case 'app_mention':
      return isOfPerson(event) ? { kind: 'question', where, ...contentOf(event) } : undefined;
    case 'message': {
      if (event['channel_type'] !== 'im' || !isOfPerson(event)) return undefined;
      const threadTs = text(event['thread_ts'] ?? event['ts']);
      return { kind: 'question', where: { ...where, kind: 'direct', threadTs }, ...contentOf(event) };
    }
    case 'link_shared':
      return {
        kind: 'links',
        where: { ...where, kind: where.channel.startsWith('D') ? 'direct' : 'channel' },
        ts: text(event['message_ts']),
        urls: ((event['links'] as Body[] | undefined) ?? []).map(({ url }) => text(url)),
      };
    case 'app_home_opened':
      return event['tab'] === 'home' ? { kind: 'home', where: { ...where, kind: 'direct' } } : undefined;
    case 'assistant_thread_started': {
      const thread = (event['assistant_thread'] ?? {}) as Body;
      const place = { team, channel: text(thread['channel_id']), user: text(thread['user_id']) };
      return {
        kind: 'opened',
        where: { ...place, kind: 'direct', threadTs: text(thread['thread_ts']) },
      };
    }
    case 'member_joined_channel':
      // Of somebody of another organization `team_id` is theirs: what was shared stands where the app is.
      return { kind: 'joined', where: { ...where, team: installedAt(body, event) || team } };
    case 'team_join': {
      const { id, team_id: joined } = (event['user'] ?? {}) as Body;
      return { kind: 'joined', where: { ...where, team: workspaceAmong(team, joined), user: text(id) } };
    }
    case 'user_change': {
      const user = text((event['user'] as Body | undefined)?.['id']);
      return { kind: 'account', where: { ...where, user } };
    }
    case 'app_uninstalled':
    case 'tokens_revoked':
      return { kind: 'ended', where, what: { team, ...enterpriseOf(body) } };
    case 'team_access_granted':
    case 'team_access_revoked':
      return { kind: 'access', where, change: accessChangeOf(body, event) };
    default:
      return undefined;
  }
}

/** Workspaces count before organizations, which stand there for what belongs to no single workspace. */
function workspaceAmong(...ids: readonly unknown[]): string {
  const texts = ids.map(text);
  return texts.find((id) => id.startsWith('T')) ?? texts.find((id) => id !== '') ?? '';
}

/** The workspace through which the app sees an event; empty when none is named. */
function installedAt(body: Body, event: Body): string {
  const [authorization] = (body['authorizations'] ?? []) as Body[];
  const team = workspaceAmong(authorization?.['team_id'], body['context_team_id'], event['team']);
  return team.startsWith('T') ? team : '';
}

function enterpriseOf(body: Body): { enterprise?: string } {
  const enterprise = text(body['enterprise_id']);
  return enterprise === '' ? {} : { enterprise };
}

function accessChangeOf(body: Body, event: Body): AccessChange {
  return {
    enterprise: text(body['enterprise_id']),
    kind: event['type'] === 'team_access_granted' ? 'granted' : 'revoked',
    teams: ((event['team_ids'] ?? []) as unknown[]).map(text),
  };
}

/** A message that a person wrote: not one of an app, and not a note of Slack about a message. */
function isOfPerson(event: Body): boolean {
  const subtype = event['subtype'];
  const isWritten = subtype === undefined || subtype === 'file_share' || subtype === 'thread_broadcast';
  return isWritten && event['bot_id'] === undefined && typeof event['user'] === 'string';
}

function contentOf(event: Body): { text: string; hasFiles: boolean } {
  const files = event['files'] as readonly unknown[] | undefined;
  return { text: wordsOf(text(event['text'])), hasFiles: (files?.length ?? 0) > 0 };
}

function commandOf(body: Body): Delivery {
  const channel = text(body['channel_id']);
  return { kind: 'command', text: unescaped(text(body['text'])), where: interactionPlace(body, channel) };
}

function pressOf(body: Body): Delivery | undefined {
  const [action] = (body['actions'] as Body[] | undefined) ?? [];
  if (!action) return undefined;
  const container = (body['container'] ?? {}) as Body;
  const selected = (action['selected_option'] ?? {}) as Body;
  const threadTs = container['thread_ts'] ?? (body['message'] as Body | undefined)?.['thread_ts'];
  const channel = text((body['channel'] as Body | undefined)?.['id'] ?? container['channel_id']);
  return {
    kind: 'press',
    action: text(action['action_id']),
    value: text(action['value'] ?? selected['value']),
    where: {
      ...interactionPlace(body, channel),
      ...(threadTs !== undefined && { threadTs: text(threadTs) }),
    },
  };
}

function submissionOf(body: Body): Delivery | undefined {
  const view = (body['view'] ?? {}) as Body;
  if (view['callback_id'] !== 'comment') return undefined;
  const { reply, verdict } = parsed(view['private_metadata']);
  const values = ((view['state'] as Body | undefined)?.['values'] ?? {}) as Body;
  const input = ((values['comment'] as Body | undefined)?.['text'] ?? {}) as Body;
  return {
    ...{ kind: 'comment', where: interactionPlace(body, '') },
    ...{ reply: text(reply), verdict: text(verdict), text: text(input['value']) },
  };
}

function shortcutOf(body: Body): Delivery {
  const message = (body['message'] ?? {}) as Body;
  const channel = text((body['channel'] as Body | undefined)?.['id']);
  const threadTs = message['thread_ts'];
  return {
    kind: 'shortcut',
    text: wordsOf(text(message['text'])),
    where: {
      ...interactionPlace(body, channel),
      ...(threadTs !== undefined && { threadTs: text(threadTs) }),
    },
  };
}

function interactionPlace(body: Body, channel: string): Where {
  const user = (body['user'] ?? {}) as Body;
  const team = (body['team'] ?? {}) as Body;
  return {
    // Where an organization installed the app, `team` is null: the person's own workspace counts.
    team: workspaceAmong(body['team_id'], team['id'], user['team_id']),
    channel,
    user: text(body['user_id'] ?? user['id']),
    kind: channel.startsWith('D') ? 'direct' : 'channel',
    ...(body['trigger_id'] !== undefined && { trigger: text(body['trigger_id']) }),
  };
}

/** A message without its mentions, and with the words of its links. */
export function wordsOf(message: string): string {
  const words = message
    .replace(/<[@!#][^>]*>/gu, ' ')
    .replace(/<(https?:[^|>]+)\|([^>]+)>/gu, '$2')
    .replace(/<(https?:[^>]+)>/gu, '$1');
  return unescaped(words).trim();
}

function unescaped(escaped: string): string {
  return escaped.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').trim();
}

function parsed(value: unknown): Body {
  try {
    return JSON.parse(text(value)) as Body;
  } catch {
    return {};
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
