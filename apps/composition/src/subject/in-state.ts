import { LOCAL_ISSUER } from '@fumikura/access';
import type { JsonValue, LinkDecision, PersonId, RoleDecision } from '@fumikura/model';
import { entriesOf } from '@fumikura/ports';
import type { PeopleEdit, PeopleStore, SharedState, SpaceOfPersons, StateEntry } from '@fumikura/ports';

/** Who decided, of somebody who is erased. */
const ERASED = 'erased';

/** Somebody whose data is asked for, with the Slack accounts that are theirs: `<team>/<user>`. */
export interface Subject {
  readonly person: PersonId;
  readonly slack: readonly string[];
}

/**
 * What is left of an entry when somebody is taken out of it: the entry itself when it says nothing of them, undefined when nothing
 * is left.
 */
type Without = (entry: StateEntry, subject: Subject) => JsonValue | undefined;

interface InSlack {
  readonly team?: string;
  readonly user?: string;
  readonly by?: string;
  readonly person?: PersonId;
}

const isTheirs = (other: PersonId | undefined, { person }: Subject) =>
  other?.issuer === person.issuer && other.subject === person.subject;
const inSlack: Without = ({ value }, subject) => {
  const { team, user, by, person } = value as InSlack;
  const isOwn = isTheirs(person, subject) || subject.slack.includes(by ?? `${team}/${user}`);
  return isOwn ? undefined : value;
};
const byKey: Without = ({ key, value }, { slack }) => (slack.includes(key) ? undefined : value);

