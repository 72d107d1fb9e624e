import { randomUUID } from 'node:crypto';
import type { Delivered, Deliveries } from './deliveries.ts';
import { interactionOrigin, originOf } from './organizations.ts';
import type { SlackServer } from './server.ts';
import type { SlackMessage, SlackWorld } from './world.ts';

/** What people do in Slack, as the deliveries that follow from it. */
export interface People {
  mention(user: string, channel: string, text: string, threadTs?: string): Promise<Delivered>;
  direct(user: string, text: string, threadTs?: string): Promise<Delivered & { readonly ts: string }>;
  command(user: string, text: string, channel?: string): Promise<Delivered>;
  /** The button or menu of a message that the person sees. */
  press(user: string, message: SlackMessage, action: string, choice?: string): Promise<Delivered>;
  submit(user: string, view: Readonly<Record<string, unknown>>, text: string): Promise<Delivered>;
  shortcut(user: string, message: SlackMessage): Promise<Delivered>;
  postLink(user: string, channel: string, url: string): Promise<SlackMessage>;
  openHome(user: string): Promise<Delivered>;
  openAssistant(user: string): Promise<Delivered>;
  join(user: string, channel: string): Promise<Delivered>;
  /** An organization gives the app to one of its workspaces, or takes it away there. */
  grant(enterprise: string, team: string): Promise<Delivered>;
  revoke(enterprise: string, team: string): Promise<Delivered>;
  /** Something about an account that the workspace tells. */
  changed(user: string): Promise<Delivered>;
  /** The body of an event, for those who send it in their own way. */
  event(team: string, event: object): Readonly<Record<string, unknown>>;
}

