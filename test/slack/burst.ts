import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { overHttp, overSocket } from '../simulators/slack/deliveries.ts';
import { peopleOf } from '../simulators/slack/people.ts';
import { APP_TOKEN, startSlackServer } from '../simulators/slack/server.ts';
import { SlackWorld } from '../simulators/slack/world.ts';
import { startBotProcess } from './processes.ts';
import { SCOPES, TEAM } from './setting.ts';
import type { Mode } from './setting.ts';
import { openShared } from './shared-state.ts';

const SPEED = 60_000;

export interface BurstResult {
  readonly p99: number;
  readonly worst: number;
  /** Not acknowledged, or not at once. */
  readonly late: number;
  readonly notOnce: number;
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
        ...{ text: 'The keys lie in the safe.', readers: users },
      },
    ],
  });
  const deliveries = mode === 'socket' ? overSocket(server, SPEED) : overHttp(() => [bot.url], SPEED);
  const people = peopleOf(world, deliveries, server);
  try {
    const sent = await Promise.all(
      users.map((user, at) => people.mention(user, 'C1A000001', `keys number ${at}`)),
    );
    while ((await shared.state.list('slack.open', { limit: 1 })).length > 0) await delay(20);
    const answers = users.map((user) => world.messages.filter(({ onlyFor }) => onlyFor === user).length);
    const waits = sent.map(({ afterMs }) => afterMs).sort((one, other) => one - other);
    return {
      p99: waits[Math.ceil(waits.length * 0.99) - 1] ?? Infinity,
      worst: waits.at(-1) ?? Infinity,
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
