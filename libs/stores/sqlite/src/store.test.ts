import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import type { Acl, Principal } from '@fumikura/model';
import type { DocumentWrite, Store, StoreBatch } from '@fumikura/ports';
import { LEXICAL_WEIGHTS } from '@fumikura/ports';
import { referenceRanking, testAccess, testDocument } from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { createSqliteStore } from './index.ts';

const SOURCE = 'files:test';
const signal = new AbortController().signal;

function write(id: string, text: string, acl: Acl, version = '1'): DocumentWrite {
  return {
    similarity: '0'.repeat(16),
    chunks: text === '' ? [] : [{ ordinal: 0, start: 0, end: text.length, headingPath: [] }],
    document: {
      id: `${SOURCE}/${id}`,
      source: SOURCE,
      externalId: id,
      kind: 'page',
      url: '',
      title: id,
      version,
      acl,
      language: 'en',
      text,
      outline: [],
      contentHash: `${text}:${version}`,
      notices: [],
      labels: ['label-of-'.concat(id)],
    },
  };
}

const list = (id: string, ...members: Principal[]) => ({ id, members, readAt: '2026-01-01T00:00:00Z' });

describe('the sqlite store', () => {
  let folder: string;
  let next = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-store-'));
  });
  after(() => rm(folder, { recursive: true }));
  const newFile = () => join(folder, `store${next++}.db`);
  const using = async (work: (store: Store, file: string) => Promise<void>) => {
    const file = newFile();
    const store = await createSqliteStore({ file, inline: true });
    try {
      await work(store, file);
    } finally {
      await store.close();
    }
  };
  const commit = (store: Store, batch: Omit<StoreBatch, 'source'>) =>
    store.commit({ source: SOURCE, ...batch });
  const grantFor = async (store: Store, ...principals: Principal[]) =>
    testAccess([...(await store.catalog.readableAcls(principals)).aclIds], principals);
  const find = async (store: Store, query: string, ...principals: Principal[]) => {
    const access = await grantFor(store, ...principals);
    const answer = await store.index.search(
      { lexical: { query: analyseQuery(query) }, candidates: 100 },
      access,
      signal,
    );
    return answer.candidates.map(({ documentId }) => documentId.slice(SOURCE.length + 1));
  };

  it('admits a caller to a conjunction of lists only with one of theirs in each, and without denial', () =>
    using(async (store) => {
      await commit(store, {
        lists: [list('space', 'user:x:1', 'user:x:2', 'user:x:3'), list('page', 'user:x:2', 'user:x:3')],
        upserts: [
          write('both', 'word', { allow: ['space', 'page'] }),
          write('space', 'word', { allow: ['space'] }),
          write('denied', 'word', { allow: ['space'], deny: ['user:x:3'] }),
          write('nobody', 'word', { allow: [] }),
          write('unread', 'word', { allow: ['space', 'never written'] }),
        ],
      });
      assert.deepEqual((await find(store, 'word', 'user:x:1')).sort(), ['denied', 'space']);
      assert.deepEqual((await find(store, 'word', 'user:x:2')).sort(), ['both', 'denied', 'space']);
      assert.deepEqual((await find(store, 'word', 'user:x:3')).sort(), ['both', 'space']);
      assert.deepEqual(await find(store, 'word', 'user:x:9'), []);
      assert.deepEqual(await find(store, 'word'), []);
    }));

  it('makes a change of a list effective at once, for the second check too, without touching a document', () =>
    using(async (store) => {
      await commit(store, {
        lists: [list('readers', 'user:x:1')],
        upserts: [write('a', 'word', { allow: ['readers'] })],
      });
      const stale = await grantFor(store, 'user:x:1');
      const { version } = await store.catalog.readableAcls(['user:x:1']);
      await store.catalog.putLists([list('readers', 'user:x:2')]);
      assert.notEqual(await store.catalog.accessVersion(), version);
      assert.deepEqual(await find(store, 'word', 'user:x:1'), []);
      assert.deepEqual(await find(store, 'word', 'user:x:2'), ['a']);
      const id = `${SOURCE}/a`;
      assert.deepEqual(await store.catalog.readable([id], stale), []);
      assert.equal(await store.catalog.text(id, stale), undefined);
      assert.deepEqual(await store.catalog.passages([{ documentId: id, ordinal: 0 }], stale), [undefined]);
      assert.deepEqual(await store.catalog.fieldValues('label', stale, 10), []);
      assert.equal((await store.index.stats()).deadSlots, 0);
    }));

  it('makes a batch visible as a whole or not at all', () =>
    using(async (store) => {
      await commit(store, {
        lists: [list('l', 'anyone')],
        upserts: [write('a', 'before', { allow: ['l'] })],
        checkpoint: { at: 1 },
      });
      const bad = { ...write('b', 'after', { allow: ['l'] }), vectors: [new Float32Array(3).fill(1)] };
      await assert.rejects(
        commit(store, { upserts: [write('a', 'after', { allow: ['l'] }, '2'), bad], checkpoint: { at: 2 } }),
      );
      assert.deepEqual(await find(store, 'before', 'anyone'), ['a']);
      assert.deepEqual(await find(store, 'after', 'anyone'), []);
      assert.deepEqual(await store.catalog.checkpoint(SOURCE), { at: 1 });
      assert.deepEqual(await store.index.check(signal), []);
    }));

  it('refuses a write under a lease that another holder took over', () =>
    using(async (store) => {
      const lease = await store.catalog.acquireLease(SOURCE, 'one', -1);
      const other = await store.catalog.acquireLease(SOURCE, 'two', 60_000);
      assert.equal(other.holder, 'two');
      assert.equal((await store.catalog.acquireLease(SOURCE, 'three', 60_000)).holder, 'two');
      await assert.rejects(
        store.commit({ source: SOURCE, lease, upserts: [write('a', 'late', { allow: [] })] }),
        { code: 'LEASE_LOST' },
      );
      await assert.rejects(store.catalog.renewLease(lease, 1_000), { code: 'LEASE_LOST' });
      await store.catalog.releaseLease(other);
      assert.equal((await store.catalog.acquireLease(SOURCE, 'three', 60_000)).holder, 'three');
    }));

  it('counts dead letters until the document is written, and forgets a removed source whole', () =>
    using(async (store) => {
      const letter = { documentId: `${SOURCE}/a`, code: 'X', reason: 'because' };
      await commit(store, { deadLetters: [letter] });
      await commit(store, { deadLetters: [letter] });
      assert.equal((await store.catalog.deadLetters(SOURCE, 10))[0]?.attempts, 2);
      await commit(store, { lists: [list('l', 'anyone')], upserts: [write('a', 'word', { allow: ['l'] })] });
      assert.deepEqual(await store.catalog.deadLetters(SOURCE, 10), []);
      assert.equal(await store.catalog.removeSource(SOURCE), 1);
      assert.deepEqual(await find(store, 'word', 'anyone'), []);
      assert.deepEqual(await store.catalog.sources(), []);
    }));

  it(
    '[search.scores] scores as defined with a full delta, in the middle of a fold, and after it',
    { timeout: 120_000 },
    async () => {
      const file = newFile();
      const store = await createSqliteStore({ file, inline: true });
      const text = (at: number) =>
        `common word${at % 7} rare${at} topic${at % 50} ${'filler '.repeat(at % 5)}東京${at % 3}`;
      const bulk = Array.from({ length: 600 }, (_, at) => ({
        ...testDocument(`d${at}`, [text(at), text(at + 1)], 1 + (at % 3)),
        title: `Title ${at % 11}`,
      }));
      await store.index.write({ upserts: bulk });
      const small = Array.from({ length: 700 }, (_, at) =>
        testDocument(`s${at}`, [text(at), 'common word3'], 1 + (at % 3)),
      );
      for (let at = 0; at < small.length; at += 70)
        await store.index.write({ upserts: small.slice(at, at + 70) });
      const documents = [...bulk, ...small];
      const access = testAccess([1, 3]);
      const compare = async (moment: string) => {
        for (const query of ['common word3', 'rare17 title', '東京 topic4']) {
          const expected = referenceRanking(documents, query, LEXICAL_WEIGHTS, ({ aclId }) => aclId !== 2);
          const { candidates } = await store.index.search(
            { lexical: { query: analyseQuery(query) }, candidates: 2_000 },
            access,
            signal,
          );
          assert.equal(candidates.length, expected.size, `${moment}: ${query}`);
          for (const { documentId, lexical } of candidates) {
            const wanted = expected.get(documentId) ?? -1;
            assert.ok(
              Math.abs(lexical - wanted) < 1e-3,
              `${moment}: ${documentId} ${lexical} instead of ${wanted}`,
            );
          }
        }
        assert.deepEqual(await store.index.check(signal), [], moment);
      };
      assert.ok((await store.index.stats()).pendingChunks >= 1_000);
      await compare('with a full delta');
      const controller = new AbortController();
      const folding = store.index.maintain(controller.signal);
      controller.abort();
      await folding;
      await compare('in the middle of a fold');
      await store.index.maintain(signal);
      assert.equal((await store.index.stats()).pendingChunks, 0);
      await compare('after the fold');
      await store.close();
    },
  );

  it('is found whole by a second connection, written by a first', async () => {
    const file = newFile();
    const [one, two] = [
      await createSqliteStore({ file, inline: true }),
      await createSqliteStore({ file, inline: true }),
    ];
    for (let round = 0; round < 5; round++) {
      await commit(one, {
        lists: [list('l', 'anyone')],
        upserts: [write('a', `round${round}`, { allow: ['l'] }, String(round))],
      });
      assert.deepEqual(await find(two, `round${round}`, 'anyone'), ['a']);
      assert.deepEqual(await find(two, `round${round - 1}`, 'anyone'), []);
    }
    await Promise.all([one.close(), two.close()]);
  });

  it('runs in threads with the same answers, cancels, and refuses calls after close', async () => {
    const store = await createSqliteStore({ file: newFile() });
    await commit(store, {
      lists: [list('l', 'anyone')],
      upserts: [write('a', 'threaded', { allow: ['l'] })],
    });
    assert.deepEqual(await find(store, 'threaded', 'anyone'), ['a']);
    const cancelled = store.index.search(
      { lexical: { query: analyseQuery('x') }, candidates: 1 },
      testAccess([1]),
      AbortSignal.abort(),
    );
    await assert.rejects(cancelled, { code: 'CANCELLED' });
    await assert.rejects(
      commit(store, { upserts: [{ ...write('b', 'x', { allow: [] }), vectors: [new Float32Array(2)] }] }),
      { code: 'FINGERPRINT_MISMATCH' },
    );
    await store.close();
    await assert.rejects(store.catalog.sources(), { code: 'STORE_CLOSED' });
  });

  it('makes the index anew when another tokeniser wrote it', async () => {
    const file = newFile();
    const store = await createSqliteStore({ file, inline: true });
    await commit(store, {
      lists: [list('l', 'anyone')],
      upserts: [write('a', 'kept word', { allow: ['l'] })],
    });
    await store.close();
    const db = new DatabaseSync(file);
    db.exec(
      `UPDATE setting SET value = 'old' WHERE name = 'tokeniser'; DELETE FROM delta; DELETE FROM posting;`,
    );
    db.close();
    const again = await createSqliteStore({ file, inline: true });
    assert.deepEqual(await find(again, 'kept', 'anyone'), ['a']);
    await again.close();
  });

  it('notices damage', () =>
    using(async (store, file) => {
      await store.index.write({
        upserts: Array.from({ length: 300 }, (_, at) => testDocument(`d${at}`, 'word', 1)),
      });
      const db = new DatabaseSync(file);
      db.exec(`UPDATE posting SET data = substr(data, 1, 5) WHERE term = 'word'`);
      db.close();
      const damages = await store.index.check(signal);
      assert.ok(
        damages.some(({ what, remedy }) => what.includes('"word"') && remedy.includes('doctor --rebuild')),
      );
    }));

  const unusable: readonly (readonly [
    what: string,
    code: string,
    prepare: (file: string) => Promise<void> | void,
  ])[] = [
    [
      'is no database',
      'STORE_DAMAGED',
      (file) => writeFile(file, 'not a database at all, but long enough to be looked at'.repeat(50)),
    ],
    [
      'was written by a newer version',
      'STORE_NEWER',
      (file) => {
        const db = new DatabaseSync(file);
        db.exec('PRAGMA user_version = 999; PRAGMA application_id = 0x66756d69; CREATE TABLE t(x);');
        db.close();
      },
    ],
    [
      'belongs to another program',
      'STORE_DAMAGED',
      (file) => {
        const db = new DatabaseSync(file);
        db.exec('CREATE TABLE other(x);');
        db.close();
      },
    ],
  ];
  for (const [what, code, prepare] of unusable) {
    it(`refuses a file that ${what}, naming the file`, async () => {
      const file = newFile();
      await prepare(file);
      await assert.rejects(
        createSqliteStore({ file, inline: true }),
        (error: { code: string; publicMessage: string }) => {
          assert.equal(error.code, code);
          assert.ok(error.publicMessage.includes(file));
          return true;
        },
      );
    });
  }

  it('says that the database is locked when a writer keeps it', async () => {
    const file = newFile();
    const store = await createSqliteStore({ file, inline: true, busyTimeoutMs: 50 });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    await assert.rejects(commit(store, { upserts: [write('a', 'x', { allow: [] })] }), {
      code: 'STORE_LOCKED',
      kind: 'transient',
    });
    other.exec('ROLLBACK');
    other.close();
    await commit(store, { upserts: [write('a', 'x', { allow: [] })] });
    await store.close();
  });
});
