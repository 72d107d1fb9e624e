import { explainAccess, LOCAL_ISSUER } from '@fumikura/access';
import type { LinkedPerson } from '@fumikura/access';
import type { FuzzInstallation } from './installation.ts';
import { anyQuestion } from './questions.ts';
import type { Question } from './questions.ts';
import { DOCUMENTS, SOURCES, toldOf } from './world.ts';

/** One check is one answer held against one document: is the document told of although the person may not read it? */
export interface Tally {
  checks: number;
  answers: number;
  changes: number;
  leaks: number;
  /** Documents that somebody may read and was not shown although they asked for them by name. */
  missing: number;
  /** Answers by surface. */
  readonly surfaces: Record<string, number>;
  readonly samples: string[];
}

export function emptyTally(): Tally {
  return { checks: 0, answers: 0, changes: 0, leaks: 0, missing: 0, surfaces: {}, samples: [] };
}

const MAX_SAMPLES = 20;
const REFUSALS = ['CURSOR_INVALID', 'FILTER_VALUE_UNKNOWN', 'DOCUMENT_NOT_FOUND'];

export function note(tally: Tally, kind: 'leaks' | 'missing', what: string): void {
  tally[kind]++;
  if (tally.samples.length < MAX_SAMPLES) tally.samples.push(`${kind}: ${what}`);
}

export function held(tally: Tally, surface: string): void {
  tally.answers++;
  tally.checks += DOCUMENTS;
  tally.surfaces[surface] = (tally.surfaces[surface] ?? 0) + 1;
}

interface KeptCursor {
  readonly person: LinkedPerson;
  readonly cursor: string;
  readonly args: object;
}

/** Asks by chance, changes rights in between, sometimes in the middle of an answer. */
export class Rounds {
  readonly #installation: FuzzInstallation;
  readonly #tally: Tally;
  #cursors: KeptCursor[] = [];

  constructor(installation: FuzzInstallation, tally: Tally) {
    this.#installation = installation;
    this.#tally = tally;
  }

  async next(): Promise<void> {
    const { world } = this.#installation;
    const kind = world.random();
    if (kind < 0.15) {
      await world.change();
      this.#tally.changes++;
    } else if (kind < 0.25) await this.#turnPage();
    else if (kind < 0.3) await this.#explain();
    else if (kind < 0.35) await this.#counts();
    else if (kind < 0.4) await this.#sameRefusal();
    else if (kind < 0.44) await this.#facets();
    else await this.#askOnce(anyQuestion(world), world.pickPerson(), world.random() < 0.1);
  }

  /** A change in the middle: either moment's rights are right, and nothing beyond both. */
  async #askOnce(question: Question, person: LinkedPerson, isRace: boolean): Promise<string> {
    const { world, ask } = this.#installation;
    const before = world.readable(person);
    const asking = ask(person.id, question.method, question.params, question.tools);
    if (isRace) {
      await world.change();
      this.#tally.changes++;
    }
    const answer = await asking;
    const after = isRace ? world.readable(person) : before;
    this.#compare(question, person, answer, (at) => before.has(at) || after.has(at));
    const { about } = question;
    if (about !== undefined && before.has(about) && after.has(about) && !answer.includes(`secret${about}z`))
      note(this.#tally, 'missing', `${person.id} did not get doc${about}z by ${question.surface}`);
    this.#keepCursor(question, person, answer);
    return answer;
  }

  #compare(question: Question, person: LinkedPerson, answer: string, may: (at: number) => boolean): void {
    held(this.#tally, question.surface);
    for (const at of toldOf(answer, JSON.stringify(question.params)))
      if (!may(at)) note(this.#tally, 'leaks', `${person.id} was told of doc${at}z by ${question.surface}`);
  }

  #keepCursor({ params }: Question, person: LinkedPerson, answer: string): void {
    const cursor = /"nextCursor":"([\w-]+)"/u.exec(answer)?.[1];
    const { arguments: args } = params as { arguments?: object };
    if (!cursor || !args || !('query' in args)) return;
    this.#cursors.push({ person, cursor, args });
    this.#cursors = this.#cursors.slice(-50);
  }

