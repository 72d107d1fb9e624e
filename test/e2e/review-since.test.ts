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
  readonly compared: {
    readonly since: string;
    readonly knownSince: string;
    readonly gained: readonly { readonly person: string; readonly because: string }[];
    readonly lost: readonly { readonly person: string; readonly because: string }[];
    readonly changed: readonly { readonly person: string; readonly before: number; readonly now: number }[];
  };
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
  const review = async (since: string, subject = 'files:notes/a.md') =>
    (await home.json('access', 'review', subject, '--since', since)) as unknown as Review;

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

  it('[access.review-gained] tells who gained and who lost access since, and why', async () => {
    const { compared: before } = await review('2020-01');
    assert.equal(before.since, before.knownSince, 'what was before is not known');
    assert.deepEqual([before.gained.length, before.lost], [2, []], 'nothing had been read then');
    const since = new Date().toISOString();
    const changed = CONFIG.replace('- { id: alice }', '- { id: alice }\n  - { id: bob }\n  - { id: carl }');
    await home.write(
      'fumikura.yaml',
      `${changed.replace('[me, alice]', "[me, bob, 'group:board']")}groups: [{ id: board, members: [carl] }]\n`,
    );
    assert.equal((await home.run(['sync'])).code, 0);
    const { readers, compared } = await review(since);
    assert.deepEqual(readers, ['me', 'bob', 'carl']);
    assert.deepEqual(
      compared.gained.map(({ person, because }) => [person, because]),
      [
        ['bob', 'joined since'],
        ['carl', 'joined since'],
      ],
    );
    assert.deepEqual(
      compared.lost.map(({ person }) => person),
      ['alice'],
    );
    assert.match(compared.lost[0]?.because ?? '', /^not in files:notes/u);
    const ofSource = (await review(since, 'files:notes')).compared;
    assert.deepEqual([ofSource.gained.length, ofSource.lost.length, ofSource.changed], [2, 1, []]);
    const ofGroup = (await review(since, 'group:board')).compared;
    assert.deepEqual(
      ofGroup.gained.map(({ person }) => person),
      ['carl'],
    );

    const later = new Date().toISOString();
    await home.write('fumikura.yaml', changed.replace('[me, alice]', '[me, alice, carl]'));
    assert.equal((await home.run(['sync'])).code, 0);
    const then = (await review(later)).compared;
    assert.deepEqual(
      then.gained.map(({ person }) => person),
      ['alice'],
    );
    assert.deepEqual(
      then.lost.map(({ person }) => person),
      ['bob'],
    );
    const whole = (await review(since)).compared;
    assert.deepEqual(
      whole.gained.map(({ person }) => person),
      ['carl'],
    );
    assert.deepEqual(whole.lost, []);
    const { stdout } = await home.run(['access', 'review', 'files:notes/a.md', '--since', '2020-01']);
    assert.match(stdout, /Who could read before .* is not known: compared with then/u);
    assert.match(stdout, /gained\s+carl/u);
  });
});
