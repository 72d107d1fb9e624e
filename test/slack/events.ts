import type { DocumentId } from '@fumikura/model';
import { seeded } from '@fumikura/testkit';
import { signed } from '../simulators/slack/deliveries.ts';
import { openState } from './open-state.ts';
import { openSetting, TEAM } from './setting.ts';
import type { Mode, Setting } from './setting.ts';

const CHANNEL = 'C1A000001';
const KINDS = ['duplicate', 'reordered', 'replayed', 'forged'] as const;
type Kind = (typeof KINDS)[number];
const REFUSED = 401;
const TOO_OLD_MS = 10 * 60_000;

export type EventsResult = Readonly<Record<Kind, number>> & {
  /** Questions answered more or less than once, and forgeries that were taken: what and how. */
  readonly wrong: readonly string[];
};

/** Deliveries as they should not come, to two instances: how many of each kind, and what was not as it has to be. */
export async function runEvents(
  mode: Mode,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<EventsResult> {
  const { state, close } = await openState();
  const random = seeded(seed);
  const users = Array.from({ length: count }, (_, at) => `UEVENT${at}Z0`);
  const document = { id: 'test:wiki/d' as DocumentId, title: 'Keys', url: 'https://wiki.example/d' };
  const setting = await openSetting(mode, {
    ...{ state, speed: 60_000 },
    documents: [{ ...document, text: 'The keys lie in the safe.', readers: new Set(users) }],
  });
  const total = { duplicate: 0, reordered: 0, replayed: 0, forged: 0 };
  const wrong: string[] = [];
  try {
    await setting.startAnother();
    for (const user of users) setting.world.addUser(user, TEAM);
    const { botUser } = setting.world.installation(TEAM);
    setting.world.addChannel(CHANNEL, TEAM, [...users, botUser], 'private');
    for (const user of users) {
      const kind = KINDS[Math.floor(random() * KINDS.length)] ?? 'forged';
      total[kind]++;
      const expected = await CASES[kind]({ setting, mode, user, random });
      await setting.settled();
      const given = answersTo(setting, user);
      if (JSON.stringify(given) !== JSON.stringify(expected))
        wrong.push(`${mode} ${kind} ${user}: ${given.join()} instead of ${expected.join()}`);
    }
    return { ...total, wrong: [...wrong, ...setting.server.violations] };
  } finally {
    await setting.close();
    await close();
  }
}

interface Case {
  readonly setting: Setting;
  readonly mode: Mode;
  readonly user: string;
  readonly random: () => number;
}

/** How often each question of the user was asked, sorted; and how many messages they got. */
function answersTo({ desk, world }: Setting, user: string): readonly number[] {
  const asked = [...desk.asked].filter(([text]) => text.endsWith(user)).map(([, times]) => times);
  const { botUser } = world.installation(TEAM);
  const messages = world.seenBy(user).filter((each) => each.user === botUser);
  return [...asked, messages.length];
}

type Body = Readonly<Record<string, unknown>>;

/** @returns what `answersTo` has to be */
const CASES: Readonly<Record<Kind, (given: Case) => Promise<readonly number[]>>> = {
  duplicate: async ({ setting, user, random }) => {
    const body = mention(setting, user, 'keys');
    const times = 2 + Math.floor(random() * 7);
    await Promise.all(Array.from({ length: times }, () => setting.deliveries.event(body)));
    return [1, 1];
  },
  reordered: async ({ setting, user, random }) => {
    const first = setting.world.nextTs();
    const bodies = ['keys first', 'keys then', 'keys last'].map((text, at) =>
      direct(setting, user, { text, ts: at === 0 ? first : setting.world.nextTs(), threadTs: first }),
    );
    const shuffled = bodies
      .map((body) => ({ body, at: random() }))
      .sort((one, other) => one.at - other.at)
      .map(({ body }) => body);
    if (random() < 0.5) await Promise.all(shuffled.map((body) => setting.deliveries.event(body)));
    else for (const body of shuffled) await setting.deliveries.event(body);
    return [1, 1, 1, 3];
  },
  replayed: async ({ setting, mode, user, random }) => {
    const body = mention(setting, user, 'keys');
    await setting.deliveries.event(body);
    if (random() < 0.5) await setting.settled();
    if (mode === 'socket') await setting.deliveries.event(body);
    else {
      const text = JSON.stringify(body);
      const recorded = signed(text);
      const statuses = [await post(setting, text, recorded), await post(setting, text, recorded)];
      const old = signed(text, { at: Math.floor((Date.now() - TOO_OLD_MS) / 1_000) });
      if ((await post(setting, text, old)) !== REFUSED || statuses.includes(REFUSED)) return [-1];
    }
    return [1, 1];
  },
  forged: async ({ setting, mode, user, random }) => {
    const forgery = FORGERIES[Math.floor(random() * FORGERIES.length)];
    await setting.deliveries.event(forgery?.(mention(setting, user, 'keys'), user) ?? {});
    await setting.deliveries.interaction({ type: 'block_actions', actions: 'all', user: { id: user } });
    if (mode === 'socket') return [0];
    const text = JSON.stringify(mention(setting, user, 'keys'));
    const statuses = await Promise.all(
      [
        {},
        signed(text, { secret: 'guessed' }),
        signed(`${text} `),
        { ...signed(text), 'x-slack-request-timestamp': String(Math.floor(Date.now() / 1_000) + 1) },
      ].map((headers) => post(setting, text, headers)),
    );
    return statuses.every((status) => status === REFUSED) ? [0] : [-1];
  },
};

/** Signed as they should be, and yet from nobody who may ask: another workspace, an app, a note about a message. */
const FORGERIES: readonly ((body: Body, user: string) => Body)[] = [
  (body) => ({ ...body, team_id: 'T2B000001' }),
  (body) => ({ ...body, event: { ...(body['event'] as Body), bot_id: 'B1' } }),
  (body) => ({ ...body, event: { ...(body['event'] as Body), user: undefined } }),
  (body, user) => ({
    ...body,
    event: {
      ...{ type: 'message', subtype: 'message_changed', channel_type: 'im', channel: `D${user}` },
      message: body['event'],
    },
  }),
  (body) => ({ ...body, event: 'keys' }),
  (body) => ({ ...body, event_id: undefined }),
];

function mention({ world, people }: Setting, user: string, text: string): Body {
  const ts = world.nextTs();
  return people.event(TEAM, {
    ...{ type: 'app_mention', user, channel: CHANNEL, ts, event_ts: ts, team: TEAM },
    text: `<@${world.installation(TEAM).botUser}> ${text} ${user}`,
  });
}

function direct(
  { world, people }: Setting,
  user: string,
  { text, ts, threadTs }: { readonly text: string; readonly ts: string; readonly threadTs: string },
): Body {
  const { id } = world.direct(user);
  world.say({ channel: id, user, text, ts, ...(ts !== threadTs && { threadTs }) });
  return people.event(TEAM, {
    ...{ type: 'message', channel_type: 'im', user, channel: id, ts, event_ts: ts, team: TEAM },
    text: `${text} ${user}`,
    ...(ts !== threadTs && { thread_ts: threadTs }),
  });
}

async function post(
  { bots }: Setting,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const url = bots[0]?.url ?? '';
  const answer = await fetch(url, {
    ...{ method: 'POST', body },
    headers: { 'content-type': 'application/json', ...headers },
  });
  return answer.status;
}
