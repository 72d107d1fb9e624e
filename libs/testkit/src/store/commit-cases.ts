import assert from 'node:assert/strict';
import type { Store } from '@fumikura/ports';
import { ALICE, allowList, BOB, documentWrite, filterFor, FINGERPRINT, lexical } from '../builders.ts';
import { until } from '../until.ts';
import { rejectsWith } from '../contract.ts';
import type { Case } from '../contract.ts';
import { ALL, HERS, LISTS, SOURCE, signal, found, isSound, stateOf } from './store-under-test.ts';

/** A batch is there as a whole or not at all, for whom it is meant. */
export const commitCases: Readonly<Record<string, Case<Store>>> = {
  '[sync.one-transaction] a batch is in the catalog and in the index at once': async (store) => {
    const upserts = [documentWrite(`${SOURCE}/a`, ALL, { parts: ['some word'] })];
    await store.commit({ source: SOURCE, lists: LISTS, upserts, checkpoint: 1 });
    const access = await filterFor(store.catalog, BOB);
    assert.deepEqual(await found(store, 'word', access), ['a']);
    assert.equal((await store.catalog.text(`${SOURCE}/a`, access))?.text, 'some word');
    await isSound(store);
  },

  '[sync.one-transaction] a batch with one impossible part leaves nothing behind': async (store) => {
    await store.index.useFingerprint(FINGERPRINT);
    const before = documentWrite(`${SOURCE}/a`, ALL, { parts: ['word of before'] });
    await store.commit({ source: SOURCE, lists: LISTS, upserts: [before], checkpoint: 1 });
    const state = await stateOf(store);
    const impossible = documentWrite(`${SOURCE}/c`, ALL, { vectors: [new Float32Array(3).fill(1)] });
    await rejectsWith('VECTOR_INVALID', () =>
      store.commit({
        source: SOURCE,
        lists: [allowList('all', BOB), allowList('new', ALICE)],
        upserts: [
          documentWrite(`${SOURCE}/a`, { allow: ['new'] }, { parts: ['word of after'], version: '2' }),
          documentWrite(`${SOURCE}/b`, ALL, { parts: ['word'] }),
          impossible,
        ],
        removals: [`${SOURCE}/a`],
        deadLetters: [{ documentId: `${SOURCE}/d`, code: 'PARSE_FAILED', reason: 'x' }],
        checkpoint: 2,
      }),
    );
    assert.deepEqual(await stateOf(store), state);
    await isSound(store);
    await store.commit({ source: SOURCE, upserts: [documentWrite(`${SOURCE}/b`, { allow: ['new'] })] });
    assert.deepEqual(
      await store.catalog.readable([`${SOURCE}/b`], await filterFor(store.catalog, ALICE)),
      [],
    );
    await isSound(store);
  },

  '[index.other-chunks] a document that is cut otherwise is found by its new chunks, and the rest of it stays':
    async (store) => {
      const id = `${SOURCE}/a`;
      const write = documentWrite(id, ALL, { parts: ['word one', 'word two'] });
      await store.commit({ source: SOURCE, lists: LISTS, upserts: [write] });
      const letter = { documentId: id, code: 'PARSE_FAILED', reason: 'a newer version cannot be read' };
      await store.commit({ source: SOURCE, deadLetters: [letter] });
      const access = await filterFor(store.catalog, BOB);
      const [before] = await store.catalog.readable([id], access);
      const letters = await store.catalog.deadLetters(SOURCE, 10);
      // The clock of the store moves on.
      await until(() => new Date().toISOString() > (before?.syncedAt ?? ''));
      const chunks = [{ ordinal: 0, start: 0, end: write.document.text.length, headingPath: [] }];
      await store.commit({
        source: SOURCE,
        upserts: [{ ...write, chunks, defaultChunks: write.chunks, isRecut: true }],
      });
      assert.deepEqual(await store.catalog.readable([id], access), [before]);
      assert.deepEqual(await store.catalog.deadLetters(SOURCE, 10), letters);
      const text = await store.catalog.text(id, access);
      assert.deepEqual([text?.chunks, text?.defaultChunks], [chunks, write.chunks]);
      const { candidates } = await store.index.search(lexical('one two'), access, signal);
      assert.deepEqual(
        candidates.map(({ chunkOrdinal }) => chunkOrdinal),
        [0],
      );
      assert.equal((await store.index.stats()).chunks, 1);
      const [source] = await store.catalog.sources();
      assert.deepEqual([source?.documents, source?.chunks], [1, 1]);
      await isSound(store);
    },

  '[sync.repeat] a batch written twice is as good as once': async (store) => {
    const upserts = ['a', 'b', 'c'].map((name) =>
      documentWrite(`${SOURCE}/${name}`, ALL, { parts: [`word ${name}`, 'second part'] }),
    );
    const batch = {
      source: SOURCE,
      lists: LISTS,
      upserts,
      removals: [`${SOURCE}/z`],
      checkpoint: 7,
    } as const;
    await store.commit(batch);
    const access = await filterFor(store.catalog, BOB);
    const ranked = async () => {
      const { candidates } = await store.index.search(lexical('word second'), access, signal);
      // Not the scores: statistics may count replaced chunks until upkeep removes them.
      return candidates.map(({ documentId, chunkOrdinal }) => [documentId, chunkOrdinal]);
    };
    const once = { ranked: await ranked(), stats: await store.index.stats() };
    await store.commit(batch);
    assert.deepEqual(await ranked(), once.ranked);
    const { documents, chunks } = await store.index.stats();
    assert.deepEqual([documents, chunks], [once.stats.documents, once.stats.chunks]);
    await isSound(store);
  },

  'what a batch both removes and writes is there afterwards': async (store) => {
    await store.commit({
      source: SOURCE,
      lists: LISTS,
      upserts: [documentWrite(`${SOURCE}/a`, ALL, { parts: ['word'] })],
      removals: [`${SOURCE}/a`],
    });
    assert.deepEqual(await found(store, 'word', await filterFor(store.catalog, BOB)), ['a']);
    await isSound(store);
  },

  'who may read decides what is found: ACL, list, denial, removal': async (store) => {
    const id = `${SOURCE}/a`;
    const who = async () => {
      const seen = [];
      for (const [name, principal] of [
        ['alice', ALICE],
        ['bob', BOB],
      ] as const)
        if ((await found(store, 'word', await filterFor(store.catalog, principal))).length > 0)
          seen.push(name);
      assert.deepEqual(await found(store, 'word', await filterFor(store.catalog)), []);
      return seen.join(' ');
    };
    await store.commit({
      source: SOURCE,
      lists: LISTS,
      upserts: [documentWrite(id, ALL, { parts: ['word'] })],
    });
    assert.equal(await who(), 'alice bob');
    await store.commit({ source: SOURCE, acls: [{ id, acl: HERS }] });
    assert.equal(await who(), 'alice');
    const { chunks, deadSlots } = await store.index.stats();
    await store.catalog.putLists([allowList('hers', BOB)]);
    assert.equal(await who(), 'bob');
    const after = await store.index.stats();
    assert.deepEqual([after.chunks, after.deadSlots], [chunks, deadSlots], 'a list touches no chunk');
    await store.commit({ source: SOURCE, acls: [{ id, acl: { ...ALL, deny: [BOB] } }] });
    assert.equal(await who(), 'alice');
    await store.commit({ source: SOURCE, acls: [{ id, acl: { allow: [] } }] });
    assert.equal(await who(), '');
    await store.commit({ source: SOURCE, acls: [{ id, acl: ALL }], removals: [] });
    assert.equal(await who(), 'alice bob');
    await store.commit({ source: SOURCE, removals: [id] });
    assert.equal(await who(), '');
    await isSound(store);
  },

  'a removed source is found no more, the others are': async (store) => {
    const upserts = ['a', 'b'].map((name) => documentWrite(`${SOURCE}/${name}`, ALL, { parts: ['word'] }));
    await store.commit({ source: SOURCE, upserts });
    const kept = documentWrite('test:mail/m', { allow: ['mail'] }, { parts: ['word'] });
    await store.commit({ source: 'test:mail', lists: [allowList('mail', BOB)], upserts: [kept] });
    assert.equal(await store.catalog.removeSource(SOURCE), 2);
    const { candidates } = await store.index.search(
      lexical('word'),
      await filterFor(store.catalog, BOB),
      signal,
    );
    assert.deepEqual(
      candidates.map(({ documentId }) => documentId),
      ['test:mail/m'],
    );
    assert.equal((await store.index.stats()).documents, 1);
    await isSound(store);
  },
};
