import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { ALICE, allowList, documentWrite, filterFor } from '@fumikura/testkit';
import { temporaryPlace } from './testing/place.ts';

const SOURCE = 'test:wiki';
const signal = new AbortController().signal;

it('a file of the format before knows spaces and words of its documents once it is opened', async () => {
  const place = await temporaryPlace({ inline: true });
  try {
    const store = await place.open();
    const upserts = Array.from({ length: 1_200 }, (_, at) =>
      documentWrite(
        `${SOURCE}/${at}`,
        { allow: ['all'] },
        {
          title: `Page ${at}`,
          parts: ['Rotating keys'],
          ...(at < 7 && { breadcrumbs: ['Engineering', 'Ops'] }),
        },
      ),
    );
    await store.commit({ source: SOURCE, lists: [allowList('all', ALICE)], upserts });
    await store.close();
    const db = new DatabaseSync(place.file);
    db.exec(`DELETE FROM facet WHERE field = 'space'; DELETE FROM index_doc_value; DELETE FROM index_value WHERE field = 'space';
      DROP TABLE vocabulary; DROP TABLE access_history; DELETE FROM setting WHERE name = 'access-history-since';
      PRAGMA user_version = 7;`);
    db.close();

    const opened = await place.open();
    const access = await filterFor(opened.catalog, ALICE);
    assert.deepEqual(await opened.catalog.fieldValues('space', access, 5), [
      { value: 'Engineering', documents: 7 },
    ]);
    const request = { filter: { spaces: ['Engineering'] }, candidates: 50 };
    assert.equal((await opened.index.search(request, access, signal)).candidates.length, 7);
    const completed = await opened.index.explore.complete({ text: 'rot', limit: 3 }, access, signal);
    assert.deepEqual(completed.words, ['rotating']);
    assert.deepEqual(await opened.index.check(signal), []);
    await opened.close();
  } finally {
    await place.remove();
  }
});

it('a run from before the passes were told says that none is known', async () => {
  const place = await temporaryPlace({ inline: true });
  try {
    await (await place.open()).close();
    const db = new DatabaseSync(place.file);
    const record = {
      id: 'r',
      source: SOURCE,
      startedAt: '2026-01-01T00:00:00Z',
      outcome: 'completed',
      counters: {},
    };
    db.prepare('INSERT INTO run(id, source, started_at, record) VALUES(?, ?, ?, ?)').run(
      ...['r', SOURCE, record.startedAt, JSON.stringify(record)],
    );
    db.close();
    const opened = await place.open();
    assert.deepEqual(await opened.catalog.runs(SOURCE, 1), [{ passes: [], ...record }]);
    await opened.close();
  } finally {
    await place.remove();
  }
});
