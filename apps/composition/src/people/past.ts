import { createHash } from 'node:crypto';
import type { LinkedPerson, LocalGroup } from '@fumikura/access';
import type { JsonValue, LinkDecision, Principal } from '@fumikura/model';
import { ACCESS_HISTORY_DAYS, entriesOf } from '@fumikura/ports';
import type { SharedState, StateWrite } from '@fumikura/ports';
import { linkedPersonsOf } from '../links.ts';
import { idsOf } from './people.ts';
import type { PeopleConfig } from './people.ts';

/** Who people were: today's facts, and what there was before each change of them. */
export const PAST_SPACE = 'people.past';
const HEAD = 'head';
const NOW = 'now/';
const WAS = 'was/';
const DAY_MS = 86_400_000;
const ATTEMPTS = 5;
/** Facts of one entry. */
const CHUNK = 500;

/** One thing that decides what a person is, by name; null: it was not there. */
interface Before {
  readonly name: string;
  readonly fact?: JsonValue;
  /** Of a group: what has to be taken out and put in again. */
  readonly added?: readonly string[];
  readonly dropped?: readonly string[];
}

interface Head {
  readonly hash: string;
  /** ISO 8601 UTC. */
  readonly since: string;
}

/** Who people were at a moment, as far as it says who they are in sources. */
export interface PastPeople {
  readonly knownSince: string;
  readonly persons: readonly LinkedPerson[];
  readonly groups: readonly LocalGroup[];
  readonly links: readonly Pick<LinkDecision, 'account' | 'person'>[];
}

type Facts = ReadonlyMap<string, JsonValue>;

/** Keeps what there was before where it differs from what was kept last, by whichever process. */
export async function keepPeople(
  state: SharedState,
  config: PeopleConfig,
  now: () => number = Date.now,
): Promise<void> {
  const facts = factsOf(config);
  const hash = digest([...facts]);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const head = await state.get(PAST_SPACE, HEAD);
    const known = head?.value as unknown as Head | undefined;
    if (known?.hash === hash) return;
    const before = await factsNow(state);
    const at = new Date(now()).toISOString();
    const value = { hash, since: known?.since ?? at };
    const done = await state.change(PAST_SPACE, {
      puts: [
        { key: HEAD, value, expected: head?.version ?? 0 },
        ...newFacts(facts, before),
        ...(known ? past(facts, before, at, now() + ACCESS_HISTORY_DAYS * DAY_MS) : []),
      ],
      removals: [...before.keys()].filter((name) => !facts.has(name)).map(nowKey),
    });
    if (done) return;
  }
}

/** @param since ISO 8601 UTC; where that is not known, as it was when they were kept first. Undefined: they never were */
export async function peopleThen(state: SharedState, since: string): Promise<PastPeople | undefined> {
  const head = (await state.get(PAST_SPACE, HEAD))?.value as unknown as Head | undefined;
  if (!head) return undefined;
  const facts = new Map(await factsNow(state));
  const undo: { readonly key: string; readonly value: JsonValue }[] = [];
  for await (const { key, value } of entriesOf(state, PAST_SPACE, WAS))
    if (key.slice(WAS.length) >= since) undo.push({ key, value });
  for (const { value } of undo.toReversed())
    for (const before of value as unknown as readonly Before[]) takeBack(facts, before);
  return { knownSince: head.since, ...peopleOfFacts(facts) };
}

function factsOf(config: PeopleConfig): Facts {
  const linked = new Map(linkedPersonsOf(config).map((person) => [person.id, person]));
  const facts = new Map<string, JsonValue>();
  for (const id of idsOf(config)) {
    const { accounts = [], email = null } = linked.get(id) ?? {};
    facts.set(`person/${id}`, { accounts: [...accounts].sort(), email });
  }
  for (const { id, members } of config.groups) facts.set(`group/${id}`, [...new Set(members)].sort());
  for (const { account, person = null } of config.decided.links) facts.set(`link/${account}`, person);
  return new Map([...facts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function peopleOfFacts(facts: Facts): Omit<PastPeople, 'knownSince'> {
  const persons: LinkedPerson[] = [];
  const groups: LocalGroup[] = [];
  const links: PastPeople['links'][number][] = [];
  for (const [name, fact] of facts) {
    const rest = name.slice(name.indexOf('/') + 1);
    if (name.startsWith('person/')) {
      const { accounts, email } = fact as { accounts: Principal[]; email: string | null };
      persons.push({ id: rest, accounts, ...(email !== null && { email }) });
    } else if (name.startsWith('group/')) groups.push({ id: rest, members: fact as string[] });
    else links.push({ account: rest as Principal, ...(fact !== null && { person: fact as string }) });
  }
  return { persons, groups, links };
}

async function factsNow(state: SharedState): Promise<Facts> {
  const facts = new Map<string, JsonValue>();
  for await (const { value } of entriesOf(state, PAST_SPACE, NOW)) {
    const { name, fact } = value as { name: string; fact: JsonValue };
    facts.set(name, fact);
  }
  return facts;
}

function newFacts(facts: Facts, before: Facts): StateWrite[] {
  return [...facts].flatMap(([name, fact]) =>
    isSame(fact, before.get(name)) ? [] : [{ key: nowKey(name), value: { name, fact } }],
  );
}

function past(facts: Facts, before: Facts, at: string, expiresAt: number): StateWrite[] {
  const names = new Set([...facts.keys(), ...before.keys()]);
  const changes = [...names].flatMap((name): Before[] => {
    const [old, fact] = [before.get(name), facts.get(name)];
    if (isSame(old, fact)) return [];
    if (!name.startsWith('group/') || old === undefined || fact === undefined)
      return [{ name, ...(old !== undefined && { fact: old }) }];
    const [was, is] = [new Set(old as string[]), new Set(fact as string[])];
    const without = (all: Set<string>, others: Set<string>) => [...all].filter((each) => !others.has(each));
    return [{ name, added: without(is, was), dropped: without(was, is) }];
  });
  return Array.from({ length: Math.ceil(changes.length / CHUNK) }, (_, chunk) => ({
    key: `${WAS}${at}/${String(chunk).padStart(6, '0')}`,
    value: changes.slice(chunk * CHUNK, (chunk + 1) * CHUNK) as unknown as JsonValue,
    expiresAt,
  }));
}

function takeBack(facts: Map<string, JsonValue>, { name, fact, added, dropped }: Before): void {
  if (added && dropped) {
    const members = new Set(facts.get(name) as string[] | undefined);
    for (const member of added) members.delete(member);
    facts.set(name, [...members, ...dropped]);
  } else if (fact === undefined) facts.delete(name);
  else facts.set(name, fact);
}

function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function nowKey(name: string): string {
  return `${NOW}${digest(name)}`;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
