import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { createDocumentPipeline } from '@fumikura/documents';
import { AppError } from '@fumikura/errors';
import { silentLogger } from '@fumikura/logging';
import type { Principal, SourceDocument } from '@fumikura/model';
import type { Change, Connector, Store } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { createIngest } from './index.ts';
import type { SyncOptions } from './index.ts';

const ID = 'wiki:w';
const ADA: Principal = `user:${ID}:ada`;
const STAFF: Principal = `group:${ID}:staff`;
const readAt = '2026-01-01T00:00:00Z';
const list = (name: string, members: readonly Principal[]): Change => ({
  kind: 'list',
  list: { id: `${ID}/${name}`, members, readAt },
});
const page = (name: string, lists: readonly string[]): Change => {
  const document: SourceDocument = {
    id: `${ID}/${name}`,
    source: ID,
    externalId: name,
    kind: 'page',
    url: '',
    title: name,
    version: '1',
    acl: { allow: lists.map((each) => `${ID}/${each}`) },
    body: { type: 'blocks', blocks: [{ type: 'paragraph', text: `text of ${name}` }] },
  };
  return { kind: 'upsert', document };
};
const failed = (name: string): Change => ({
  kind: 'failed',
  id: `${ID}/${name}`,
  error: new AppError('SOURCE_UNAVAILABLE', 'transient', 'cut off', { publicMessage: 'cut off' }),
});