/** Of every space that speaks of persons: what compiles is complete. */
const WITHOUT: Readonly<Record<SpaceOfPersons, Without>> = {
  people: ({ key, value }, { person }) => {
    if (person.issuer !== LOCAL_ISSUER || !/^(?:link|role)\//u.test(key)) return value;
    const decision = value as unknown as LinkDecision | RoleDecision;
    if (decision.person === person.subject) return undefined;
    return decision.by === person.subject ? ({ ...decision, by: ERASED } as unknown as JsonValue) : value;
  },
  'people.past': ({ value }, { person }) =>
    person.issuer === LOCAL_ISSUER ? pastWithout(value, person.subject) : value,
  token: ({ value }, { person }) => {
    const { person: owner } = value as { person: string };
    return person.issuer === LOCAL_ISSUER && owner === person.subject ? undefined : value;
  },
  feedback: ({ value }, { person: { issuer, subject } }) =>
    (value as InSlack).by === JSON.stringify([issuer, subject]) ? undefined : value,
  'slack.link': inSlack,
  'slack.code': ({ value }, subject) => (isTheirs(value as unknown as PersonId, subject) ? undefined : value),
  'slack.code.attempts': byKey,
  'slack.open': ({ value }, { slack }) => {
    const text = JSON.stringify(value);
    const names = (account: string) => account.split('/').every((id) => text.includes(JSON.stringify(id)));
    return slack.some(names) ? undefined : value;
  },
  'slack.reply': inSlack,
  'slack.recent': ({ key, value }, subject) => {
    const asked = value as unknown as InSlack[];
    const left = asked.filter(({ person }) => !isTheirs(person, subject));
    if (!subject.slack.includes(key) && left.length === asked.length) return value;
    return subject.slack.includes(key) || left.length === 0 ? undefined : (left as unknown as JsonValue);
  },
  'slack.feedback': inSlack,
  'audit.request': ({ value }, subject) => (isTheirs((value as InSlack).person, subject) ? undefined : value),
  'slack.budget': ({ key, value }, { person }) =>
    key.endsWith(` ${person.issuer} ${person.subject}`) ? undefined : value,
};

const SPACES = Object.keys(WITHOUT) as SpaceOfPersons[];

/** With what their Slack accounts are known by: links that they made, and entries of the configuration. */
export async function subjectOf(
  person: PersonId,
  state: SharedState,
  written: readonly string[] = [],
): Promise<Subject> {
  const slack = new Set(written);
  for await (const { key, value } of entriesOf(state, 'slack.link'))
    if (isTheirs((value as InSlack).person, { person, slack: [] })) slack.add(key);
  return { person, slack: [...slack] };
}

/** Everything in the shared state that speaks of them; of who people were their own part, without the others. */
export async function* keptInState(
  state: SharedState,
  subject: Subject,
): AsyncGenerator<{ readonly space: SpaceOfPersons; readonly value: JsonValue }> {
  for (const space of SPACES)
    for await (const entry of entriesOf(state, space))
      if (WITHOUT[space](entry, subject) !== entry.value)
        yield {
          space,
          value: space === 'people.past' ? pastOf(entry.value, subject.person.subject) : entry.value,
        };
}

/** @returns entries that were removed or changed, by space; spaces with none are left out */
export async function eraseInState(
  state: SharedState,
  people: PeopleStore,
  subject: Subject,
): Promise<Readonly<Partial<Record<SpaceOfPersons, number>>>> {
  const erased: Partial<Record<SpaceOfPersons, number>> = {};
  for (const space of SPACES) {
    const done =
      space === 'people'
        ? await people.change((edit) => eraseDecisions(edit, subject))
        : await eraseInSpace(state, space, subject);
    if (done > 0) erased[space] = done;
  }
  return erased;
}

/** Through the store of people, so that every process hears of it. */
function eraseDecisions(edit: PeopleEdit, { person: { issuer, subject } }: Subject): number {
  if (issuer !== LOCAL_ISSUER) return 0;
  const [links, roles] = [edit.links(), edit.roles()];
  for (const link of links) {
    if (link.person === subject) edit.dropLink(link.account);
    else if (link.by === subject) edit.decideLink({ ...link, by: ERASED });
  }
  for (const role of roles) {
    if (role.person === subject) edit.dropRole(role.person, role.role);
    else if (role.by === subject) edit.decideRole({ ...role, by: ERASED });
  }
  const isTheirs = ({ person, by }: { readonly person?: string; readonly by: string }) =>
    person === subject || by === subject;
  return links.filter(isTheirs).length + roles.filter(isTheirs).length;
}

async function eraseInSpace(state: SharedState, space: SpaceOfPersons, subject: Subject): Promise<number> {
  let erased = 0;
  for await (const entry of entriesOf(state, space)) {
    const left = WITHOUT[space](entry, subject);
    if (left === entry.value) continue;
    // Whoever changed it meanwhile: it is met by the next attempt, which the operator is told to make.
    const isDone =
      left === undefined
        ? await state.remove(space, entry.key, entry.version)
        : (await state.put(space, { key: entry.key, value: left, expected: entry.version })) !== undefined;
    if (isDone) erased++;
  }
  return erased;
}

interface Past {
  readonly name: string;
  readonly fact?: JsonValue;
  readonly added?: readonly string[];
  readonly dropped?: readonly string[];
}

/** Of today's facts one stands in an entry, of those before a change several. */
function pastWithout(value: JsonValue, id: string): JsonValue | undefined {
  if (!JSON.stringify(value).includes(JSON.stringify(id).slice(1, -1))) return value;
  if (Array.isArray(value)) {
    const facts = value as unknown as readonly Past[];
    const left = facts.flatMap((fact) => factWithout(fact, id) ?? []);
    if (left.every((fact, at) => fact === facts[at]) && left.length === facts.length) return value;
    return left as unknown as JsonValue;
  }
  const fact = value as unknown as Past;
  if (fact.name === undefined) return value;
  const left = factWithout(fact, id);
  return left === fact ? value : (left as unknown as JsonValue | undefined);
}

function pastOf(value: JsonValue, id: string): JsonValue {
  const facts = (Array.isArray(value) ? value : [value]) as unknown as readonly Past[];
  const own = facts.filter((fact) => factWithout(fact, id) !== fact);
  const cut = own.map((fact) =>
    Object.fromEntries(
      Object.entries(fact).map(([name, part]) => [
        name,
        Array.isArray(part) ? part.filter((each) => each === id) : part,
      ]),
    ),
  );
  return cut as unknown as JsonValue;
}

function factWithout(fact: Past, id: string): Past | undefined {
  if (fact.name === `person/${id}` || fact.fact === id) return undefined;
  const lists = { fact: fact.fact, added: fact.added, dropped: fact.dropped };
  const isIn = Object.values(lists).some((list) => Array.isArray(list) && list.includes(id));
  if (!isIn) return fact;
  const cut = Object.entries(lists).map(([name, list]) => [
    name,
    Array.isArray(list) ? list.filter((each) => each !== id) : list,
  ]);
  return { ...fact, ...Object.fromEntries(cut.filter(([, list]) => list !== undefined)) };
}
