import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ALICE, allowList, documentWrite, seeded } from '@fumikura/testkit';
import { Database } from '../database.ts';
import { createDenseIndex } from '../dense/dense-index.ts';
import { temporaryPlace } from '../testing/place.ts';
import { FrequentTerms } from './frequent-terms.ts';
import { IndexReader } from './reader.ts';
import { visitPostings } from './visit-postings.ts';

const SOURCE = 'test:wiki';
const WORDS = ['keys', 'vault', 'seal'];

it('knows the documents of a frequent term, also of those written, folded and removed since', async () => {
  const place = await temporaryPlace();
  const store = await place.open({ inline: true });
  const random = seeded(4);
  const write = (at: number) =>
    documentWrite(
      `${SOURCE}/${at}`,
      { allow: ['all'] },
      { parts: WORDS.map((word) => (random() < 0.5 ? word : 'other')) },
    );
  const commit = (from: number, count: number) =>
    store.commit({ source: SOURCE, upserts: Array.from({ length: count }, (_, at) => write(from + at)) });
  await store.commit({ source: SOURCE, lists: [allowList('all', ALICE)] });
  await commit(0, 600);
  const db = new Database({ file: place.file });
  const reader = new IndexReader(db, createDenseIndex(db));
  const terms = new FrequentTerms(5);
  const compare = (): void =>
    db.read(() => {
      reader.refresh();
      for (const word of WORDS.map((each) => each.replace(/s$/u, ''))) {
        const expected = new Uint8Array(reader.meta.nextDoc);
        visitPostings(reader.source, word, (chunk) => {
          expected[reader.columns.doc.values[chunk] ?? 0] = 1;
        });
        const alive = (docs: Uint8Array = assert.fail(word)) =>
          docs.map((has, doc) => ((reader.columns.docs.slots.values[doc] ?? 0) > 0 ? has : 0));
        assert.ok(expected.includes(1));
        assert.deepEqual(alive(terms.docs(reader, word)), alive(expected));
      }
      assert.equal(terms.docs(reader, 'absent'), undefined);
    });
  try {
    compare();
    await commit(590, 30);
    compare();
    await store.commit({ source: SOURCE, removals: [`${SOURCE}/3`] });
    await commit(700, 1_500);
    compare();
    await store.index.maintain(new AbortController().signal);
    compare();
  } finally {
    db.close();
    await store.close();
    await place.remove();
  }
});
