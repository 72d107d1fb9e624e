import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { seeded } from '@fumikura/testkit';
import { BenchCorpus } from '../bench/corpus.ts';
import { createQuestions, documentText, editionOf, sourceOf } from './company.ts';
import type { Company } from './company.ts';
import { createSession } from './mcp-session.ts';
import type { McpSession } from './mcp-session.ts';
import { judge } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/** Far below the hour after which the sources are read anyway: what was told to nobody stays lost. */
const TOLD_WITHIN_MS = 60_000;
const ASK_AGAIN_MS = 250;

/** One question from its being asked to its answer; times by the clock of `performance`. */
export interface Asked {
  readonly from: number;
  readonly to: number;
  readonly verdict: Verdict | 'failed';
  readonly why?: string;
}

export interface Asker {
  readonly person: number;
  readonly session: McpSession;
}

const AT_ONCE = 50;
const TOPICS = 25;
const WORDS = 120;

/** Clients with a connection each, hands shaken. */
export async function connectClients(
  url: string,
  tokens: readonly string[],
  count: number,
): Promise<readonly Asker[]> {
  const askers = Array.from({ length: count }, (_, at) => {
    const person = at % tokens.length;
    return { person, session: createSession(`${url}/mcp`, tokens[person] ?? '') };
  });
  for (let at = 0; at < count; at += AT_ONCE)
    await Promise.all(askers.slice(at, at + AT_ONCE).map(({ session }) => session.begin()));
  return askers;
}

export class Load {
  readonly asked: Asked[] = [];
  readonly #askers: readonly Asker[];
  readonly #company: Company;
  readonly #question: ReturnType<typeof createQuestions>;
  readonly #random: () => number;
  readonly #free: Asker[];

  constructor(askers: readonly Asker[], company: Company, seed: number) {
    this.#askers = askers;
    this.#company = company;
    this.#question = createQuestions(company, seed);
    this.#random = seeded(seed);
    this.#free = [...askers];
  }

  /** Arrivals as of many people who know nothing of each other: `rate` a second, whatever comes of those before. */
  async arrive(rate: number, signal: AbortSignal): Promise<void> {
    const underWay = new Set<Promise<void>>();
    let next = performance.now();
    while (!signal.aborted) {
      next += (-Math.log(1 - this.#random()) / rate) * 1_000;
      const pause = next - performance.now();
      if (pause > 0) await wait(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      const asker = this.#take();
      if (!asker) continue;
      const asking = this.ask(asker).finally(() => {
        this.#free.push(asker);
        underWay.delete(asking);
      });
      underWay.add(asking);
    }
    await Promise.all(underWay);
  }

  /** So many clients who ask again as soon as they are answered. */
  async hammer(clients: number, signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.#askers.slice(0, clients).map(async (asker) => {
        while (!signal.aborted) await this.ask(asker);
      }),
    );
  }

  async ask({ person, session }: Asker): Promise<void> {
    const question = this.#question(person);
    const from = performance.now();
    try {
      const answer = await session.call('search_knowledge', { query: question.text });
      const verdict = judge(person, question, answer, this.#company);
      const why =
        verdict === 'right' ? {} : { why: `${question.text}: ${JSON.stringify(answer).slice(0, 300)}` };
      this.asked.push({ from, to: performance.now(), verdict, ...why });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.asked.push({ from, to: performance.now(), verdict: 'failed', why });
    }
  }

  /** One at random that is not waiting for an answer. */
  #take(): Asker | undefined {
    const at = Math.floor(this.#random() * this.#free.length);
    const [asker] = this.#free.splice(at, 1);
    return asker;
  }
}

export function tally(asked: readonly Asked[]): Record<Asked['verdict'], number> {
  const counts = { right: 0, wrong: 0, leaked: 0, refused: 0, degraded: 0, failed: 0 };
  for (const { verdict } of asked) counts[verdict]++;
  return counts;
}

/** Somebody who writes while others ask; remembers what each document said last. */
export class Author {
  readonly editions = new Map<
    string,
    { readonly team: number; readonly at: number; readonly edition: number }
  >();
  readonly #folder: string;
  readonly #company: Company;
  readonly #random: () => number;
  readonly #corpus = new BenchCorpus(99, false);
  #edition = 0;

  constructor(folder: string, company: Company, seed: number) {
    this.#folder = folder;
    this.#company = company;
    this.#random = seeded(seed);
  }

  async write(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const edition = ++this.#edition;
      const team = Math.floor(this.#random() * (this.#company.teams + 1)) - 1;
      const at = Math.floor(this.#random() * this.#company.documentsATeam);
      const text = documentText(team, at, this.#corpus.words(WORDS, at % TOPICS), edition);
      await writeFile(join(this.#folder, team < 0 ? 'everybody' : `team${team}`, `d${at}.md`), text);
      this.editions.set(`${sourceOf(team)}/d${at}.md`, { team, at, edition });
      await wait(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * Documents whose last edition is not found by somebody who may read it within a minute: a source tells of a change a
   * while after it was made, and nothing in the catalog says that something was not told yet.
   */
  async lost(askerOf: (team: number) => Asker): Promise<string[]> {
    let missing = [...this.editions.keys()];
    const end = performance.now() + TOLD_WITHIN_MS;
    for (;;) {
      const again: string[] = [];
      for (const id of missing) if (!(await this.#isFound(id, askerOf))) again.push(id);
      if (again.length === 0 || performance.now() > end) return again;
      missing = again;
      await wait(ASK_AGAIN_MS);
    }
  }

  async #isFound(id: string, askerOf: (team: number) => Asker): Promise<boolean> {
    const written = this.editions.get(id);
    if (!written) return true;
    const { team, at, edition } = written;
    const { structuredContent } = await askerOf(team).session.call('search_knowledge', {
      query: editionOf(team, at, edition),
    });
    return structuredContent?.results[0]?.id === id;
  }
}
