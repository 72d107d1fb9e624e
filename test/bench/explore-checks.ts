// Suggestions, corrections and counts held against what the asker may read, known from the documents themselves.
import { join } from 'node:path';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import type { Principal } from '@fumikura/model';
import type { AccessFilter, DocumentWrite, FilterField, Store } from '@fumikura/ports';
import { createKnowledge } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SqliteStore } from '@fumikura/store-sqlite';
import { documentWrite, filterFor } from '@fumikura/testkit';
import { analyseQuery, countTerms, foldText } from '@fumikura/text';
import { BenchCorpus, seeded } from './corpus.ts';

const SOURCE = 'bench:docs';
const [DOCUMENTS, LISTS, PERSONS] = [2_000, 60, 24];
/** Of the lists that admit a person, from one to most of them. */
const SHARES = [1 / LISTS, 0.1, 0.4, 0.9];
const FIELDS = ['author', 'label', 'space', 'kind'] as const;
type Field = (typeof FIELDS)[number];
const EVERY_VALUE = 2 * DOCUMENTS;
const WORDS = 60;
const signal = new AbortController().signal;

/** What the test knows of a document, by other means than the index. */
interface Known {
  readonly list: number;
  readonly written: ReadonlySet<string>;
  readonly terms: ReadonlyMap<string, number>;
  readonly values: Readonly<Record<Field, readonly string[]>>;
}

interface Asker {
  readonly access: AccessFilter;
  readonly documents: readonly Known[];
  readonly words: ReadonlySet<string>;
}

interface Tally {
  checks: number;
  hidden: number;
}

/** At least `wanted` words, values and counts are looked at; each that no readable document explains is a hidden one. */
export async function checkFigures(folder: string, wanted: number): Promise<Figure[]> {
  const store = await createSqliteStore({ file: join(folder, 'checks.db'), inline: true });
  try {
    const random = seeded(5);
    const known = await load(store, random);
    const askers = await Promise.all(Array.from({ length: PERSONS }, (_, at) => askerOf(at, store, known)));
    const tally = { checks: 0, hidden: 0 };
    const all = known.flatMap(({ written }) => [...written]);
    const kinds = await questions(store, tally);
    // As much of each kind: counts come by the dozen, corrections one by one.
    for (const [kind, ask] of kinds.entries()) {
      while (tally.checks < (wanted * (kind + 1)) / kinds.length) {
        const asker = askers[Math.floor(random() * askers.length)];
        const word = all[Math.floor(random() * all.length)] ?? '';
        if (asker) await ask(asker, word, Math.floor(random() * word.length));
      }
    }
    return [
      figure('explore.checks', tally.checks, 'checks', 'higher', 100_000),
      figure('explore.hidden', tally.hidden, 'words or counts', 'lower', 0),
    ];
  } finally {
    await store.close();
  }
}

/** Each asks about a word that any document may have, and looks at everything it is told. */
async function questions(store: SqliteStore, tally: Tally) {
  const knowledge = await createKnowledge({ store });
  const { explore } = store.index;

  const judge = (isRight: boolean): void => {
    tally.checks++;
    if (!isRight) tally.hidden++;
  };
  const suggested = async ({ access, words, documents }: Asker, word: string, at: number) => {
    const found = await knowledge.suggest({ text: word.slice(0, at + 1), limit: 20 }, access, signal);
    for (const query of found.queries) judge(words.has(foldText(query)));
    const titles = new Set(documents.map(({ values }) => values.space[0] ?? ''));
    for (const { title } of found.documents) judge(titles.has(title.split(' ')[0] ?? ''));
  };
  const corrected = async ({ access, words, documents }: Asker, word: string, at: number) => {
    const slip = word.slice(0, at) + word.slice(at + 1);
    for (const { near, isKnown } of await explore.words({ words: [slip, word] }, access, signal)) {
      for (const each of near) judge(words.has(foldText(each)));
      if (isKnown) judge([slip, word].some((each) => documents.some((document) => hasWord(document, each))));
    }
  };
  const counted = async ({ access, documents }: Asker, word: string, at: number) => {
    const query = at % 3 === 0 ? undefined : analyseQuery(word);
    const matching = query ? documents.filter((document) => hasWord(document, word)) : documents;
    const fields: readonly FilterField[] = FIELDS;
    const found = await explore.facets(
      { ...(query && { query }), fields, limit: EVERY_VALUE },
      access,
      signal,
    );
    judge(found.documents === matching.length);
    for (const field of FIELDS) {
      const expected = countsOf(matching, field);
      const told = found.values[field] ?? [];
      for (const { value, documents: count } of told) judge(expected.get(value) === count);
      judge(told.length === expected.size);
    }
  };
  return [suggested, corrected, counted];
}