describe('the passes of a run', () => {
  let folder: string;
  let store: Store;
  const pipeline = createDocumentPipeline({ workers: 1 });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-passes-'));
    store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  after(() => pipeline.close());

  /** Tells of changes only, as a source with a feed does. */
  const wiki = (parts: Partial<Connector> & { readonly changes?: readonly Change[] }): Connector => ({
    id: ID,
    removals: 'reported',
    check: async () => ({ missing: [], counts: {} }),
    pull: async function* (from) {
      yield { changes: from === undefined ? (parts.changes ?? []) : [], checkpoint: { seen: true } };
    },
    ...parts,
  });
  const sync = (
    connector: Connector,
    { now, ...options }: Partial<SyncOptions> & { readonly now?: () => number } = {},
  ) =>
    createIngest({ store, documents: pipeline, logger: silentLogger, ...(now && { now }) }).sync(connector, {
      signal: new AbortController().signal,
      ...options,
    });
  const aclOf = async (name: string) =>
    (await store.catalog.known([`${ID}/${name}`])).get(`${ID}/${name}`)?.acl.allow.toSorted();

  it('bring readers again without content and without moving its checkpoint', async () => {
    const connector = wiki({
      changes: [list('space', [STAFF]), page('a', ['space'])],
      pullAccess: async function* () {
        yield {
          changes: [
            list('space', []),
            list('own', [ADA]),
            { kind: 'acl', id: `${ID}/a`, acl: { allow: [`${ID}/space`, `${ID}/own`] } },
            { kind: 'acl', id: `${ID}/not-read-yet`, acl: { allow: [`${ID}/space`] } },
          ],
          checkpoint: { of: 'access' },
        };
      },
    });
    await sync(connector, { passes: ['content'] });
    assert.deepEqual(await aclOf('a'), [`${ID}/space`]);
    const run = await sync(connector, { passes: ['access'] });
    assert.deepEqual(await aclOf('a'), [`${ID}/own`, `${ID}/space`]);
    assert.deepEqual((await store.catalog.lists([`${ID}/space`]))[0]?.members, []);
    assert.deepEqual(await store.catalog.checkpoint(ID), { seen: true });
    assert.deepEqual(
      [run.counters['aclChanged'], run.counters['failed']],
      [1, 0],
      'what is not indexed waits',
    );
  });

  it('close what a permission run says is gone, and remove nothing', async () => {
    const connector = wiki({
      changes: [list('space', [STAFF]), page('a', ['space'])],
      pullAccess: async function* () {
        yield { changes: [{ kind: 'remove', id: `${ID}/a` }], checkpoint: null };
      },
    });
    await sync(connector, { passes: ['content'] });
    await sync(connector, { passes: ['access'] });
    assert.deepEqual(await aclOf('a'), []);
  });

  it('[sync.access.resume] go on with the readers where they broke off, unless that is long ago', async () => {
    const froms: unknown[] = [];
    const connector = (breaks: boolean) =>
      wiki({
        pullAccess: async function* (from) {
          froms.push(from);
          yield { changes: [list('space', [STAFF])], checkpoint: 'half' };
          if (breaks) throw new AppError('SOURCE_UNAVAILABLE', 'transient', 'cut off');
        },
      });
    const access = (breaks: boolean, at: number) =>
      sync(connector(breaks), { passes: ['access'], now: () => at });
    const HOUR = 3_600_000;
    await assert.rejects(access(true, 0), { code: 'SOURCE_UNAVAILABLE' });
    await assert.rejects(access(true, HOUR), { code: 'SOURCE_UNAVAILABLE' });
    await access(false, 7 * HOUR);
    await access(false, 8 * HOUR);
    assert.deepEqual(froms, [undefined, 'half', undefined, undefined]);
  });

  it('[sync.budget] stop reading readers when too much of it fails', async () => {
    const connector = wiki({
      pullAccess: async function* () {
        for (let n = 0; n < 300; n++) yield { changes: [failed(`p${n}`)], checkpoint: n };
      },
    });
    await assert.rejects(sync(connector, { passes: ['access'] }), { code: 'ERROR_BUDGET_EXCEEDED' });
  });

  it('remove only what the census finds gone, and not as part of reading the content', async () => {
    const connector = wiki({
      removals: 'by-listing',
      changes: [list('space', [ADA]), page('a', ['space']), page('b', ['space'])],
      listIds: async function* () {
        yield [`${ID}/b`];
      },
    });
    const ids = () => store.catalog.listIds(ID, undefined, 10);
    await sync(connector, { passes: ['content'] });
    assert.deepEqual(await ids(), [`${ID}/a`, `${ID}/b`]);
    await sync(connector, { passes: ['census'] });
    assert.deepEqual(await ids(), [`${ID}/b`]);
  });

  it('[sync.requests] read what was asked for at once, also in the middle of a long reading', async () => {
    const read: string[] = [];
    const connector = wiki({
      pull: async function* () {
        yield { changes: [list('space', [ADA]), page('a', ['space'])], checkpoint: 1 };
        await store.catalog.request(ID, { items: [`${ID}/asked`], passes: [] });
        yield { changes: [page('b', ['space'])], checkpoint: 2 };
        read.push('second');
        yield { changes: [page('c', ['space'])], checkpoint: 3 };
      },
      refresh: async function* (ids) {
        read.push(...ids);
        yield [page('asked', ['space'])];
      },
    });
    await sync(connector, { passes: ['content'] });
    assert.deepEqual(read.toSorted(), ['second', `${ID}/asked`]);
    assert.deepEqual(await aclOf('asked'), [`${ID}/space`]);
    assert.deepEqual(await store.catalog.requested(ID, 10), []);
    await store.catalog.request(ID, { items: [`${ID}/asked`], passes: ['access'] });
    await sync(connector, { passes: [] });
    assert.equal(read.length, 3);
    assert.deepEqual(
      (await store.catalog.requested(ID, 10)).map((each) => 'pass' in each && each.pass),
      ['access'],
      'passes are the scheduler’s',
    );
  });

  describe('with documents that are part of an item', () => {
    const partOf: Connector['partOf'] = (id) => /^(.+?)\/part\/[^/]+$/u.exec(id)?.[1];
    const whole = [page('a', ['space']), page('a/part/1', ['space', 'own']), page('a/part/2', ['space'])];
    const lists = [list('space', [STAFF]), list('own', [ADA]), list('other', [ADA])];
    const ids = async () =>
      (await store.catalog.listIds(ID, undefined, 9)).map((id) => id.slice(ID.length + 1));
    const told = (changes: readonly Change[], parts: Partial<Connector> = {}) =>
      wiki({
        partOf,
        pull: async function* () {
          yield { changes: [...lists, ...changes], checkpoint: null };
        },
        ...parts,
      });

    it('remove a part that its item is told without, and leave those of others', async () => {
      await sync(told([...whole, page('ab', ['space']), page('b/part/1', ['space'])]));
      await sync(told([page('a', ['space']), page('a/part/2', ['space'])]));
      assert.deepEqual(await ids(), ['a', 'a/part/2', 'ab', 'b/part/1']);
    });

    it('keep parts whose item is listed, and remove them with it', async () => {
      const listing = (listed: readonly string[]): Partial<Connector> => ({
        removals: 'by-listing',
        listIds: async function* () {
          yield listed.map((name) => `${ID}/${name}`);
        },
      });
      await sync(told([...whole, page('b', ['space']), page('b/part/1', ['space'])], listing(['a', 'b'])));
      assert.equal((await ids()).length, 5);
      await sync(told([], listing(['b'])));
      assert.deepEqual(await ids(), ['b', 'b/part/1']);
      await sync(told([{ kind: 'remove', id: `${ID}/b` }], listing(['b'])));
      assert.deepEqual(await ids(), []);
    });

    it('carry the readers of an item over to its parts beside their own', async () => {
      const acl = (allow: readonly string[]): Partial<Connector> => ({
        pullAccess: async function* () {
          const named = { allow: allow.map((name) => `${ID}/${name}`) };
          yield { changes: [...lists, { kind: 'acl', id: `${ID}/a`, acl: named }], checkpoint: null };
        },
      });
      await sync(told(whole), { passes: ['content'] });
      await sync(told(whole, acl(['other'])), { passes: ['access'] });
      const both = async () => [await aclOf('a/part/1'), await aclOf('a/part/2')];
      assert.deepEqual(await both(), [[`${ID}/other`, `${ID}/own`], [`${ID}/other`]]);
      await sync(told(whole, acl([])), { passes: ['access'] });
      assert.deepEqual(await both(), [[], []], 'a closed item closes its parts');
      await sync(told(whole, acl(['space'])), { passes: ['access'] });
      assert.deepEqual(
        await both(),
        [[], []],
        'what they had beside it is forgotten: only the item, told again, opens them',
      );
      await sync(told(whole));
      const moving: Partial<Connector> = { ...acl(['other']), ownLists: () => [`${ID}/moved`] };
      await sync(told(whole, moving), { passes: ['access'] });
      assert.deepEqual((await both())[0], [`${ID}/moved`, `${ID}/other`]);
    });
  });

  it('leave the directory as it was when it cannot be read whole', async () => {
    const directory = (breaks: boolean): Connector['directory'] =>
      async function* () {
        yield { groups: [{ principal: STAFF, members: breaks ? [] : [ADA] }] };
        if (breaks) throw new AppError('SOURCE_UNAVAILABLE', 'transient', 'cut off');
      };
    await sync(wiki({ directory: directory(false) }));
    await assert.rejects(sync(wiki({ directory: directory(true) })), { code: 'SOURCE_UNAVAILABLE' });
    assert.deepEqual(await store.catalog.withGroups([ADA]), [STAFF, ADA]);
  });

  it('read what is listed and was never told by its id', async () => {
    const asked: string[] = [];
    const connector = wiki({
      changes: [list('space', [STAFF]), page('a', ['space']), failed('b')],
      removals: 'by-listing',
      listIds: async function* () {
        yield ['a', 'b', 'c'].map((name) => `${ID}/${name}`);
      },
      refresh: async function* (ids) {
        asked.push(...ids);
        yield ids.map((id) => page(id.slice(ID.length + 1), ['space']));
      },
    });
    await sync(connector);
    assert.deepEqual(asked, [`${ID}/c`], 'what failed waits until it is due');
    assert.deepEqual(await aclOf('c'), [`${ID}/space`]);
    await sync(connector);
    assert.equal(asked.length, 1);
  });

  it('[sync.dry-run] count each item once on a dry run, also where nothing is indexed yet', async () => {
    const connector = wiki({
      changes: [list('space', [STAFF]), page('a', ['space']), page('b', ['space'])],
      removals: 'by-listing',
      listIds: async function* () {
        yield ['a', 'b'].map((name) => `${ID}/${name}`);
      },
      refresh: async function* (ids) {
        yield ids.map((id) => page(id.slice(ID.length + 1), ['space']));
      },
    });
    const { counters } = await sync(connector, { dryRun: true });
    assert.deepEqual([counters['read'], counters['written']], [2, 2]);
  });

  it('read what failed again by its id, once it is due or when asked', async () => {
    const asked: string[] = [];
    const connector = wiki({
      changes: [list('space', [STAFF]), page('a', ['space']), failed('b'), page('c', ['space'])],
      refresh: async function* (ids) {
        asked.push(...ids);
        yield ids.map((id) => page(id.slice(ID.length + 1), ['space']));
      },
    });
    await sync(connector);
    assert.equal((await store.catalog.deadLetters(ID, 10)).length, 1);
    await sync(connector);
    assert.deepEqual(asked, [], 'it is not due yet');
    await sync(connector, { retryFailed: true });
    assert.deepEqual(asked, [`${ID}/b`]);
    assert.deepEqual(await store.catalog.deadLetters(ID, 10), []);
    assert.deepEqual(await aclOf('b'), [`${ID}/space`]);
  });
});
