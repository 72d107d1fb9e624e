import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAccess, createLinkedDirectory, createLocalDirectory, LOCAL_ISSUER } from '@fumikura/access';
import { createAuditTrail } from '@fumikura/audit';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { silentLogger } from '@fumikura/logging';
import type { Principal } from '@fumikura/model';
import type { AccessFilter, Catalog, DocumentRecord, DocumentWrite } from '@fumikura/ports';
import { createKnowledge } from '@fumikura/retrieval';
import type { EmbedQuery, SearchPage } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SqliteStore } from '@fumikura/store-sqlite';
import { documentWrite } from '@fumikura/testkit';
import { BenchCorpus, FINGERPRINT, seeded } from './corpus.ts';
import { percentiles } from './measure.ts';

const SOURCE = 'bench:docs';
const CHUNKS = 100_000;
const BATCH = 10_000;
const LISTS = 2_000;
const GROUPS = 300;
const PERSON = { id: 'asker', accounts: [`user:${SOURCE}:asker`] as Principal[] };
const READ_AT = '2026-01-15T09:00:00.000Z';
const QUERIES = 200;
/** Share of a search's p50 that rights and their record may take. */
const MAX_SHARE = 15;

/**
 * The same questions twice, one after the other: as they are answered (rights looked up, each hit checked again, the record on
 * the disk before the answer), and with none of it: the filter in hand, the hits taken as they come, nothing recorded.
 * What a scan skips because of the filter is no cost and is on both sides. A flush of the disk differs from machine to machine
 * by a hundred times, so the same number of bare flushes stands beside it: what is left of the share without them is ours.
 */
export async function trustBench(folder: string, note: (text: string) => void): Promise<Figure[]> {
  note(`trust: ${CHUNKS} chunks`);
  const store = await createSqliteStore({ file: join(folder, 'trust.db') });
  const corpus = new BenchCorpus(7, true);
  await fill(store, corpus);
  const local = createLocalDirectory([PERSON.id], [], '1');
  const access = createAccess(store.catalog, createLinkedDirectory(local, store.catalog, [PERSON]));
  const trail = createAuditTrail({
    folder: join(folder, 'trust-audit'),
    logger: silentLogger,
    queryText: 'keep',
    keepDays: 0,
  });
  const vectors = new Map<string, Float32Array>();
  const embedQuery: EmbedQuery = async (query) => {
    const vector = vectors.get(query);
    return vector && { vector, fingerprint: FINGERPRINT };
  };
  const unchecked = new Unchecked(store.catalog);
  // A ranking that is used again would hide what the check of it costs.
  const settings = { embedQuery, cacheBytes: 0 };
  const guarded = await createKnowledge({ store: { ...store, catalog: unchecked.remembering }, ...settings });
  const unguarded = await createKnowledge({ store: { ...store, catalog: unchecked.repeating }, ...settings });
  const person = { issuer: LOCAL_ISSUER, subject: PERSON.id };
  const filter = await access.filterFor(person);
  const signal = AbortSignal.timeout(300_000);
  const [withAll, without, record, flushes]: [number[], number[], number[], number[]] = [[], [], [], []];
  const flush = await flusher(join(folder, 'flush'));
  for (let count = 0; count < QUERIES; count++) {
    const { text, vector } = corpus.query();
    vectors.set(text, vector);
    unchecked.records.clear();
    // Once for nothing: both then find pages of the file and compiled code as the other does.
    const page = await guarded.search({ query: text }, filter, signal);
    if (page.hits.length === 0) throw new Error(`"${text}" finds nothing`);
    const whole = async () => {
      const started = performance.now();
      const found = await guarded.search({ query: text }, await access.filterFor(person), signal);
      const searched = performance.now();
      await trail.record(recordOf(text, found));
      record.push(performance.now() - searched);
      withAll.push(performance.now() - started);
    };
    const bare = async () => {
      const started = performance.now();
      await unguarded.search({ query: text }, filter, signal);
      without.push(performance.now() - started);
    };
    for (const run of count % 2 === 0 ? [whole, bare] : [bare, whole]) await run();
    flushes.push(await flush());
  }
  await trail.close();
  await store.close();
  const [all, bare, flushed] = [withAll, without, flushes].map((each) => percentiles(each).p50) as [
    number,
    number,
    number,
  ];
  return [
    figure('trust.search.p50.100k', all, 'ms', 'lower'),
    figure('trust.search.unchecked.p50.100k', bare, 'ms', 'lower'),
    figure('trust.audit.p50.100k', percentiles(record).p50, 'ms', 'lower'),
    figure('trust.flush.p50', flushed, 'ms', 'lower'),
    figure('trust.share.100k', ((all - bare) / all) * 100, '%', 'lower', MAX_SHARE),
    figure('trust.shareWithoutFlush.100k', ((all - flushed - bare) / (all - flushed)) * 100, '%', 'lower'),
  ];
}

