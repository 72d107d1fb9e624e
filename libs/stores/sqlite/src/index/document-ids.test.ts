import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { TestContext } from 'node:test';
import { ALICE, allowList, documentWrite, filterFor, lexical } from '@fumikura/testkit';
import { Database } from '../database.ts';
import { temporaryPlace } from '../testing/place.ts';
import { DocumentIds } from './document-ids.ts';

function tableOf(ids: readonly string[]): Database {
  const db = new Database({ file: ':memory:' });
  db.exec('CREATE TABLE index_doc(doc INTEGER PRIMARY KEY, id TEXT)');
  for (const [doc, id] of ids.entries()) db.run('INSERT INTO index_doc(doc, id) VALUES(?, ?)', doc, id);
  return db;
}

it('reads an id once while it is kept, and again when others pushed it out', () => {
  const db = tableOf(['a', 'b', 'c']);
  const ids = new DocumentIds(2);
  assert.deepEqual(
    [...ids.of(db, [0, 1, 7])],
    [
      [0, 'a'],
      [1, 'b'],
    ],
  );
  db.exec(`UPDATE index_doc SET id = id || '2'`);
  assert.deepEqual(
    [...ids.of(db, [1, 0])],
    [
      [1, 'b'],
      [0, 'a'],
    ],
  );
  assert.deepEqual([...ids.of(db, [2])], [[2, 'c2']]);
  // The one that was asked for longest ago has gone.
  assert.deepEqual(ids.of(db, [0, 1]).get(0), 'a');
  assert.deepEqual(ids.of(db, [1]).get(1), 'b2');
  ids.forget();
  assert.equal(ids.of(db, [0]).get(0), 'a2');
  db.close();
});

it('tells the documents of a rebuilt index by their own names', async (test: TestContext) => {
  const place = await temporaryPlace();
  const store = await place.open({ inline: true });
  test.after(async () => {
    await store.close();
    await place.remove();
  });
  const write = (name: string) =>
    documentWrite(`test:wiki/${name}`, { allow: ['all'] }, { title: name, parts: [`rotation ${name}`] });
  const names = Array.from({ length: 20 }, (_, at) => `page${at}`);
  await store.commit({ source: 'test:wiki', lists: [allowList('all', ALICE)], upserts: names.map(write) });
  const access = await filterFor(store.catalog, ALICE);
  const signal = new AbortController().signal;
  const found = async () => {
    const { candidates } = await store.index.search(lexical('rotation'), access, signal);
    return candidates.map(({ documentId }) => documentId).sort();
  };
  assert.equal((await found()).length, 20);
  // Numbers are given anew: without the first ten, the eleventh is the first.
  await store.commit({
    source: 'test:wiki',
    removals: names.slice(0, 10).map((name) => `test:wiki/${name}`),
  });
  await store.rebuild({ signal });
  assert.deepEqual(
    await found(),
    names
      .slice(10)
      .map((name) => `test:wiki/${name}`)
      .sort(),
  );
});
