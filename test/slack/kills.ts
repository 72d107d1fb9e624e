import { setTimeout as delay } from 'node:timers/promises';
import { seeded } from '@fumikura/testkit';
import { overHttp, overSocket } from '../simulators/slack/deliveries.ts';
import type { Delivered, Deliveries } from '../simulators/slack/deliveries.ts';
import { peopleOf } from '../simulators/slack/people.ts';
import type { People } from '../simulators/slack/people.ts';
import { readMessage } from '../simulators/slack/screen.ts';
import { APP_TOKEN, startSlackServer } from '../simulators/slack/server.ts';
import type { SlackServer } from '../simulators/slack/server.ts';
import { SlackWorld } from '../simulators/slack/world.ts';
import { startBotProcess } from './processes.ts';
import type { BotProcess } from './processes.ts';
import { SCOPES, TEAM } from './setting.ts';
import type { Mode } from './setting.ts';
import { openShared } from './shared-state.ts';
import type { StateAddress } from './shared-state.ts';

const SPEED = 600;
const CLAIM_MS = 40;
/** A little longer than an answer takes, so that every step of it is hit. */
const WINDOW_MS = 300;
const LEASE_MS = 1_000;
const SETTLED_WITHIN_MS = 120_000;
const TEXTS = ['The first key lies here.', 'The second key lies there.', 'The third key is lost.'];

export interface KillsResult {
  /** Of a process that had a question in hand. */
  readonly kills: number;
  readonly answered: number;
  /** The asker was told that they may have no answer. */
  readonly reported: number;
  /** More than one answer, or more than one report. */
  readonly twice: number;
  /** Neither an answer nor a report. */
  readonly lost: number;
  /** What stood on the screens where something went wrong. */
  readonly wrong: readonly string[];
}

export interface KillsOptions {
  readonly mode: Mode;
  readonly seed: number;
  readonly state: StateAddress;
}

/**
 * Two processes of the bot over one catalog. A question comes in; the one that takes it is killed at a random moment of
 * its answer; the other one is left to it. Goes on until `count` kills have hit a question that was not done.
 */
export async function runKills(count: number, { mode, seed, state }: KillsOptions): Promise<KillsResult> {
  const random = seeded(seed);
  const world = new SlackWorld();
  world.install(TEAM, SCOPES, 'xoxb-one');
  const server = await startSlackServer({ world, speed: SPEED });
  const shared = await openShared(state);
  const users = Array.from({ length: count * 4 }, (_, at) => `UKILL${seed}X${at}`);
  const pair = await startPair({ mode, state, apiUrl: server.apiUrl, readers: users });
  const total = { kills: 0, answered: 0, reported: 0, twice: 0, lost: 0 };
  const wrong: string[] = [];
  try {
    for (const user of users) {
      if (total.kills >= count) break;
      world.addUser(user, TEAM);
      const isOpen = async () => (await shared.state.list('slack.open', { limit: 1 })).length > 0;
      const people = peopleOf(world, deliveriesTo(pair, server, mode), server);
      if (!(await killedWhileAsked(pair, askSomehow(people, world, { user, random }), { isOpen, random })))
        continue;
      const seen = judge(world, user);
      total.kills++;
      for (const fact of ['answered', 'reported', 'twice', 'lost'] as const)
        total[fact] += Number(seen[fact]);
      if (seen.twice || seen.lost) wrong.push(`${mode} ${user}\n${seen.said}`);
    }
  } finally {
    await pair.end();
    await shared.close();
    await server.close();
  }
  return { ...total, wrong };
}

interface Pair {
  /** The one that gets the next question. */
  first(): BotProcess;
  other(): BotProcess;
  /** Ends the first as nothing else does; a new one takes its place. */
  killFirst(): Promise<void>;
  replaceFirst(isNext: boolean): Promise<void>;
  end(): Promise<void>;
}

interface PairOptions {
  readonly mode: Mode;
  readonly state: StateAddress;
  readonly apiUrl: string;
  readonly readers: readonly string[];
}

async function startPair({ readers, ...options }: PairOptions): Promise<Pair> {
  let started = 0;
  const start = () =>
    startBotProcess({
      ...{ ...options, team: TEAM, token: 'xoxb-one', claimMs: CLAIM_MS, leaseMs: LEASE_MS },
      appToken: `${APP_TOKEN}-${started++}`,
      documents: TEXTS.map((text, at) => ({
        ...{ id: `test:wiki/k${at}`, title: `Key ${at}`, url: `https://wiki.example/k${at}`, text, readers },
      })),
    });
  let [first, other] = await Promise.all([start(), start()]);
  return {
    first: () => first,
    other: () => other,
    killFirst: () => first.kill('SIGKILL'),
    replaceFirst: async (isNext) => {
      const next = await start();
      [first, other] = isNext ? [next, other] : [other, next];
    },
    end: async () => void (await Promise.all([first.kill('SIGTERM'), other.kill('SIGTERM')])),
  };
}

/** The first delivery to the one that will be killed, every repeat to the other. */
function deliveriesTo(pair: Pair, server: SlackServer, mode: Mode): Deliveries {
  if (mode === 'socket') {
    server.sockets.prefer(pair.first().appToken);
    return overSocket(server, SPEED);
  }
  const urls = [pair.first().url];
  return overHttp(() => [urls.shift() ?? pair.other().url], SPEED);
}

/** @returns false when the question was done before its process was killed, or had not come yet */
async function killedWhileAsked(
  pair: Pair,
  asked: Promise<Delivered>,
  { isOpen, random }: { readonly isOpen: () => Promise<boolean>; readonly random: () => number },
): Promise<boolean> {
  await delay(random() * WINDOW_MS);
  await pair.killFirst();
  const wasOpen = await isOpen();
  const { attempts } = await asked;
  await Promise.all([pair.replaceFirst(random() < 0.5), settled(isOpen)]);
  return wasOpen || attempts > 1;
}

async function askSomehow(
  people: People,
  world: SlackWorld,
  { user, random }: { readonly user: string; readonly random: () => number },
) {
  if (random() < 0.5) return people.direct(user, 'where is the key?');
  const channel = `C${user}`;
  world.addChannel(channel, TEAM, [user, world.installation(TEAM).botUser], 'private');
  return people.mention(user, channel, 'where is the key?');
}

async function settled(isOpen: () => Promise<boolean>): Promise<void> {
  for (const since = Date.now(); Date.now() - since < SETTLED_WITHIN_MS; await delay(20))
    if (!(await isOpen())) return;
  throw new Error('a question stays open');
}

function judge(world: SlackWorld, user: string) {
  const { botUser } = world.installation(TEAM);
  const said = world
    .seenBy(user)
    .filter((each) => each.user === botUser)
    .map(readMessage);
  const begun = said.filter((text) => TEXTS.some((each) => text.includes(each)));
  const whole = begun.filter(
    (text) => TEXTS.every((each) => text.includes(each)) && text.includes('Sources'),
  );
  const reports = said.filter((text) => text.includes('interrupted'));
  return {
    answered: whole.length > 0,
    reported: reports.length > 0,
    twice: begun.length > 1 || reports.length > 1,
    lost: whole.length === 0 && reports.length === 0,
    said: said.join('\n---\n'),
  };
}