function hasWord({ terms }: Known, word: string): boolean {
  const query = analyseQuery(word).terms;
  const words = query.filter((term) => term.class === 'word');
  return (words.length > 0 ? words : query).every(({ term }) => terms.has(term));
}

function countsOf(documents: readonly Known[], field: Field): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { values } of documents)
    for (const value of new Set(values[field])) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Every list has words, titles, labels and authors of its own beside those that all share. */
async function load(store: Store, random: () => number): Promise<Known[]> {
  const corpus = new BenchCorpus(19, false);
  const writes: DocumentWrite[] = [];
  const known: Known[] = [];
  for (let at = 0; at < DOCUMENTS; at++) {
    const list = Math.floor(random() ** 2 * LISTS);
    const space = `${letters('zone', list)}`;
    const title = `${space} ${corpus.words(3, list)}`;
    const text = `${corpus.words(WORDS, list)} ${letters('veiled', list)} ${letters('once', at)}`;
    const values = {
      author: [`Author ${letters('a', list)}`, `Author ${at % 50}`],
      label: [letters('label', list), `label${at % 20}`],
      space: [space],
      kind: [at % 2 === 0 ? 'page' : 'issue'],
    };
    const facts = {
      title,
      parts: [text],
      authors: values.author,
      labels: values.label,
      breadcrumbs: values.space,
    };
    writes.push(
      documentWrite(
        `${SOURCE}/${at}`,
        { allow: [`list${list}`] },
        { ...facts, kind: values.kind[0] ?? 'page' },
      ),
    );
    const terms = new Map([...countTerms(title).counts, ...countTerms(text).counts]);
    known.push({ list, written: writtenIn(`${title} ${text}`), terms, values });
  }
  const readAt = new Date().toISOString();
  const lists = Array.from({ length: LISTS }, (_, list) => ({
    id: `list${list}`,
    members: Array.from({ length: PERSONS }, (__, at) => at)
      .filter((at) => isAdmitted(at, list))
      .map(personOf),
    readAt,
  }));
  await store.commit({ source: SOURCE, lists, upserts: writes });
  return known;
}

async function askerOf(at: number, { catalog }: Store, known: readonly Known[]): Promise<Asker> {
  const documents = known.filter(({ list }) => isAdmitted(at, list));
  const words = new Set(documents.flatMap(({ written }) => [...written]));
  return { access: await filterFor(catalog, personOf(at)), documents, words };
}

function isAdmitted(person: number, list: number): boolean {
  const share = SHARES[person % SHARES.length] ?? 0;
  return ((list * 7 + person * 13) % LISTS) / LISTS < share;
}

function personOf(at: number): Principal {
  return `user:bench:person${at}`;
}

function writtenIn(text: string): Set<string> {
  return new Set(foldText(text).match(/[\p{L}\p{N}']+/gu) ?? []);
}

/** Words without digits, which would be read as identifiers: prefix and the number in letters. */
function letters(prefix: string, number: number): string {
  return prefix + [...String(number)].map((digit) => 'qwrtpsdfgh'[Number(digit)] ?? '').join('');
}