  /** The next page of a search that was made before some changes: by whoever made it, or by somebody else. */
  async #turnPage(): Promise<void> {
    const { world, ask } = this.#installation;
    const kept = this.#cursors[Math.floor(world.random() * this.#cursors.length)];
    if (!kept) return;
    const person = world.random() < 0.5 ? kept.person : world.pickPerson();
    const params = { name: 'search_knowledge', arguments: { ...kept.args, cursor: kept.cursor } };
    const question: Question = { surface: 'cursor', method: 'tools/call', params };
    const answer = await ask(person.id, question.method, params);
    this.#compare(question, person, answer, (at) => world.mayRead(person, at));
    // Refused before the cursor is looked at, when the question itself is of what this person may not read.
    const isRefused = REFUSALS.some((code) => answer.includes(code));
    if (person.id !== kept.person.id && !isRefused)
      note(this.#tally, 'leaks', `${person.id} used the cursor of ${kept.person.id}`);
  }

  /** The explanation, the second check and the filter say the same as the world. */
  async #explain(): Promise<void> {
    const { world, directory, store, access } = this.#installation;
    const person = world.pickPerson();
    const who = { issuer: LOCAL_ISSUER, subject: person.id };
    const at = world.pickDocument();
    const id = world.documents[at]?.id ?? '';
    const may = world.mayRead(person, at);
    const { mayRead } = await explainAccess(who, id, directory, store.catalog);
    const readable = await store.catalog.readable([id], await access.filterFor(who));
    held(this.#tally, 'explain');
    if (mayRead !== may)
      note(this.#tally, may ? 'missing' : 'leaks', `explain says ${mayRead} of ${person.id} and ${id}`);
    if (readable.length > 0 !== may)
      note(
        this.#tally,
        may ? 'missing' : 'leaks',
        `the check says ${readable.length} of ${person.id} and ${id}`,
      );
  }

  /** Numbers of documents count only what the person may read. */
  async #counts(): Promise<void> {
    const { world, ask } = this.#installation;
    const person = world.pickPerson();
    const source = SOURCES[Math.floor(world.random() * SOURCES.length)] ?? 'wiki:a';
    const expected = [...world.readable(person)].filter((at) => world.sourceOf(at) === source).length;
    const uri = `fumi://source/${encodeURIComponent(source)}`;
    const answer = await ask(person.id, 'resources/read', { uri });
    held(this.#tally, 'counts');
    const told = Number(/\\"documents\\":(\d+)/u.exec(answer)?.[1] ?? 0);
    if (told !== expected)
      note(
        this.#tally,
        told > expected ? 'leaks' : 'missing',
        `${person.id} was told of ${told} documents, not ${expected}`,
      );
  }

  /** What a search says matches is as many documents as the person may read of them. */
  async #facets(): Promise<void> {
    const { world, ask } = this.#installation;
    const person = world.pickPerson();
    const expected = world.readable(person).size;
    const args = {
      query: ['common', '"common words"', 'kind:page'][Math.floor(world.random() * 3)],
      facets: true,
    };
    const answer = await ask(person.id, 'tools/call', { name: 'search_knowledge', arguments: args });
    held(this.#tally, 'facets');
    const told = Number(/"matches":(\d+)/u.exec(answer)?.[1] ?? 0);
    const kinds = Number(/"kind":\[\{"value":"page","documents":(\d+)/u.exec(answer)?.[1] ?? 0);
    for (const count of [told, kinds])
      if (count !== expected)
        note(
          this.#tally,
          count > expected ? 'leaks' : 'missing',
          `${person.id} was told that ${count} match ${args.query}, not ${expected}`,
        );
  }

  /** A document that is hidden and one that never was are refused in the same words. */
  async #sameRefusal(): Promise<void> {
    const { world, ask } = this.#installation;
    const person = world.pickPerson();
    const at = world.pickDocument();
    if (world.mayRead(person, at)) return;
    const id = world.documents[at]?.id ?? '';
    const absent = id.replace(/doc\d+z/u, 'doc99999z');
    const [hidden, never] = await Promise.all(
      [id, absent].map((each) =>
        ask(person.id, 'tools/call', { name: 'get_document', arguments: { id: each } }),
      ),
    );
    held(this.#tally, 'refusals');
    if (hidden?.replaceAll(id, absent) !== never)
      note(this.#tally, 'leaks', `${person.id} can tell ${id} from one that is not there`);
  }
}
