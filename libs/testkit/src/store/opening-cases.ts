import assert from 'node:assert/strict';
import type { Store } from '@fumikura/ports';
import { ALICE, BOB, documentWrite, filterFor, lexical } from '../builders.ts';
import { rejectsWith } from '../contract.ts';
import type { Case } from '../contract.ts';
import { seeded } from '../fixed-clock.ts';
import { ALL, HERS, LISTS, SOURCE, signal, found, isSound } from './store-under-test.ts';

/** Several openings of one store, many changes, and its end. */
export const openingCases: Readonly<Record<string, Case<Store>>> = {
  'two openings find what the other one wrote, changed, closed and removed': async (store, openAnother) => {
    const other = await openAnother();
    const id = `${SOURCE}/a`;
    const access = async (from: Store) => filterFor(from.catalog, BOB);
    for (const [writer, reader, round] of [
      [store, other, 1],
      [other, store, 2],
      [store, other, 3],
    ] as const) {
      const write = documentWrite(id, ALL, { parts: [`round${round}`], version: `${round}` });
      await writer.commit({ source: SOURCE, lists: LISTS, upserts: [write] });
      assert.deepEqual(await found(reader, `round${round}`, await access(reader)), ['a']);
      assert.deepEqual(await found(reader, `round${round - 1}`, await access(reader)), []);
      await writer.commit({ source: SOURCE, acls: [{ id, acl: HERS }] });
      assert.deepEqual(await found(reader, `round${round}`, await access(reader)), []);
      await writer.commit({ source: SOURCE, removals: [id] });
      assert.deepEqual(await found(reader, `round${round}`, await filterFor(reader.catalog, ALICE)), []);
    }
    await isSound(store);
  },

  'writes of two openings at the same time are all there': async (store, openAnother) => {
    const other = await openAnother();
    await store.commit({ source: SOURCE, lists: LISTS });
    const write = (by: Store, name: string) =>
      by.commit({
        source: SOURCE,
        upserts: [
          documentWrite(`${SOURCE}/${name}`, ALL, { parts: ['word', name] }),
          documentWrite(`${SOURCE}/both`, ALL, { parts: [`word ${name}`], version: name }),
        ],
      });
    const names = Array.from({ length: 20 }, (_, at) => `n${at}`);
    await Promise.all(names.map((name, at) => write(at % 2 === 0 ? store : other, name)));
    for (const each of [store, other]) {
      const access = await filterFor(each.catalog, BOB);
      assert.deepEqual(await found(each, 'word', access), [...names, 'both'].sort());
      assert.equal((await each.index.stats()).documents, names.length + 1);
      await isSound(each);
    }
  },

  'many documents, changed and removed at random, are what a plain list of them says': async (store) => {
    await store.commit({ source: SOURCE, lists: LISTS });
    const random = seeded(5);
    const kept = new Map<string, { readonly word: string; readonly isHers: boolean }>();
    const words = ['alpha', 'beta', 'gamma', 'delta'];
    for (let round = 0; round < 25; round++) {
      const names = [...new Set(Array.from({ length: 12 }, () => `d${Math.floor(random() * 60)}`))];
      const [removed, moved, written] = [names.slice(0, 2), names.slice(2, 4), names.slice(4)];
      const upserts = written.map((name) => {
        const word = words[Math.floor(random() * words.length)] ?? 'alpha';
        const isHers = random() < 0.4;
        kept.set(name, { word, isHers });
        const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => `${word} text`);
        return documentWrite(`${SOURCE}/${name}`, isHers ? HERS : ALL, { parts });
      });
      for (const name of removed) kept.delete(name);
      const acls = moved.flatMap((name) => {
        const known = kept.get(name);
        if (known) kept.set(name, { ...known, isHers: !known.isHers });
        return [{ id: `${SOURCE}/${name}`, acl: known?.isHers === false ? HERS : ALL }];
      });
      await store.commit({
        source: SOURCE,
        upserts,
        acls,
        removals: removed.map((name) => `${SOURCE}/${name}`),
      });
    }
    await store.index.maintain(signal);
    for (const [principal, mayReadHers] of [
      [ALICE, true],
      [BOB, false],
    ] as const) {
      const access = await filterFor(store.catalog, principal);
      for (const word of words) {
        const expected = [...kept].filter(([, each]) => each.word === word && (mayReadHers || !each.isHers));
        assert.deepEqual(await found(store, word, access), expected.map(([name]) => name).sort());
      }
    }
    assert.equal((await store.index.stats()).documents, kept.size);
    assert.equal((await store.catalog.sources())[0]?.documents, kept.size);
    await isSound(store);
  },

  'a closed store refuses, and what was under way is finished': async (store, openAnother) => {
    const other = await openAnother();
    const upserts = Array.from({ length: 30 }, (_, at) => documentWrite(`${SOURCE}/${at}`, ALL));
    const committing = store.commit({ source: SOURCE, lists: LISTS, upserts });
    await store.close();
    await committing;
    await store.close();
    assert.equal((await other.catalog.listIds(SOURCE, undefined, 100)).length, 30);
    const access = await filterFor(other.catalog, BOB);
    await rejectsWith('STORE_CLOSED', () => store.catalog.sources());
    await rejectsWith('STORE_CLOSED', () => store.commit({ source: SOURCE }));
    await rejectsWith('STORE_CLOSED', () => store.index.search(lexical('word'), access, signal));
  },
};
