import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogger } from '@fumikura/logging';
import type { Change } from '@fumikura/ports';
import {
  addComment,
  addDiscussion,
  addDiscussionComment,
  addIssue,
  addRelease,
  addRepository,
  emptyWorld,
  file,
  push,
} from '../simulators/github/making.ts';
import { tick } from '../simulators/github/world.ts';
import { collect, pulled, removals, textOf, upserts } from './github-pulled.ts';
import { quickClock } from './clocks.ts';
import { githubStage } from './github-stage.ts';
import { ID } from './github-world.ts';

const signal = new AbortController().signal;

describe('what a connector reads of GitHub', () => {
  const stage = githubStage();
  const { serve, connect, asked } = stage;

  it('reads trees that were cut level by level, and leaves out what is no text, counted by reason', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'big', { visibility: 'public' });
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [`d${at % 6}/e${at % 3}/n${at}.md`, `Note ${at}`]),
    );
    push(world, repository, {
      ...files,
      'README.md': 'First.',
      'x #%?/日本.md': 'Odd.',
      'link.md': file('README.md', { kind: 'symlink' }),
      module: file('1', { kind: 'submodule' }),
      'a.png': file(Buffer.from([0, 1])),
      tool: file(Buffer.from([0x7f, 0x45, 0, 1])),
      'yarn.lock': 'x',
      'vendor/x.go': 'package x',
      'big.txt': 'x'.repeat(3_000),
      'model.txt': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`,
    });
    await serve(world, { treeLimit: 10 });
    const lines: string[] = [];
    const logger = createLogger('info', (line) => lines.push(line));
    const { changes } = await pulled(connect({ logger, config: { maxFileBytes: 2_000 } }));
    assert.equal([...upserts(changes).keys()][0], `repo/${repository.id}/file/README.md`);
    assert.equal(upserts(changes).size, 62);
    assert.ok(
      upserts(changes)
        .get(`repo/${repository.id}/file/x #%?/日本.md`)
        ?.url.endsWith('/x%20%23%25%3F/%E6%97%A5%E6%9C%AC.md'),
    );
    const counted = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ event }) => event === 'github.files.left-out');
    assert.deepEqual(Object.fromEntries(counted.map(({ reason, count }) => [reason, count])), {
      'symbolic link': 1,
      submodule: 1,
      binary: 2,
      generated: 2,
      'larger than the limit': 1,
      'pointer of Git LFS': 1,
    });
    // One archive, without our credentials where it lies.
    assert.equal(asked(/\/codeload\//u).filter(({ status }) => status === 200).length, 1);
    assert.equal(asked(/\/git\/blobs\//u).length, 0);
  });

  it('reads files one by one when their archive is damaged or too large', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'a');
    push(
      world,
      repository,
      Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`n${at}.md`, `Note ${at}`])),
    );
    for (const fault of [
      { status: 200, body: new Uint8Array([0x1f, 0x8b, 1, 2, 3]) },
      { status: 200, headers: { 'content-length': '90000000' }, body: 'x' },
      { status: 404 },
    ]) {
      await serve(world, { fault: ({ url }) => (url.pathname.startsWith('/codeload/') ? fault : undefined) });
      const lines: string[] = [];
      const { changes } = await pulled(connect({ logger: createLogger('warn', (line) => lines.push(line)) }));
      assert.equal(upserts(changes).size, 30);
      assert.equal(await textOf(changes, `repo/${repository.id}/file/n7.md`), 'Note 7');
      assert.ok(lines.some((line) => line.includes('github.archive.unreadable')));
      if (fault.status !== 404) await stage.served.close();
    }
  });

  it('tells by comparison what a push changed, and reads everything again after a history was lost', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'a');
    const path = (name: string) => `repo/${repository.id}/file/${name}`;
    push(world, repository, { 'a.md': 'a', 'b.md': 'b', 'c.md': 'c' });
    await serve(world);
    const first = await pulled(stage.served.connector());
    push(world, repository, { 'b.md': undefined, 'd.md': 'd' });
    const second = await pulled(stage.served.connector(), first.checkpoint);
    assert.deepEqual(
      [[...upserts(second.changes).keys()], removals(second.changes)],
      [[path('d.md')], [path('b.md')]],
    );
    const lost = repository.branches.get('main') ?? '';
    push(world, repository, { 'c.md': undefined }, { isForced: true });
    repository.commits.delete(lost);
    const third = await pulled(stage.served.connector(), second.checkpoint);
    assert.deepEqual([...upserts(third.changes).keys()], [path('a.md'), path('d.md')]);
    assert.equal(asked(/\/compare\//u).at(-1)?.status, 404);
    const ids = (await collect(stage.served.connector().listIds?.(signal))).flat();
    assert.ok(!ids.includes(`${ID}/${path('c.md')}`));
  });

  it('reads chosen branches beside the default one, under names of their own', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'a');
    push(world, repository, { 'a.md': 'main' });
    push(world, repository, { 'a.md': 'next' }, { branch: 'release/2', isForced: true });
    await serve(world);
    const { changes } = await pulled(
      connect({ config: { branches: { 'acme/a': ['release/2', 'not-there'] } } }),
    );
    assert.deepEqual([...upserts(changes).keys()].sort(), [
      `repo/${repository.id}/branch/release%2F2/file/a.md`,
      `repo/${repository.id}/file/a.md`,
    ]);
  });

  it('keeps the ids of a repository that was renamed, and finds it by its former name', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'old');
    push(world, repository, { 'a.md': 'a' });
    addIssue(world, repository, 'Matter');
    await serve(world);
    const config = { repositories: ['acme/old'] };
    const first = await pulled(connect({ config }));
    repository.formerNames.add('acme/old');
    repository.name = 'new';
    const second = await pulled(connect({ config }), first.checkpoint);
    assert.deepEqual([...upserts(second.changes).keys()].sort(), [...upserts(first.changes).keys()].sort());
    assert.ok([...upserts(second.changes).values()].every(({ url }) => url.includes('/acme/new/')));
    assert.ok(asked(/^\/repos\/acme\/old$/u).some(({ status }) => status === 301));
  });

  it('is not disturbed by empty repositories and parts that are switched off', async () => {
    const world = emptyWorld();
    const empty = addRepository(world, 'acme', 'empty', { hasPulls: false, hasDiscussions: false });
    addIssue(world, empty, 'In an empty repository');
    const closed = addRepository(world, 'acme', 'no-issues', { hasIssues: false });
    addIssue(world, closed, 'Hidden now');
    const pull = addIssue(world, closed, 'Still a pull request', { isPull: true });
    addComment(world, pull, 'Said on it.');
    await serve(world);
    const first = await pulled(stage.served.connector());
    assert.deepEqual(
      [...upserts(first.changes).keys()].sort(),
      [`repo/${empty.id}/issue/1`, `repo/${closed.id}/issue/2`].sort(),
    );
    assert.ok((await textOf(first.changes, `repo/${closed.id}/issue/2`)).includes('Said on it.'));
    empty.hasIssues = false;
    const second = await pulled(stage.served.connector(), first.checkpoint);
    assert.deepEqual(removals(second.changes), [`repo/${empty.id}/issue/1`]);
  });

  it('tells an issue again when a comment was changed or taken away, although its own time stays', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'a');
    const [first, second] = [addIssue(world, repository, 'One'), addIssue(world, repository, 'Two')];
    const comment = addComment(world, first, 'Wrong.');
    addComment(world, second, 'Right.');
    await serve(world);
    const before = await pulled(stage.served.connector());
    comment.body = 'Corrected.';
    comment.updatedAt = tick(world);
    const edited = await pulled(stage.served.connector(), before.checkpoint);
    assert.ok((await textOf(edited.changes, `repo/${repository.id}/issue/1`)).includes('Corrected.'));
    second.comments.length = 0;
    const removed = await pulled(stage.served.connector(), edited.checkpoint);
    assert.ok(!(await textOf(removed.changes, `repo/${repository.id}/issue/2`)).includes('Right.'));
  });

  it('misses no issue among very many of one time, nor one that changes in the middle of the walk', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'a');
    const at = tick(world);
    for (let n = 0; n < 350; n++)
      addIssue(world, repository, `Imported ${n}`, { createdAt: at, updatedAt: at });
    for (let n = 0; n < 150; n++) addIssue(world, repository, `Later ${n}`);
    await serve(world);
    const found: Change[] = [];
    for await (const { changes } of stage.served.connector().pull(undefined, signal)) {
      found.push(...changes);
      // One of the first ones is touched again and again: in a walk by page numbers all others would move up.
      const issue = repository.issues.get(1 + (upserts(found).size % 40));
      if (issue) issue.updatedAt = tick(world);
    }
    assert.equal(upserts(found).size, 500);
  });

  it('reads discussions with all their replies', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'a');
    const discussion = addDiscussion(world, repository, 'Long', 'Talk.');
    for (let n = 0; n < 120; n++) addDiscussionComment(world, discussion, `Comment ${n}.`);
    addDiscussionComment(
      world,
      discussion,
      'Last.',
      Array.from({ length: 130 }, (_, n) => `Reply ${n}.`),
    );
    addRelease(world, repository, 'v1', null, { isDraft: true });
    await serve(world);
    const { changes } = await pulled(stage.served.connector());
    const text = await textOf(changes, `repo/${repository.id}/discussion/1`);
    for (const words of ['Comment 0.', 'Comment 119.', 'Reply 0.', 'Reply 129.'])
      assert.ok(text.includes(words), words);
    assert.equal(upserts(changes).size, 1, 'and no draft of a release');
    assert.deepEqual(stage.served.simulator.violations, []);
  });

  it('finds a removed issue once a day where the service does not count its lists', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'a');
    for (let n = 0; n < 120; n++) addIssue(world, repository, `Matter ${n}`);
    let nowMs = Date.now();
    const clock = { ...quickClock(), now: () => nowMs };
    await serve(world, { hasNoLast: true, now: clock.now });
    const connector = connect({ clock });
    const first = await pulled(connector);
    assert.equal(upserts(first.changes).size, 120);
    repository.issues.delete(7);
    stage.served.simulator.forgetRequests();
    const second = await pulled(connector, first.checkpoint);
    assert.deepEqual([second.changes.length, asked(/\/issues\?.*page=2/u).length], [0, 0]);
    nowMs += 90_000_000;
    const third = await pulled(connector, second.checkpoint);
    assert.deepEqual(removals(third.changes), [`repo/${repository.id}/issue/7`]);
  });

  it('begins a walk anew whose cursor is not taken any more', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'a');
    for (let n = 0; n < 60; n++) addDiscussion(world, repository, `Question ${n}`, 'Why?');
    await serve(world);
    const { checkpoint } = await pulled(stage.served.connector());
    const middle = structuredClone(checkpoint) as {
      repositories: Record<string, { discussions: Record<string, unknown> }>;
    };
    const mark = middle.repositories[repository.id] ?? assert.fail();
    mark.discussions = { newest: '', numbers: '1-25', isWhole: false, cursor: 'bm90aGluZw' };
    const again = await pulled(stage.served.connector(), middle as never);
    assert.equal(upserts(again.changes).size, 60);
  });

  it('reads single items again, and removes what is gone, moved away or no file any more', async () => {
    const world = emptyWorld();
    const [repository, other] = [addRepository(world, 'acme', 'a'), addRepository(world, 'acme', 'b')];
    push(world, repository, { 'x y/a#.md': 'a', 'link.md': file('x', { kind: 'symlink' }) });
    const issue = addIssue(world, repository, 'Here');
    const gone = addIssue(world, repository, 'Gone');
    const moved = addIssue(world, repository, 'Moved');
    repository.issues.delete(gone.number);
    repository.issues.delete(moved.number);
    other.issues.set(moved.number, { ...moved });
    repository.transferred.set(moved.number, { repository: other.id, number: moved.number });
    const release = addRelease(world, repository, 'v1', 'Notes');
    const discussion = addDiscussion(world, repository, 'Talk', 'Words');
    await serve(world);
    const id = (rest: string) => `${ID}/repo/${repository.id}/${rest}`;
    const wanted = [
      'file/x y/a#.md',
      `issue/${issue.number}`,
      `release/${release.id}`,
      `discussion/${discussion.number}`,
    ].map(id);
    const dead = [
      ...[
        'file/link.md',
        'file/x y',
        `issue/${gone.number}`,
        `issue/${moved.number}`,
        'release/1',
        'discussion/99',
        'nonsense',
      ].map(id),
      `${ID}/repo/1/issue/1`,
    ];
    const changes = (await collect(stage.served.connector().refresh?.([...wanted, ...dead], signal))).flat();
    assert.deepEqual(
      [...upserts(changes).keys()].map((each) => `${ID}/${each}`),
      wanted,
    );
    assert.deepEqual(
      removals(changes).map((each) => `${ID}/${each}`),
      dead,
    );
    assert.equal(changes.filter(({ kind }) => kind === 'list').length, 1);
    await assert.rejects(
      collect(stage.served.connector().refresh?.(['github:other/repo/1/issue/1'], signal)),
      {
        kind: 'invalid-input',
      },
    );
  });
});
