import assert from 'node:assert/strict';
import type { DocumentId } from '@fumikura/model';
import type { SharedState } from '@fumikura/ports';
import { seeded } from '@fumikura/testkit';
import { elementsOf } from '../simulators/slack/people.ts';
import { everythingIn, screenOf } from '../simulators/slack/screen.ts';
import type { SlackChannel, SlackMessage } from '../simulators/slack/world.ts';
import type { DeskDocument } from './scripted-desk.ts';
import { openState } from './open-state.ts';
import type { Setting } from './setting.ts';
import { mayJoin, meetsApp, oneWorkspace, organization } from './world-places.ts';
import type { Places } from './world-places.ts';

export interface WorldsResult {
  readonly worlds: number;
  /** Of these, such with an organization of several workspaces. */
  readonly organizations: number;
  /** Messages of the bot that were on somebody's screen. */
  readonly messages: number;
  readonly shared: number;
  /** Of these, in organizations. */
  readonly sharedInOrganizations: number;
  readonly previews: number;
  /** A text or title on the screen of somebody who may not read it: what and whose. */
  readonly leaks: readonly string[];
  /** Calls and messages that Slack would have refused. */
  readonly violations: readonly string[];
}

const USERS = 6;
const DOCUMENTS = 6;
const CHANNELS = 3;
const STEPS = 8;
/** Each waits for its own deliveries most of its time. */
const AT_ONCE = 4;
/** Every so many is an organization. */
const ORGANIZATIONS = 3;
/** In each document beside what is its own alone, so that every question finds all that the asker may read. */
const COMMON = 'keys';

/**
 * People, channels, readers, shares, links and joins at random. Readers stay as they are within a world, so whatever of a
 * document stands on a screen at the end must be one of its readers'.
 */