export function peopleOf(world: SlackWorld, deliveries: Deliveries, server: SlackServer): People {
  let sequence = 0;
  const event = (team: string, inner: object) => ({
    ...{ token: 'verification', api_app_id: 'A1', type: 'event_callback', ...originOf(world, team) },
    ...{ event_id: `Ev${randomUUID()}`, event_time: Math.floor(Date.now() / 1_000), event: inner },
  });
  /** In a channel that workspaces of an organization share, somebody acts in their own. */
  const teamOf = (user: string, channel?: string) => {
    const own = world.user(user);
    const team = (channel === undefined ? undefined : world.channels.get(channel)?.team) ?? own.team;
    const [one, other] = [own.team, team].map((each) => world.enterprises.get(each));
    return !own.teams.includes(team) && one !== undefined && one === other ? own.team : team;
  };
  const said = (user: string, channel: string, text: string, threadTs?: string) =>
    world.say({ channel, user, text, ...(threadTs !== undefined && { threadTs }) });
  const messageEvent = (type: string, { user, channel, text, ts, threadTs }: SlackMessage) => ({
    ...{ type, user, channel, text, ts, event_ts: ts, team: world.user(user).team },
    ...(threadTs !== undefined && { thread_ts: threadTs }),
  });
  const interaction = (user: string, channel: string, facts: object) => ({
    user: { id: user, team_id: world.user(user).team, username: user },
    ...interactionOrigin(world, teamOf(user, channel || undefined)),
    ...(channel && { channel: { id: channel, name: channel.toLowerCase() } }),
    ...{ api_app_id: 'A1', token: 'verification' },
    trigger_id: `${user}/${Date.now()}/${randomUUID()}`,
    ...facts,
  });
  /** Names no workspace of its own, as Slack's samples show it. */
  const accessEvent = (type: string, enterprise: string, team: string) => ({
    ...event(team, { type, team_ids: [team] }),
    ...{ team_id: undefined, authorizations: undefined, enterprise_id: enterprise },
  });
  return {
    event,
    mention: (user, channel, text, threadTs) => {
      const { botUser } = world.installation(teamOf(user, channel));
      const message = said(user, channel, `<@${botUser}> ${text}`, threadTs);
      return deliveries.event(event(teamOf(user, channel), messageEvent('app_mention', message)));
    },
    direct: async (user, text, threadTs) => {
      const { id } = world.direct(user);
      const message = said(user, id, text, threadTs);
      const sent = { ...messageEvent('message', message), channel_type: 'im' };
      return { ...(await deliveries.event(event(teamOf(user), sent))), ts: message.ts };
    },
    command: (user, text, channel = world.direct(user).id) =>
      deliveries.command({
        ...{ command: '/fumi', text, user_id: user, user_name: user, channel_id: channel },
        ...{ team_id: teamOf(user, channel), team_domain: 'team', channel_name: 'c', api_app_id: 'A1' },
        ...{ token: 'verification', trigger_id: `${user}/${Date.now()}/${randomUUID()}` },
        response_url: server.responseUrl(`command-${sequence}`),
      }),
    press: (user, message, action, choice) => {
      const element = elementsOf(message.blocks).find((each) => each['action_id'] === action);
      if (!element) throw new Error(`no ${action} in ${JSON.stringify(message.blocks)}`);
      const options = (element['options'] ?? []) as { value: string }[];
      const option = choice === undefined ? undefined : options.find(({ value }) => value.endsWith(choice));
      return deliveries.interaction(
        interaction(user, message.channel, {
          type: 'block_actions',
          container: {
            ...{ type: 'message', message_ts: message.ts, channel_id: message.channel },
            is_ephemeral: message.onlyFor !== undefined,
            ...(message.threadTs !== undefined && { thread_ts: message.threadTs }),
          },
          response_url: server.responseUrl(`press-${++sequence}`),
          actions: [
            {
              ...{ action_id: action, block_id: 'b', type: element['type'] },
              ...(element['value'] !== undefined && { value: element['value'] }),
              ...(option && { selected_option: option }),
              action_ts: `${Date.now() / 1_000}`,
            },
          ],
        }),
      );
    },
    submit: (user, view, text) =>
      deliveries.interaction(
        interaction(user, '', {
          type: 'view_submission',
          view: { ...view, id: `V${++sequence}`, state: { values: { comment: { text: { value: text } } } } },
        }),
      ),
    shortcut: (user, message) =>
      deliveries.interaction(
        interaction(user, message.channel, {
          ...{ type: 'message_action', callback_id: 'ask', action_ts: `${Date.now() / 1_000}` },
          ...{ message: { ts: message.ts, text: message.text, user: message.user } },
          response_url: server.responseUrl(`shortcut-${++sequence}`),
        }),
      ),
    postLink: async (user, channel, url) => {
      const message = said(user, channel, `<${url}>`);
      await deliveries.event(
        event(teamOf(user, channel), {
          ...{ type: 'link_shared', user, channel, message_ts: message.ts },
          links: [{ domain: new URL(url).hostname, url }],
        }),
      );
      return message;
    },
    openHome: (user) =>
      deliveries.event(
        event(teamOf(user), { type: 'app_home_opened', user, channel: world.direct(user).id, tab: 'home' }),
      ),
    openAssistant: (user) => {
      const { id } = world.direct(user);
      return deliveries.event(
        event(teamOf(user), {
          type: 'assistant_thread_started',
          assistant_thread: { user_id: user, channel_id: id, thread_ts: world.nextTs(), context: {} },
        }),
      );
    },
    join: (user, channel) => {
      world.channels.get(channel)?.members.add(user);
      return deliveries.event(
        event(teamOf(user, channel), { type: 'member_joined_channel', user, channel, channel_type: 'C' }),
      );
    },
    grant: (enterprise, team) => {
      world.installation(enterprise).granted?.add(team);
      return deliveries.event(accessEvent('team_access_granted', enterprise, team));
    },
    revoke: (enterprise, team) => {
      world.installation(enterprise).granted?.delete(team);
      return deliveries.event(accessEvent('team_access_revoked', enterprise, team));
    },
    changed: (user) => {
      const { id, deleted, name } = world.user(user);
      return deliveries.event(event(teamOf(user), { type: 'user_change', user: { id, deleted, name } }));
    },
  };
}

/** Everything that can be pressed in a message. */
export function elementsOf(blocks: readonly unknown[]): Readonly<Record<string, unknown>>[] {
  return (blocks as Record<string, unknown>[]).flatMap((block) => [
    ...(block['type'] === 'actions' ? (block['elements'] as Record<string, unknown>[]) : []),
    ...(block['accessory'] ? [block['accessory'] as Record<string, unknown>] : []),
  ]);
}
