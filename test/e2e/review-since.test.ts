import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';

const CONFIG = `owner: chief
persons:
  - { id: me, osUser: ${userInfo().username}, roles: [reader, auditor, admin] }
  - { id: alice }
sources: [{ id: files:notes, root: ./notes, readers: [me, alice] }]
`;

interface Review {
  readonly readers: readonly string[];
  readonly changed: {
    readonly changes: readonly { readonly via: string; readonly by: string }[];
    readonly readings: readonly { readonly source: string }[];
    readonly shownTo: readonly { readonly person: string; readonly times: number }[];
  };
}

describe('what changed since a time', { concurrency: 1 }, () => {
  let home: Home;
  before(async () => {
    home = await createHome({ 'a.md': '# Otters\n\nThe otter swims.' });
    await home.write('fumikura.yaml', CONFIG);
    assert.equal((await home.run(['sync'])).code, 0);
    assert.equal((await home.run(['search', 'otter'])).code, 0);
    assert.equal((await home.run(['access', 'as', 'alice', 'search', 'otter'])).code, 0);
    assert.equal((await home.run(['role', 'grant', 'alice', 'auditor'])).code, 0);
  });
  after(() => home.remove());
  const review = async (since: string) =>
    (await home.json('access', 'review', 'files:notes/a.md', '--since', since)) as unknown as Review;

  it('[access.review-since] tells who changed what, when readers were read anew, and whom a document was shown', async () => {
    const { readers, changed } = await review('2020-01');
    assert.deepEqual(readers, ['me', 'alice']);
    assert.ok(changed.changes.some(({ via, by }) => via === 'cli role grant' && by === 'me'));
    assert.ok(changed.readings.some(({ source }) => source === 'files:notes'));
    assert.deepEqual(changed.shownTo.map(({ person, times }) => `${person} ${times}`).sort(), [
      'me 1',
      'me as alice 1',
    ]);
  });

  it('[access.review-since] tells nothing of before', async () => {
    const { changed } = await review(new Date().toISOString());
    assert.deepEqual([changed.changes, changed.readings, changed.shownTo], [[], [], []]);
  });
});