export async function runWorlds(count: number, { seed }: { readonly seed: number }): Promise<WorldsResult> {
  const total = { messages: 0, shared: 0, previews: 0, organizations: 0, sharedInOrganizations: 0 };
  const leaks: string[] = [];
  const violations: string[] = [];
  let next = 0;
  const lane = async () => {
    const { state, close } = await openState();
    while (next < count) {
      const world = next++;
      const name = `${seed}X${String(world).padStart(6, '0')}`;
      const isOrganization = world % ORGANIZATIONS === 0;
      const places = isOrganization ? organization(name) : oneWorkspace;
      const seen = await runWorld(name, places, seeded(seed * 100_003 + world), state);
      if (isOrganization) total.organizations++;
      if (isOrganization) total.sharedInOrganizations += seen.shared;
      total.messages += seen.messages;
      total.shared += seen.shared;
      total.previews += seen.previews;
      leaks.push(...seen.leaks);
      violations.push(...seen.violations);
    }
    await close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return { worlds: count, ...total, leaks, violations };
}

async function runWorld(name: string, places: Places, random: () => number, state: SharedState) {
  const users = Array.from({ length: USERS }, (_, at) => `U${name}P${at}`);
  const documents = Array.from({ length: DOCUMENTS }, (_, at) => documentOf(at, users, random));
  const unlinked = new Set(users.filter(() => random() < 0.1));
  const setting = await places.open({
    ...{ documents, state, speed: 60_000 },
    linked: (user) => !unlinked.has(user),
  });
  try {
    const channels = populate(name, places, { users, setting }, random);
    for (let step = 0; step < STEPS; step++)
      await act(setting, { users, documents, channels, places }, random);
    await setting.settled();
    return judge(setting, { users, documents, unlinked, places });
  } finally {
    await setting.close();
  }
}

function documentOf(at: number, users: readonly string[], random: () => number): DeskDocument {
  const share = [0.2, 0.5, 1][Math.floor(random() * 3)] ?? 0;
  return {
    id: `test:wiki/d${at}` as DocumentId,
    title: `Titleword${at}q`,
    url: `https://wiki.example/d${at}`,
    text: `The ${COMMON} say Bodyword${at}q.`,
    readers: new Set(users.filter(() => random() < share)),
    authors: [`Authorword${at}q`],
  };
}

function populate(
  name: string,
  places: Places,
  { users, setting: { world } }: { readonly users: readonly string[]; readonly setting: Setting },
  random: () => number,
): SlackChannel[] {
  for (const user of users) {
    const guest = random() < 0.1 ? ({ guest: 'multi' } as const) : {};
    const teams = places.teamsOf(random);
    world.addUser(user, teams[0], { teams, ...guest });
  }
  const { botUser } = world.installation(places.home);
  return Array.from({ length: CHANNELS }, (_, at) => {
    const members = users.filter(() => random() < 0.5);
    const kind = random() < 0.5 ? 'channel' : 'private';
    const team = places.channelTeamOf(random);
    const channel = world.addChannel(`C${name}N${at}`, team, [...members, botUser], kind);
    if (kind === 'channel' && places.isEverywhere(random)) channel.isEverywhere = true;
    return channel;
  });
}

interface Cast {
  readonly users: readonly string[];
  readonly documents: readonly DeskDocument[];
  readonly channels: readonly SlackChannel[];
  readonly places: Places;
}

async function act(setting: Setting, { users, documents, channels, places }: Cast, random: () => number) {
  const { people, world } = setting;
  const one = <T>(all: readonly T[]): T => {
    const chosen = all[Math.floor(random() * all.length)];
    assert.ok(chosen !== undefined);
    return chosen;
  };
  const channel = one(channels);
  const { botUser } = world.installation(places.home);
  const members = [...channel.members].filter((each) => each !== botUser);
  const user = one(members.length > 0 ? members : users);
  const isMember = channel.members.has(user);
  const isMet = meetsApp(world, user);
  const newcomer = one(users);
  const kind = random();
  if (kind < 0.2 && isMet) await people.direct(user, COMMON);
  else if (kind < 0.3 && isMet) await people.openHome(user);
  else if (kind < 0.5 && mayJoin(world, newcomer, channel)) await people.join(newcomer, channel.id);
  else if (kind < 0.65 && isMember) await people.postLink(user, channel.id, one(documents).url);
  else if (kind < 0.7 && isMet) await people.postLink(user, world.direct(user).id, one(documents).url);
  else if (isMember) await people.mention(user, channel.id, COMMON);
  await setting.settled();
  await pressWhatever(setting, random);
}

/** Shares as often as there is a button for it; whoever may see a button may press it. */
async function pressWhatever(setting: Setting, random: () => number): Promise<void> {
  const { people, world } = setting;
  for (const action of ['share', 'share-now', 'ask-person', 'more']) {
    if (random() < 0.3) continue;
    const message = world.messages.findLast(
      ({ blocks, isDeleted }) =>
        !isDeleted && elementsOf(blocks).some((element) => element['action_id'] === action),
    );
    const owner =
      message?.onlyFor ?? (message && [...(world.channels.get(message.channel)?.members ?? [])][0]);
    if (!message || owner === undefined || !world.users.has(owner) || world.user(owner).isBot) continue;
    await people.press(owner, message, action);
    await setting.settled();
  }
}

function judge(
  { world, server }: Setting,
  {
    users,
    documents,
    unlinked,
    places,
  }: Pick<Cast, 'users' | 'documents' | 'places'> & { readonly unlinked: ReadonlySet<string> },
) {
  const leaks: string[] = [];
  for (const user of users) {
    const screen = screenOf(world, user);
    const { guest, teams } = world.user(user);
    const isOutside = !teams.some((team) => places.served.has(team));
    const isNobody = unlinked.has(user) || isOutside || guest !== 'no';
    documents.forEach(({ readers }, at) => {
      if (readers.has(user) && !isNobody) return;
      for (const word of [`Titleword${at}q`, `Bodyword${at}q`, `Authorword${at}q`])
        if (screen.includes(word)) leaks.push(`${word} before ${user}, ${whereIs(word, world.seenBy(user))}`);
    });
  }
  const { botUser } = world.installation(places.home);
  const ofBot = world.messages.filter(({ user }) => user === botUser);
  const shared = ofBot.filter(
    ({ channel, onlyFor }) => !onlyFor && world.channels.get(channel)?.kind !== 'im',
  );
  const previews = world.messages.filter(({ unfurls }) => Object.keys(unfurls).length > 0);
  return {
    ...{ leaks, messages: ofBot.length, shared: shared.length, previews: previews.length },
    violations: server.violations,
  };
}

/** Of a message, what shows where it came from. */
function whereIs(word: string, messages: readonly SlackMessage[]): string {
  const message = messages.find((each) => everythingIn(each).includes(word));
  if (!message) return 'home or dialog';
  return `${JSON.stringify(message.unfurls).includes(word) ? 'preview' : 'message'} in ${message.channel}`;
}