/** The second check answered from what it answered before, at the cost of reading the rows that a reply needs anyway. */
class Unchecked {
  readonly records = new Map<string, readonly DocumentRecord[]>();
  readonly remembering: Catalog;
  readonly repeating: Catalog;

  constructor(catalog: Catalog) {
    const remember = async (ids: readonly string[], access: AccessFilter) => {
      const found = await catalog.readable(ids, access);
      this.records.set(ids.join(), found);
      return found;
    };
    this.remembering = { ...catalog, readable: remember };
    const repeat = async (ids: readonly string[]) => {
      await catalog.known(ids);
      return this.records.get(ids.join()) ?? [];
    };
    this.repeating = { ...catalog, readable: repeat };
  }
}

function recordOf(query: string, { hits }: SearchPage) {
  return {
    action: 'search',
    via: 'search_knowledge',
    outcome: 'done',
    actor: { issuer: LOCAL_ISSUER, subject: PERSON.id },
    client: { channel: 'http', name: 'assistant' },
    query,
    shown: hits.map(({ id }) => id),
  } as const;
}

/** Half of the lists hold a group of the person, so that about a third of the documents are theirs. */
async function fill(store: SqliteStore, corpus: BenchCorpus): Promise<void> {
  const random = seeded(31);
  const group = (at: number): Principal => `group:${SOURCE}:g${at}`;
  const lists = Array.from({ length: LISTS }, (_, at) => ({
    id: `list${at}`,
    members: [group(Math.floor(random() * GROUPS * 2))],
    readAt: READ_AT,
  }));
  await store.index.useFingerprint(FINGERPRINT);
  await store.commit({ source: SOURCE, lists });
  const groups = Array.from({ length: GROUPS }, (_, at) => ({
    principal: group(at),
    members: PERSON.accounts,
  }));
  const accounts = PERSON.accounts.map((principal) => ({ principal, isActive: true, isPerson: true }));
  await store.catalog.stageDirectory(SOURCE, 'run', { accounts, groups });
  await store.catalog.completeDirectory(SOURCE, 'run');
  let number = 0;
  for (let loaded = 0; loaded < CHUNKS; loaded += BATCH) {
    const upserts = corpus.batch(BATCH).map(({ documentId, title, chunks }): DocumentWrite => {
      const allow = [0, 1].slice(random() < 0.5 ? 1 : 0).map(() => `list${Math.floor(random() * LISTS)}`);
      const parts = chunks.map(({ text }) => text);
      const vectors = chunks.flatMap(({ vector }) => (vector ? [vector] : []));
      const write = documentWrite(documentId, { allow }, { title, parts, vectors });
      return { ...write, similarity: fingerprint(number++) };
    });
    await store.commit({ source: SOURCE, upserts });
  }
}

/** Far from every other: nothing is collapsed. */
function fingerprint(number: number): string {
  const random = seeded(number);
  return Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('');
}

/** @returns writes a line as long as a record and has it on the disk; the milliseconds that took */
async function flusher(file: string): Promise<() => Promise<number>> {
  const handle = await openFile(file, 'a');
  const line = `${'x'.repeat(600)}\n`;
  return async () => {
    const started = performance.now();
    await handle.appendFile(line);
    await handle.datasync();
    return performance.now() - started;
  };
}
