import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger } from '@fumikura/logging';
import type { SharedState } from '@fumikura/ports';
import { singleWorkspace, startSlackBot } from '@fumikura/slack-bot';
import type { SlackBot, SlackBotOptions, Workspaces } from '@fumikura/slack-bot';
import { SIGNING_SECRET, overHttp, overSocket } from '../simulators/slack/deliveries.ts';
import type { Deliveries } from '../simulators/slack/deliveries.ts';
import { peopleOf } from '../simulators/slack/people.ts';
import type { People } from '../simulators/slack/people.ts';
import { APP_TOKEN, startSlackServer } from '../simulators/slack/server.ts';
import type { SlackServer } from '../simulators/slack/server.ts';
import { SlackWorld } from '../simulators/slack/world.ts';
import { createScriptedDesk } from './scripted-desk.ts';
import type { DeskDocument, ScriptedDesk } from './scripted-desk.ts';

export const TEAM = 'T1A000001';
export const SCOPES = [
  ...['app_mentions:read', 'assistant:write', 'channels:read', 'groups:read', 'chat:write', 'commands'],
  ...['im:history', 'channels:history', 'links:read', 'links:write', 'users:read'],
];

export type Mode = 'socket' | 'http';
export const MODES: readonly Mode[] = ['socket', 'http'];

export interface Setting {
  readonly world: SlackWorld;
  readonly server: SlackServer;
  readonly desk: ScriptedDesk;
  readonly state: SharedState;
  readonly deliveries: Deliveries;
  readonly people: People;
  readonly bots: SlackBot[];
  /** Another instance on the same state. */
  startAnother(): Promise<SlackBot>;
  /** Waits until everything that was delivered is answered. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface InstallParts {
  readonly world: SlackWorld;
  readonly server: SlackServer;
  readonly state: SharedState;
}

export interface SettingOptions {
  readonly documents?: readonly DeskDocument[];
  readonly bot?: Partial<SlackBotOptions>;
  readonly speed?: number;
  readonly state: SharedState;
  /** Installs the app otherwise than in one workspace, whose token the bot is given. */
  readonly install?: (parts: InstallParts) => Promise<Workspaces>;
  /** Users who are persons of the same name, by their id in Slack. */
  readonly linked?: (user: string) => boolean;
}

/** A workspace, a bot in it, and the desk that the bot stands on. */
export async function openSetting(
  mode: Mode,
  {
    documents = [],
    bot = {},
    speed = 600,
    state: kept,
    linked = () => true,
    install = installOne,
  }: SettingOptions,
): Promise<Setting> {
  const changes = changesOf(kept);
  const { state } = changes;
  const world = new SlackWorld();
  // A loaded machine is none of the mistakes that are looked for here.
  world.triggersLastMs = 600_000;
  const server = await startSlackServer({ world, speed });
  const workspaces = await install({ world, server, state });
  const desk = createScriptedDesk(documents);
  const bots: SlackBot[] = [];
  const startAnother = async () => {
    const started = await startSlackBot({
      ...{ desk, state, workspaces, apiUrl: server.apiUrl },
      connection:
        mode === 'socket'
          ? { kind: 'socket', appToken: APP_TOKEN }
          : { kind: 'http', signingSecret: SIGNING_SECRET, host: '127.0.0.1', port: 0 },
      logger: silentLogger,
      configured: (team, user) =>
        team === TEAM && linked(user) ? { issuer: 'local', subject: user } : undefined,
      ...bot,
    });
    bots.push(started);
    return started;
  };
  await startAnother();
  const deliveries =
    mode === 'socket'
      ? overSocket(server, speed)
      : overHttp(() => bots.flatMap(({ url }) => url ?? []), speed);
  const settled = async () => {
    while ((await state.list('slack.open', { limit: 1 })).length > 0) await changes.next(20);
  };
  return {
    ...{ world, server, desk, state, deliveries, bots, startAnother },
    people: peopleOf(world, deliveries, server),
    settled,
    close: async () => {
      await Promise.race([settled(), delay(5_000, undefined, { ref: false })]);
      for (const each of bots) await each.stop(100);
      await server.close();
    },
  };
}

async function installOne({ world, server }: InstallParts): Promise<Workspaces> {
  world.install(TEAM, SCOPES, 'xoxb-one');
  return singleWorkspace('xoxb-one', server.apiUrl);
}

/** The same state; `next` resolves at the next removal, or when the time is over because another process removed it. */
function changesOf(state: SharedState) {
  let waiting: (() => void)[] = [];
  return {
    state: {
      ...state,
      remove: async (...args: Parameters<SharedState['remove']>) => {
        const removed = await state.remove(...args);
        for (const settle of waiting.splice(0)) settle();
        return removed;
      },
    },
    next: (withinMs: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        waiting = [...waiting, () => (clearTimeout(timer), resolve())];
      }),
  };
}
