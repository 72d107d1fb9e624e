import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seeded } from '@fumikura/testkit';
import { BenchCorpus } from '../bench/corpus.ts';

/** People in teams, a folder for each team and one for everybody; every team is asked about in the same words. */
export interface Company {
  readonly teams: number;
  readonly people: number;
  readonly documentsATeam: number;
}

export interface Question {
  readonly text: string;
  /** Of the one document that has this word, when the question is about one. */
  readonly handle?: { readonly team: number; readonly id: string };
}

/** Of a source with at least as many documents each stands in one. */
const TOPICS = 25;
const WORDS = 120;
const COMMON = 400;

export function teamOf(person: number, { teams }: Company): number {
  return person % teams;
}

export function sourceOf(team: number): string {
  return team < 0 ? 'files:everybody' : `files:team${team}`;
}

export function configuration(company: Company): string {
  const people = Array.from({ length: company.people }, (_, at) => `  - { id: p${at} }`);
  const groups = Array.from({ length: company.teams }, (_, team) => {
    const members = Array.from({ length: company.people }, (_each, at) => at).filter(
      (at) => teamOf(at, company) === team,
    );
    return `  - { id: team${team}, members: [${members.map((at) => `p${at}`).join(', ')}] }`;
  });
  const sources = Array.from(
    { length: company.teams },
    (_, team) => `  - { id: 'files:team${team}', root: ./team${team}, readers: ['group:team${team}'] }`,
  );
  return [
    'owner: chief',
    'persons:',
    ...people,
    'groups:',
    ...groups,
    'sources:',
    "  - { id: 'files:everybody', root: ./everybody, readers: [everyone] }",
    ...sources,
  ].join('\n');
}

export async function writeDocuments(folder: string, company: Company): Promise<void> {
  const corpus = new BenchCorpus(7, false);
  for (let team = -1; team < company.teams; team++) {
    const place = join(folder, team < 0 ? 'everybody' : `team${team}`);
    await mkdir(place, { recursive: true });
    for (let at = 0; at < company.documentsATeam; at++)
      await writeFile(join(place, `d${at}.md`), documentText(team, at, corpus.words(WORDS, at % TOPICS), 0));
  }
}

/** Its edition is the only thing that changes: who asks for it by its handle finds it in any. */
export function documentText(team: number, at: number, words: string, edition: number): string {
  const title = `${handleOf(team, at)} ${topicWord(at)}`;
  return `# ${title}\n\nThis is ${editionOf(team, at, edition)}.\n\n${words}.\n`;
}

/** A word that stands in one edition of one document alone. */
export function editionOf(team: number, at: number, edition: number): string {
  return `edition${edition}q${team + 1}q${at}`;
}

/** A word that stands in one document alone. */
export function handleOf(team: number, at: number): string {
  return `handle${team + 1}q${at}`;
}

/** Every source has documents with it. */
function topicWord(at: number): string {
  return `topic${at % TOPICS}`;
}

/** Questions of a person: a few of them often, most of them rarely (Zipf, exponent 1). */
export function createQuestions(company: Company, seed: number): (person: number) => Question {
  const random = seeded(seed);
  const corpus = new BenchCorpus(seed, false);
  const common = Array.from(
    { length: COMMON },
    (_, at) => `${topicWord(at)} ${corpus.words(1 + (at % 7), at % TOPICS)}`,
  );
  const weights = common.map((_, at) => 1 / (at + 1));
  const sum = weights.reduce((total, each) => total + each, 0);
  return (person) => {
    if (random() < 0.25) return aboutOne(person, company, random);
    let left = random() * sum;
    const at = weights.findIndex((weight) => (left -= weight) <= 0);
    return { text: common[Math.max(0, at)] ?? '' };
  };
}

/** One of somebody's own documents, of everybody's, or of a team that is not theirs. */
function aboutOne(person: number, company: Company, random: () => number): Question {
  const own = teamOf(person, company);
  const other = Math.floor(random() * company.teams);
  const team = [own, -1, other][Math.floor(random() * 3)] ?? own;
  const at = Math.floor(random() * company.documentsATeam);
  return { text: handleOf(team, at), handle: { team, id: `${sourceOf(team)}/d${at}.md` } };
}
