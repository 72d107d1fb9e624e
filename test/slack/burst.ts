import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { overHttp, overSocket } from '../simulators/slack/deliveries.ts';
import { peopleOf } from '../simulators/slack/people.ts';
import { APP_TOKEN, startSlackServer } from '../simulators/slack/server.ts';
import { SlackWorld } from '../simulators/slack/world.ts';
import { startBareServer, startBotProcess } from './processes.ts';
import { SCOPES, TEAM } from './setting.ts';
import type { Mode } from './setting.ts';
import { openShared } from './shared-state.ts';

const SPEED = 60_000;
const FIRST = 'UFIRST0001';

export interface BurstResult {
  readonly p99: number;
  readonly worst: number;
  /** Not acknowledged, or not at once. */
  readonly late: number;
  readonly notOnce: number;
}

/** The same deliveries over HTTP to a server that does nothing with them: what is not the bot's. */
export async function runBareBurst(count: number): Promise<number> {
  const server = await startBareServer();
  try {
    const { event } = overHttp(() => [server.url], SPEED);
    const payload = { type: 'event_callback', event: { type: 'app_mention', text: 'x'.repeat(300) } };
    await event(payload);
    const sent = await Promise.all(Array.from({ length: count }, () => event(payload)));
    return p99Of(sent.map(({ afterMs }) => afterMs));
  } finally {
    await server.kill('SIGTERM');
  }
}

function p99Of(waits: readonly number[]): number {
  return waits.toSorted((one, other) => one - other)[Math.ceil(waits.length * 0.99) - 1] ?? Infinity;
}

/** Everybody asks their own question in the same moment; the bot is a process of its own, as it is behind Slack. */
export async function runBurst(mode: Mode, count: number): Promise<BurstResult> {
  const users = Array.from({ length: count }, (_, at) => `UASK${mode.toUpperCase()}${at}Z000`);
  const folder = await mkdtemp(join(tmpdir(), 'fumi-burst-'));
  const state = { kind: 'sqlite', file: join(folder, 'fumi.db') } as const;
  const world = new SlackWorld();
  const { botUser } = world.install(TEAM, SCOPES, 'xoxb-one');
  for (const user of users) world.addUser(user, TEAM);
  world.addChannel('C1A000001', TEAM, [...users, botUser], 'private');
  const server = await startSlackServer({ world, speed: SPEED });
  const shared = await openShared(state);
  const bot = await startBotProcess({
    ...{ mode, state, apiUrl: server.apiUrl, team: TEAM, token: 'xoxb-one', appToken: APP_TOKEN },
    ...{ claimMs: 0, leaseMs: 20_000 },
    documents: [
      {
        ...{ id: 'test:wiki/d', title: 'Keys', url: 'https://wiki.example/d' },
        ...{ text: 'The keys lie in the safe.', readers: [FIRST, ...users] },
      },
    ],
  });
  const deliveries = mode === 'socket' ? overSocket(server, SPEED) : overHttp(() => [bot.url], SPEED);
  const people = peopleOf(world, deliveries, server);
  try {
    // One that has answered before, as it has when many ask.
    world.addUser(FIRST, TEAM);
    await people.direct(FIRST, 'keys');
    while ((await shared.state.list('slack.open', { limit: 1 })).length > 0) await delay(20);
    const sent = await Promise.all(
      users.map((user, at) => people.mention(user, 'C1A000001', `keys number ${at}`)),
    );
    while ((await shared.state.list('slack.open', { limit: 1 })).length > 0) await delay(20);
    const answers = users.map((user) => world.messages.filter(({ onlyFor }) => onlyFor === user).length);
    const waits = sent.map(({ afterMs }) => afterMs);
    return {
      p99: p99Of(waits),
      worst: Math.max(...waits),
      late: sent.filter(({ isAcknowledged, attempts }) => !isAcknowledged || attempts > 1).length,
      notOnce: answers.filter((each) => each !== 1).length,
    };
  } finally {
    await bot.kill('SIGTERM');
    await shared.close();
    await server.close();
    await rm(folder, { recursive: true });
  }
}
