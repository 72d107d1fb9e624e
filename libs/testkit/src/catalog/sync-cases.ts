import assert from 'node:assert/strict';
import type { JsonValue } from '@fumikura/model';
import type { RunRecord } from '@fumikura/ports';
import { ALICE, allowList, documentWrite, filterFor, headOf } from '../builders.ts';
import { rejectsWith } from '../contract.ts';
import { MAIL, WIKI } from './open-catalog.ts';
import type { CatalogCases } from './open-catalog.ts';

const MINUTE = 60_000;
const ACL = { allow: ['all'] };
const LISTS = [allowList('all', ALICE)];

function run(id: string, startedAt: string, facts: Partial<RunRecord> = {}): RunRecord {
  return {
    id,
    source: WIKI,
    startedAt,
    passes: ['content'],
    outcome: 'running',
    counters: { read: 1 },
    ...facts,
  };
}

export const syncCases: CatalogCases = {
  'a source exists once it was named, and counts what it has': async ({ catalog, commit }) => {
    await catalog.ensureSource(WIKI);
    await catalog.ensureSource(WIKI);
    await commit({
      source: MAIL,
      upserts: [
        documentWrite('test:mail/a', ACL, { parts: ['one', 'two'] }),
        documentWrite('test:mail/b', ACL),
      ],
      deadLetters: [{ documentId: 'test:mail/c', code: 'PARSE_FAILED', reason: 'broken' }],
    });
    assert.deepEqual(await catalog.sources(), [
      { id: MAIL, documents: 2, chunks: 3, deadLetters: 1 },
      { id: WIKI, documents: 0, chunks: 0, deadLetters: 0 },
    ]);
  },

  'a removed source leaves nothing, and the others everything': async ({ catalog, commit }) => {
    const lease = await catalog.acquireLease(WIKI, 'me', MINUTE);
    await commit({
      source: WIKI,
      lease,
      lists: LISTS,
      upserts: [documentWrite('test:wiki/a', ACL), documentWrite('test:wiki/b', ACL)],
      deadLetters: [{ documentId: 'test:wiki/c', code: 'PARSE_FAILED', reason: 'broken' }],
      checkpoint: 'here',
    });
    await catalog.putRun(run('r1', '2026-01-01T00:00:00.000Z'));
    await commit({
      source: MAIL,
      lists: [allowList('mail', ALICE)],
      upserts: [documentWrite('test:mail/a', { allow: ['mail'] })],
      checkpoint: 'there',
    });
    assert.equal(await catalog.removeSource(WIKI), 2);
    assert.deepEqual(
      (await catalog.sources()).map(({ id }) => id),
      [MAIL],
    );
    assert.deepEqual(await catalog.listIds(WIKI, undefined, 10), []);
    assert.equal(await catalog.checkpoint(WIKI), undefined);
    assert.deepEqual(await catalog.runs(WIKI, 10), []);
    assert.deepEqual(await catalog.deadLetters(undefined, 10), []);
    assert.deepEqual(await catalog.lists(['all']), []);
    const access = await filterFor(catalog, ALICE);
    assert.deepEqual(
      (await catalog.fieldValues('source', access, 10)).map(({ value }) => value),
      [MAIL],
    );
    assert.equal((await catalog.readable(['test:wiki/a', 'test:mail/a'], access)).length, 1);
    assert.equal(await catalog.checkpoint(MAIL), 'there');
    await rejectsWith('LEASE_LOST', () => commit({ source: WIKI, lease, checkpoint: 'late' }));
  },

  'a list of a removed source admits nobody when a document names it again': async ({ catalog, commit }) => {
    await commit({ source: WIKI, lists: LISTS, upserts: [documentWrite('test:wiki/a', ACL)] });
    await catalog.removeSource(WIKI);
    await commit({ source: MAIL, upserts: [documentWrite('test:mail/a', ACL)] });
    assert.deepEqual(await catalog.readable(['test:mail/a'], await filterFor(catalog, ALICE)), []);
  },

  'a checkpoint is what was last committed, whatever its shape': async ({ catalog, commit }) => {
    const values: JsonValue[] = [{ a: [1, { b: null }] }, 'text', 0, false, null, ['日本', '🙂']];
    for (const checkpoint of values) {
      await commit({ source: WIKI, checkpoint });
      assert.deepEqual(await catalog.checkpoint(WIKI), checkpoint);
    }
    await commit({ source: WIKI });
    assert.deepEqual(await catalog.checkpoint(WIKI), values.at(-1));
    assert.equal(await catalog.checkpoint(MAIL), undefined);
    await commit({ source: WIKI, accessCheckpoint: { page: 2 } });
    assert.deepEqual(await catalog.checkpoint(WIKI), values.at(-1), 'each pass has its own');
    assert.deepEqual(await catalog.checkpoint(WIKI, 'access'), { page: 2 });
    await catalog.clearCheckpoint(WIKI);
    assert.equal(await catalog.checkpoint(WIKI), undefined);
    assert.deepEqual(await catalog.checkpoint(WIKI, 'access'), { page: 2 });
    await catalog.clearCheckpoint(WIKI, 'access');
    assert.equal(await catalog.checkpoint(WIKI, 'access'), undefined);
  },

  '[sync.lease] a lease has one holder; another one is told who it is': async ({ catalog, commit }) => {
    const mine = await catalog.acquireLease(WIKI, 'me', MINUTE);
    assert.deepEqual([mine.source, mine.holder], [WIKI, 'me']);
    assert.deepEqual(await catalog.acquireLease(WIKI, 'you', MINUTE), mine);
    assert.equal((await catalog.acquireLease(MAIL, 'you', MINUTE)).holder, 'you');
    await commit({ source: WIKI, lease: mine, checkpoint: 1 });
    const renewed = await catalog.renewLease(mine, 5 * MINUTE);
    assert.equal(renewed.token, mine.token);
    assert.ok(renewed.expiresAt > mine.expiresAt);
    await commit({ source: WIKI, lease: mine, checkpoint: 2 });
  },

  '[sync.lease] a lease that ran out goes to the next one, and the old holder is refused': async ({
    catalog,
    commit,
  }) => {
    const old = await catalog.acquireLease(WIKI, 'me', 0);
    const next = await catalog.acquireLease(WIKI, 'you', MINUTE);
    assert.equal(next.holder, 'you');
    assert.ok(next.token > old.token);
    await rejectsWith('LEASE_LOST', () => catalog.renewLease(old, MINUTE));
    await rejectsWith('LEASE_LOST', () =>
      commit({ source: WIKI, lease: old, upserts: [documentWrite('test:wiki/a', ACL)], checkpoint: 'late' }),
    );
    assert.equal(await catalog.checkpoint(WIKI), undefined);
    assert.deepEqual(await catalog.listIds(WIKI, undefined, 10), []);
    await catalog.releaseLease(old);
    assert.equal(
      (await catalog.acquireLease(WIKI, 'me', MINUTE)).holder,
      'you',
      'an old release frees nothing',
    );
  },

  'a released lease can be taken at once, with a higher token': async ({ catalog, commit }) => {
    const first = await catalog.acquireLease(WIKI, 'me', MINUTE);
    await catalog.releaseLease(first);
    const second = await catalog.acquireLease(WIKI, 'you', MINUTE);
    assert.equal(second.holder, 'you');
    assert.ok(second.token > first.token);
    await rejectsWith('LEASE_LOST', () => commit({ source: WIKI, lease: first, checkpoint: 1 }));
  },

  'tokens go on rising after the source was removed': async ({ catalog, commit }) => {
    const old = await catalog.acquireLease(WIKI, 'me', MINUTE);
    await catalog.removeSource(WIKI);
    await rejectsWith('LEASE_LOST', () => commit({ source: WIKI, lease: old, checkpoint: 1 }));
    const next = await catalog.acquireLease(WIKI, 'me', MINUTE);
    assert.ok(next.token > old.token);
    await rejectsWith('LEASE_LOST', () => commit({ source: WIKI, lease: old, checkpoint: 1 }));
  },

  'of two openings one gets the lease': async ({ catalog }, openAnother) => {
    const other = await openAnother();
    const leases = await Promise.all([
      catalog.acquireLease(WIKI, 'me', MINUTE),
      other.catalog.acquireLease(WIKI, 'you', MINUTE),
    ]);
    assert.deepEqual(leases[0], leases[1]);
  },

  'runs come newest first and are replaced by their id': async ({ catalog }) => {
    await catalog.ensureSource(WIKI);
    await catalog.ensureSource(MAIL);
    const first = run('r1', '2026-01-01T00:00:00.000Z');
    const done = { ...first, outcome: 'completed', endedAt: '2026-01-01T01:00:00.000Z' } as const;
    const failed = run('r2', '2026-01-02T00:00:00.000Z', {
      outcome: 'failed',
      endedAt: '2026-01-02T01:00:00.000Z',
      reason: 'no rights',
      counters: { read: 3, failed: 1 },
    });
    const elsewhere = run('r3', '2026-01-03T00:00:00.000Z', { source: MAIL });
    const permissions = run('r0', '2025-12-31T00:00:00.000Z', {
      passes: ['access'],
      outcome: 'completed',
      endedAt: '2026-01-02T02:00:00.000Z',
    });
    for (const each of [first, done, permissions, failed, elsewhere]) await catalog.putRun(each);
    assert.deepEqual(await catalog.runs(WIKI, 10), [failed, done, permissions]);
    assert.deepEqual(await catalog.runs(undefined, 2), [elsewhere, failed]);
    const [mail, wiki] = await catalog.sources();
    assert.deepEqual(wiki?.lastRun, failed);
    assert.equal(wiki.lastCompletedAt, done.endedAt, 'a run without content makes no content fresh');
    assert.deepEqual([mail?.lastRun, mail?.lastCompletedAt], [elsewhere, undefined]);
  },

  '[sync.dead-letters] a dead letter counts its attempts and ends when the document is read': async ({
    catalog,
    commit,
  }) => {
    const letter = (name: string, reason: string) => ({
      documentId: `test:wiki/${name}`,
      code: 'PARSE_FAILED',
      reason,
    });
    const write = documentWrite('test:wiki/b', ACL);
    await commit({ source: WIKI, upserts: [write] });
    for (const reason of ['first', 'second', 'third'])
      await commit({ source: WIKI, deadLetters: ['a', 'b', 'c'].map((name) => letter(name, reason)) });
    const letters = await catalog.deadLetters(WIKI, 10);
    assert.deepEqual(
      letters.map(({ documentId, attempts, reason }) => `${documentId} ${attempts} ${reason}`).toSorted(),
      ['test:wiki/a 3 third', 'test:wiki/b 3 third', 'test:wiki/c 3 third'],
    );
    for (const { firstAt, lastAt, source } of letters) assert.ok(firstAt <= lastAt && source === WIKI);
    assert.equal((await catalog.deadLetters(undefined, 2)).length, 2);
    assert.deepEqual(await catalog.deadLetters(MAIL, 10), []);
    const head = headOf(write);
    await commit({ source: WIKI, upserts: [documentWrite('test:wiki/a', ACL)], heads: [head] });
    await commit({ source: WIKI, removals: ['test:wiki/c'] });
    assert.deepEqual(await catalog.deadLetters(undefined, 10), []);
  },

  'the last check-up of a source comes back with its time': async ({ catalog }) => {
    await catalog.ensureSource(WIKI);
    const check = {
      account: 'reader',
      missing: [{ right: 'all', consequence: 'closed' }],
      counts: { pages: 3 },
    };
    await catalog.putCheck(WIKI, check);
    const [source] = await catalog.sources();
    const { at = '', ...said } = source?.check ?? {};
    assert.deepEqual(said, check);
    assert.ok(!Number.isNaN(Date.parse(at)));
  },

  'a setting is written once; the first value holds for everybody': async ({ catalog }, openAnother) => {
    const other = await openAnother();
    assert.equal(await catalog.setting('key', () => 'first'), 'first');
    assert.equal(await other.catalog.setting('key', () => 'second'), 'first');
    assert.equal(
      await catalog.setting('key', () => assert.fail('not asked for a value that is there')),
      'first',
    );
    assert.equal(await catalog.setting('other', () => 'x'), 'x');
  },
};
