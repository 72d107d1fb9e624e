import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { createDocumentPipeline } from '@fumikura/documents';
import { AppError } from '@fumikura/errors';
import { createIngest } from '@fumikura/ingest';
import { silentLogger } from '@fumikura/logging';
import type { SourceDocument, SourceId } from '@fumikura/model';
import type { Connector, JobRecord, Store } from '@fumikura/ports';
import { parseSchedule } from '@fumikura/scheduling';
import type { Schedule } from '@fumikura/scheduling';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { until } from '@fumikura/testkit';
import { createScheduler } from './scheduler.ts';

const A: SourceId = 'wiki:a';
const B: SourceId = 'wiki:b';
const never = parseSchedule('never');
const readAt = '2026-01-01T00:00:00Z';

function page(source: SourceId, name: string): SourceDocument {
  return {
    id: `${source}/${name}`,
    source,
    externalId: name,
    kind: 'page',
    url: '',
    title: name,
    version: '1',
    acl: { allow: [] },
    body: { type: 'blocks', blocks: [{ type: 'paragraph', text: `text of ${name}` }] },
  };
}

describe('the scheduler', () => {
  let folder: string;
  let store: Store;
  let log: string[];
  const pipeline = createDocumentPipeline({ workers: 1 });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-worker-'));
    store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
    log = [];
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  after(() => pipeline.close());

  const wiki = (id: SourceId, parts: Partial<Connector> = {}): Connector => ({
    id,
    removals: 'reported',
    check: async () => ({ missing: [], counts: {} }),
    pull: async function* () {
      log.push(`${id} content`);
      yield { changes: [{ kind: 'upsert', document: page(id, 'a') }], checkpoint: 1 };
    },
    directory: async function* () {
      log.push(`${id} directory`);
      yield { accounts: [], groups: [] };
    },
    ...parts,
  });

  /** Until `isDone` holds, looked at after each piece of work. */
  async function runUntil(
    connectors: readonly Connector[],
    isDone: () => boolean | Promise<boolean>,
    more: {
      readonly now?: () => number;
      readonly content?: Schedule;
      readonly access?: Schedule;
      readonly concurrency?: number;
    } = {},
  ): Promise<void> {
    const stop = new AbortController();
    const schedules = {
      content: more.content ?? parseSchedule('1h'),
      access: more.access ?? never,
      directory: parseSchedule('1h'),
      census: never,
    };
    const scheduler = createScheduler({
      ingest: createIngest({ store, documents: pipeline, logger: silentLogger }),
      catalog: store.catalog,
      sources: connectors.map((connector) => ({ connector, schedules })),
      logger: silentLogger,
      lookEveryMs: 5,
      ...more,
      events: {
        onEnd: async () => {
          if (await isDone()) stop.abort();
        },
      },
    });
    await scheduler.run(stop.signal);
  }
  const jobOf = async (source: SourceId, pass: string): Promise<JobRecord | undefined> =>
    (await store.catalog.jobs()).find((job) => job.source === source && job.pass === pass);

  it('[schedule.fair] gives each source its turn, one piece of work at a time', async () => {
    await runUntil([wiki(A), wiki(B)], () => log.length === 4, { concurrency: 1 });
    assert.deepEqual(log.toSorted(), [`${A} content`, `${A} directory`, `${B} content`, `${B} directory`]);
    assert.deepEqual(log.slice(0, 2).toSorted(), [`${A} directory`, `${B} directory`]);
  });

  it('[schedule.no-overlap] never reads a source twice at once, and reads others meanwhile', async () => {
    let running = 0;
    let most = 0;
    const slow = wiki(A, {
      pull: async function* () {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 60));
        running--;
        log.push(`${A} content`);
        yield { changes: [], checkpoint: 1 };
      },
    });
    const times = (name: string) => log.filter((each) => each === name).length;
    await runUntil([slow, wiki(B)], () => times(`${A} content`) >= 3 && times(`${B} content`) >= 1, {
      content: { text: 'always', next: () => 0 },
    });
    assert.equal(most, 1);
  });

  it('[sync.access.between] reads readers by their clock in the middle of a long reading of content', async () => {
    let runs = 0;
    await store.catalog.ensureSource(A);
    const done = { outcome: 'completed', startedAt: readAt, endedAt: readAt, failures: 0 } as const;
    await store.catalog.putJob({ source: A, pass: 'access', ...done });
    const connector = wiki(A, {
      pull: async function* (from) {
        if (from === undefined || from === 'end') log.push(`begin ${++runs}`);
        const first = typeof from === 'number' ? from + 1 : 0;
        // Until the readers were read in the middle of it, or a minute is over.
        for (
          let n = first;
          runs > 1 && n < 6_000 && !log.slice(log.indexOf('begin 2')).includes('access');
          n++
        ) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          yield { changes: [], checkpoint: n };
        }
        log.push(`end ${runs}`);
        yield { changes: [], checkpoint: 'end' };
      },
      pullAccess: async function* () {
        log.push('access');
        yield { changes: [], checkpoint: null };
      },
    });
    await runUntil([connector], () => log.includes('end 2'), {
      content: { text: 'always', next: () => 0 },
      access: { text: 'often', next: ({ startedAt }) => startedAt + 100 },
    });
    const inside = log.slice(log.indexOf('begin 2') + 1, log.indexOf('end 2'));
    assert.ok(inside.includes('access'), log.join());
  });

  it('[schedule.request] reads at once what a webhook named, and strikes it out', async () => {
    const seen: string[] = [];
    const connector = wiki(A, {
      refresh: async function* (ids) {
        seen.push(...ids);
        const list = { id: `${A}/all`, members: [], readAt };
        yield [
          { kind: 'list', list },
          { kind: 'upsert', document: page(A, 'new') },
        ];
      },
    });
    await store.catalog.request(A, { items: [`${A}/new`], passes: [] });
    await runUntil([connector], () => seen.length > 0);
    assert.deepEqual(await store.catalog.requested(undefined, 10), []);
    assert.equal((await store.catalog.known([`${A}/new`])).size, 1);
    assert.equal((await jobOf(A, 'refresh'))?.outcome, 'completed');
  });

  it('[schedule.watch] reads what a source tells, also what it tells while the catalog is away or nobody watches', async () => {
    const stop = new AbortController();
    let tell: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (tell = resolve));
    let [watched, isAway, refused] = [0, false, 0];
    const contents = () => log.filter((each) => each === `${A} content`).length;
    const reads = (count: number) => until(() => contents() >= count && !isAway);
    const connector = wiki(A, {
      watch: async function* (signal) {
        watched++;
        if (watched > 1)
          return void (await new Promise((resolve) => signal.addEventListener('abort', resolve)));
        await told;
        yield;
        throw new Error('no more to be heard');
      },
    });
    const scheduler = createScheduler({
      ingest: createIngest({ store, documents: pipeline, logger: silentLogger }),
      catalog: {
        ...store.catalog,
        request: async (...asked) => {
          if (isAway && ++refused < 3) throw new AppError('STORE_UNREACHABLE', 'transient', 'away');
          isAway = false;
          return store.catalog.request(...asked);
        },
      },
      sources: [{ connector, schedules: { content: never, access: never, directory: never, census: never } }],
      logger: silentLogger,
      lookEveryMs: 5,
    });
    const running = scheduler.run(stop.signal);
    try {
      await reads(1); // what happened before it was watched
      isAway = true;
      tell();
      await reads(2);
      assert.equal(refused, 3);
      await reads(3); // what happened until it was watched again
      assert.equal(watched, 2);
    } finally {
      stop.abort();
    }
    await running;
  });

  it('[schedule.failure] tells what failed, tries it again later, and goes on with everything else', async () => {
    let isDown = true;
    let now = Date.parse('2026-01-01T00:00:00Z');
    const connector = wiki(A, {
      pull: async function* () {
        if (isDown)
          throw new AppError('SOURCE_UNAVAILABLE', 'transient', 'down', { publicMessage: 'It is down.' });
        yield { changes: [], checkpoint: 1 };
      },
    });
    await runUntil([connector], async () => (await jobOf(A, 'content'))?.outcome === 'failed', {
      now: () => now,
    });
    const failed = await jobOf(A, 'content');
    assert.deepEqual([failed?.reason, failed?.failures], ['It is down.', 1]);
    assert.equal(failed?.retryAt, new Date(now + 30_000).toISOString());
    assert.equal((await jobOf(A, 'directory'))?.outcome, 'completed');
    isDown = false;
    now += 31_000;
    await runUntil([connector], async () => (await jobOf(A, 'content'))?.outcome === 'completed', {
      now: () => now,
    });
    assert.deepEqual(
      [(await jobOf(A, 'content'))?.failures, (await jobOf(A, 'content'))?.retryAt],
      [0, undefined],
    );
  });

  it('leaves a source to the process that reads it, tries again later, and writes nothing into its record', async () => {
    await store.catalog.ensureSource(A);
    await store.catalog.acquireLease(A, 'another', 60_000);
    const startedAt = '2026-01-01T00:00:00.000Z';
    const theirs = { source: A, pass: 'content', outcome: 'running', startedAt, failures: 0 } as const;
    await store.catalog.putJob(theirs);
    let now = Date.parse(startedAt);
    let looks = 0;
    // A clock that goes on with every look at it.
    await runUntil([wiki(A)], () => ++looks >= 2, { now: () => (now += 2_000) });
    assert.deepEqual(await jobOf(A, 'content'), theirs);
    assert.deepEqual(log, []);
  });

  it('does not do again what another process did since it was looked at', async () => {
    const stop = new AbortController();
    const events: string[] = [];
    const comes = (event: string) => until(() => events.includes(event), { what: event, everyMs: 2 });
    const both = ['first', 'second'].map((name) => {
      const schedules = {
        content: parseSchedule('1h'),
        access: never,
        directory: never,
        census: never,
      };
      const scheduler = createScheduler({
        ingest: createIngest({ store, documents: pipeline, logger: silentLogger, holder: name }),
        catalog: {
          ...store.catalog,
          // The second one has looked before the first one begins, and goes on when that is done.
          requested: async (...asked) => {
            if (!events.includes(`${name} looks`)) {
              events.push(`${name} looks`);
              await comes(name === 'first' ? 'second looks' : 'first ends');
            }
            return store.catalog.requested(...asked);
          },
        },
        sources: [{ connector: wiki(A), schedules }],
        logger: silentLogger,
        lookEveryMs: 5,
        events: { onEnd: () => void events.push(`${name} ends`) },
      });
      return scheduler.run(stop.signal);
    });
    await comes('second ends');
    stop.abort();
    await Promise.all(both);
    assert.deepEqual(log, [`${A} content`]);
    assert.equal((await jobOf(A, 'content'))?.outcome, 'completed');
  });

  /** Several processes over one catalog, each with what it does of its own. */
  const together = (
    parts: readonly { readonly catalog?: Partial<Store['catalog']>; readonly watch?: Connector['watch'] }[],
    signal: AbortSignal,
    onEnd: () => void = () => undefined,
  ) =>
    parts.map(({ catalog, watch }) =>
      createScheduler({
        ingest: createIngest({ store, documents: pipeline, logger: silentLogger, holder: randomUUID() }),
        catalog: { ...store.catalog, ...catalog },
        sources: [
          {
            connector: wiki(A, watch && { watch }),
            schedules: { content: parseSchedule('1h'), access: never, directory: never, census: never },
          },
        ],
        logger: silentLogger,
        lookEveryMs: 5,
        events: { onEnd },
      }).run(signal),
    );

  it('[schedule.watch] what two processes are told of one source is read once', async () => {
    const stop = new AbortController();
    let watchers = 0;
    const looks = new Set<number>();
    const told = Promise.withResolvers<void>();
    const watch: Connector['watch'] = async function* (signal) {
      watchers++;
      await told.promise;
      yield;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    const jobs = (at: number) => ({
      jobs: () => {
        if (log.length > 1) looks.add(at);
        return store.catalog.jobs();
      },
    });
    const isQuiet = async () => (await store.catalog.requested(A, 10)).length === 0;
    const first = together([{ watch, catalog: jobs(0) }], stop.signal);
    await until(async () => log.length === 1 && (await isQuiet()));
    const second = together([{ watch, catalog: jobs(1) }], stop.signal);
    told.resolve();
    await until(async () => looks.size === 2 && (await isQuiet()));
    stop.abort();
    await Promise.all([...first, ...second]);
    assert.deepEqual(log, [`${A} content`, `${A} content`]);
    assert.equal(watchers, 1);
  });

  it('[schedule.watch] what watching begins with and what is due by the clock are one reading', async () => {
    const stop = new AbortController();
    let asked = 0;
    const request: Store['catalog']['request'] = async (...news) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await store.catalog.request(...news);
      return ++asked > 0;
    };
    const watch: Connector['watch'] = async function* (signal) {
      yield* [];
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    const running = together([{ catalog: { request }, watch }], stop.signal);
    await until(async () => asked === 1 && (await store.catalog.requested(A, 10)).length === 0);
    stop.abort();
    await Promise.all(running);
    assert.deepEqual(log, [`${A} content`]);
  });

  it('[schedule.watch] another process watches when the one that did has ended, and reads what was missed', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const watchers: number[] = [];
    const watch = (at: number): Connector['watch'] =>
      async function* (signal) {
        watchers.push(at);
        yield* [];
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      };
    const one = together([{ watch: watch(1) }], first.signal);
    await until(async () => (await jobOf(A, 'content'))?.outcome === 'completed');
    const two = together([{ watch: watch(2) }], second.signal);
    first.abort();
    await Promise.all(one);
    await until(() => log.length === 2 && watchers.length === 2);
    second.abort();
    await Promise.all(two);
    assert.deepEqual(watchers, [1, 2]);
  });

  it('[schedule.no-overlap] nobody reads again what has been read and is only being written down', async () => {
    const stop = new AbortController();
    const steps: string[] = [];
    const comes = (step: string) => until(() => steps.includes(step), { what: step, everyMs: 2 });
    const slow: Partial<Store['catalog']> = {
      putJob: async (job) => {
        if (job.outcome === 'completed') {
          steps.push('read');
          await comes('tried');
        }
        await store.catalog.putJob(job);
      },
    };
    const other: Partial<Store['catalog']> = {
      jobs: async () => {
        await comes('read');
        return store.catalog.jobs();
      },
    };
    const both = together(
      [{ catalog: slow }, { catalog: other }],
      stop.signal,
      () => void steps.push('tried'),
    );
    await until(() => steps.filter((step) => step === 'tried').length >= 2);
    stop.abort();
    await Promise.all(both);
    assert.deepEqual(log, [`${A} content`]);
    assert.equal((await jobOf(A, 'content'))?.outcome, 'completed');
  });

  it('ends what is under way when it is told to, and goes on with it at the next start', async () => {
    const stop = new AbortController();
    const connector = wiki(A, {
      directory: async function* () {
        yield {};
      },
      pull: async function* (_from, signal) {
        yield { changes: [{ kind: 'upsert', document: page(A, 'a') }], checkpoint: 1 };
        stop.abort();
        signal.throwIfAborted();
      },
    });
    const schedules = { content: never, access: never, directory: never, census: never };
    await store.catalog.request(A, { items: [], passes: ['content'] });
    await createScheduler({
      ingest: createIngest({ store, documents: pipeline, logger: silentLogger }),
      catalog: store.catalog,
      sources: [{ connector, schedules }],
      logger: silentLogger,
      lookEveryMs: 5,
    }).run(stop.signal);
    assert.equal((await jobOf(A, 'content'))?.outcome, 'cancelled');
    assert.equal((await store.catalog.requested(A, 10)).length, 1, 'what was asked for is still asked for');
  });
});
