import assert from 'node:assert/strict';
import type { DocumentId } from '@fumikura/model';
import type { JobRecord, ReadingRequest } from '@fumikura/ports';
import { MAIL, WIKI } from './open-catalog.ts';
import type { CatalogCases } from './open-catalog.ts';

const PAGE: DocumentId = 'test:wiki/a';
const OTHER: DocumentId = 'test:wiki/b';

function job(facts: Partial<JobRecord> = {}): JobRecord {
  return {
    source: WIKI,
    pass: 'content',
    outcome: 'running',
    startedAt: '2026-01-01T00:00:00.000Z',
    failures: 0,
    ...facts,
  };
}

function wishes(requests: readonly ReadingRequest[]): string[] {
  return requests.map((each) => `${each.source} ${'item' in each ? each.item : each.pass}`);
}

export const jobCases: CatalogCases = {
  '[sync.jobs] each pass of a source has one record, which outlives the one who wrote it': async (
    { catalog },
    openAnother,
  ) => {
    const failed = job({
      outcome: 'failed',
      endedAt: '2026-01-01T00:01:00.000Z',
      reason: 'no rights',
      failures: 2,
      retryAt: '2026-01-01T01:00:00.000Z',
    });
    const other = job({ source: MAIL, pass: 'refresh' });
    for (const each of [job(), failed, other]) await catalog.putJob(each);
    const elsewhere = await openAnother();
    assert.deepEqual(await elsewhere.catalog.jobs(), [other, failed]);
  },

  '[sync.requests] what is asked for comes back until it is met, the oldest first': async ({ catalog }) => {
    assert.equal(await catalog.request(WIKI, { items: [PAGE, OTHER], passes: ['access'] }), true);
    assert.equal(await catalog.request(MAIL, { items: [], passes: ['content'] }), true);
    const all = await catalog.requested(undefined, 10);
    assert.deepEqual(wishes(all), [
      `${WIKI} ${PAGE}`,
      `${WIKI} ${OTHER}`,
      `${WIKI} access`,
      `${MAIL} content`,
    ]);
    assert.deepEqual(wishes(await catalog.requested(MAIL, 10)), [`${MAIL} content`]);
    assert.equal((await catalog.requested(undefined, 2)).length, 2);
    await catalog.met(all.slice(0, 3));
    assert.deepEqual(wishes(await catalog.requested(undefined, 10)), [`${MAIL} content`]);
  },

  '[sync.requests] what is asked for again while it is being met stays asked for': async ({ catalog }) => {
    await catalog.request(WIKI, { items: [PAGE], passes: [] });
    const taken = await catalog.requested(WIKI, 10);
    await catalog.request(WIKI, { items: [PAGE], passes: [] });
    await catalog.met(taken);
    const left = await catalog.requested(WIKI, 10);
    assert.deepEqual(wishes(left), [`${WIKI} ${PAGE}`]);
    assert.equal(left[0]?.at, taken[0]?.at, 'it has been waiting since it was first asked for');
  },

  '[sync.requests] a delivery counts once, in whatever process it comes again': async (
    { catalog },
    openAnother,
  ) => {
    const news = { deliveryId: 'd1', items: [PAGE], passes: [] };
    assert.equal(await catalog.request(WIKI, news), true);
    await catalog.met(await catalog.requested(WIKI, 10));
    const elsewhere = await openAnother();
    assert.equal(await elsewhere.catalog.request(WIKI, news), false);
    assert.deepEqual(await catalog.requested(WIKI, 10), []);
    assert.equal(await catalog.request(MAIL, news), true, 'ids are of one source');
  },

  'a removed source takes its jobs, wishes and deliveries along': async ({ catalog }) => {
    await catalog.ensureSource(WIKI);
    await catalog.putJob(job());
    await catalog.request(WIKI, { deliveryId: 'd1', items: [PAGE], passes: [] });
    await catalog.removeSource(WIKI);
    assert.deepEqual([await catalog.jobs(), await catalog.requested(undefined, 10)], [[], []]);
    assert.equal(await catalog.request(WIKI, { deliveryId: 'd1', items: [], passes: [] }), true);
  },
};
