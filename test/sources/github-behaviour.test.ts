import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import { createLogger } from '@fumikura/logging';
import type { Change } from '@fumikura/ports';
import { randomWorld } from '../simulators/github/random-world.ts';
import type { GithubOptions } from '../simulators/github/server.ts';
import {
  addComment,
  addDiscussion,
  addDiscussionComment,
  addIssue,
  addOrganisation,
  addRelease,
  addRepository,
  addTeam,
  addUser,
  emptyWorld,
  file,
  push,
} from '../simulators/github/making.ts';
import { tick } from '../simulators/github/world.ts';
import type { GithubWorld } from '../simulators/github/world.ts';
import { collect, pulled, removals, textOf, upserts } from './github-pulled.ts';
import { quickClock } from './clocks.ts';
import { githubConnector, ID, serveGithub } from './github-world.ts';
import type { ConnectorOptions, ServedGithub } from './github-world.ts';

const signal = new AbortController().signal;

describe('what GitHub does to a connector', () => {
  let served: ServedGithub;
  afterEach(() => served.close());
  const serve = async (world: GithubWorld, options: GithubOptions = {}) => {
    served = await serveGithub(world, options);
    return served;
  };
  const connect = (options: ConnectorOptions = {}) =>
    githubConnector(served.world, served.simulator, options);
  const asked = (pattern: RegExp) =>
    served.simulator.requests.filter(({ path, query }) => pattern.test(`${path}${query}`));

  it('gives the same ids from every checkpoint, through all kinds of items', async () => {
    await serve(randomWorld(6, 800));
    const { batches, changes } = await pulled(served.connector());
    const whole = [...upserts(changes).keys()].sort();
    assert.ok(batches.length > 5, `${batches.length} batches`);
    for (const [at, { checkpoint }] of batches.entries()) {
      const rest = await pulled(served.connector(), JSON.parse(JSON.stringify(checkpoint)));
      const before = batches.slice(0, at + 1).flatMap((batch) => batch.changes);
      const both = new Set([...upserts(before).keys(), ...upserts(rest.changes).keys()]);
      assert.deepEqual([...both].sort(), whole, `from checkpoint ${at}`);
    }
  });

  it('asks little when nothing changed, by tags that cost nothing, also after its token changed', async () => {
    await serve(randomWorld(7, 300));
    const connector = served.connector();
    const { checkpoint } = await pulled(connector);
    const again = async () => {
      served.simulator.forgetRequests();
      const { changes } = await pulled(connector, checkpoint);
      await collect(connector.listIds?.(signal));
      assert.deepEqual(
        [...upserts(changes).keys()].filter((id) => !id.includes('/release/')),
        [],
      );
      return served.simulator.requests;
    };
    const unchanged = await again();
    assert.ok(unchanged.length <= 20, `${unchanged.length} requests`);
    const probes = unchanged.filter(
      ({ query }) => query.includes('per_page=1&') || query.endsWith('per_page=1'),
    );
    assert.ok(probes.length > 0 && probes.every(({ status }) => status === 304 || status === 410));
    served.simulator.expireTokens();
    const renewed = await again();
    // Refused, another token, asked again; the tags of the old one fit no more.
    assert.ok(renewed.some(({ status }) => status === 401) && renewed.every(({ status }) => status !== 304));
    assert.ok(renewed.length <= 30, `${renewed.length} requests`);
  });

  it('goes on when a token ends in the middle of a run', async () => {
    await serve(randomWorld(8, 300));
    const whole = upserts((await pulled(served.connector())).changes);
    const found: Change[] = [];
    for await (const { changes } of served.connector().pull(undefined, signal)) {
      found.push(...changes);
      served.simulator.expireTokens();
    }
    assert.deepEqual([...upserts(found).keys()].sort(), [...whole.keys()].sort());
  });

  it('closes a repository that is taken away in the middle of a run, and reads the others', async () => {
    const world = emptyWorld();
    const [first, second] = ['a', 'b'].map((name) => {
      const repository = addRepository(world, 'acme', name);
      push(world, repository, { 'README.md': name });
      addIssue(world, repository, name);
      return repository;
    });
    const taken = first ?? assert.fail();
    await serve(world, {
      fault: ({ url }) => {
        if (url.pathname.endsWith('/a/issues')) world.repositories.delete(taken.id);
        return undefined;
      },
    });
    const { changes } = await pulled(served.connector());
    const lists = changes.flatMap((change) => (change.kind === 'list' ? [change.list] : []));
    assert.deepEqual(lists.filter(({ id }) => id.includes(`/${taken.id}/`)).at(-1)?.members, []);
    assert.ok(upserts(changes).has(`repo/${second?.id}/issue/1`));
  });

  it('waits as the limits say, with and without a time, and inside a success', async () => {
    const world = emptyWorld();
    push(world, addRepository(world, 'acme', 'a'), { 'README.md': 'a' });
    await serve(world);
    const waits: number[] = [];
    const clock = { ...quickClock(), now: () => Date.now() + waits.reduce((sum, ms) => sum + ms, 0) };
    const patient = { ...clock, sleep: async (ms: number) => void waits.push(ms) };
    const trees = ({ url }: { url: URL }) => url.pathname.includes('/git/trees/');
    served.simulator.respondNext(
      { status: 403, headers: { 'retry-after': '7' }, body: { message: 'wait' } },
      trees,
    );
    served.simulator.respondNext(
      { status: 403, body: { message: 'You have exceeded a secondary rate limit.' } },
      trees,
    );
    const reset = String(Math.ceil(Date.now() / 1_000) + 90);
    served.simulator.respondNext(
      {
        status: 200,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
        body: { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] },
      },
      ({ url }) => url.pathname === '/graphql',
    );
    // The app's own clock runs on with the waits.
    const world_ = { ...world, account: { kind: 'token', user: addUser(world, 'bot').id } as const };
    Object.assign(world, world_);
    world.organisations.get('acme')?.members.set(world_.account.user, 'admin');
    const { changes } = await pulled(connect({ clock: patient }));
    assert.equal(upserts(changes).size, 1);
    const rounded = waits.map((ms) => Math.round(ms / 1_000)).filter((seconds) => seconds > 0);
    assert.ok(
      rounded.some((seconds) => seconds === 7),
      `${rounded}`,
    );
    assert.ok(
      rounded.some((seconds) => seconds >= 55 && seconds <= 61),
      `${rounded}`,
    );
    assert.ok(
      rounded.some((seconds) => seconds >= 85 && seconds <= 92),
      `${rounded}`,
    );
  });

  it('hands a long wait on instead of taking it for a refusal', async () => {
    const world = emptyWorld();
    push(world, addRepository(world, 'acme', 'a'), { 'README.md': 'a' });
    await serve(world);
    const reset = String(Math.ceil(Date.now() / 1_000) + 3_000);
    for (let n = 0; n < 9; n++)
      served.simulator.respondNext(
        {
          status: 403,
          headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
          body: { message: 'API rate limit exceeded' },
        },
        ({ url }) => url.pathname.includes('/collaborators') || url.pathname.includes('/git/trees/'),
      );
    await assert.rejects(pulled(served.connector()), (error: { kind?: string; retryAfterMs?: number }) => {
      assert.equal(error.kind, 'rate-limited');
      assert.ok((error.retryAfterMs ?? 0) > 2_000_000);
      return true;
    });
  });

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
      if (fault.status !== 404) await served.close();
    }
  });

  it('tells by comparison what a push changed, and reads everything again after a history was lost', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'a');
    const path = (name: string) => `repo/${repository.id}/file/${name}`;
    push(world, repository, { 'a.md': 'a', 'b.md': 'b', 'c.md': 'c' });
    await serve(world);
    const first = await pulled(served.connector());
    push(world, repository, { 'b.md': undefined, 'd.md': 'd' });
    const second = await pulled(served.connector(), first.checkpoint);
    assert.deepEqual(
      [[...upserts(second.changes).keys()], removals(second.changes)],
      [[path('d.md')], [path('b.md')]],
    );
    const lost = repository.branches.get('main') ?? '';
    push(world, repository, { 'c.md': undefined }, { isForced: true });
    repository.commits.delete(lost);
    const third = await pulled(served.connector(), second.checkpoint);
    assert.deepEqual([...upserts(third.changes).keys()], [path('a.md'), path('d.md')]);
    assert.equal(asked(/\/compare\//u).at(-1)?.status, 404);
    const ids = (await collect(served.connector().listIds?.(signal))).flat();
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
    const first = await pulled(served.connector());
    assert.deepEqual(
      [...upserts(first.changes).keys()].sort(),
      [`repo/${empty.id}/issue/1`, `repo/${closed.id}/issue/2`].sort(),
    );
    assert.ok((await textOf(first.changes, `repo/${closed.id}/issue/2`)).includes('Said on it.'));
    empty.hasIssues = false;
    const second = await pulled(served.connector(), first.checkpoint);
    assert.deepEqual(removals(second.changes), [`repo/${empty.id}/issue/1`]);
  });

  it('tells an issue again when a comment was changed or taken away, although its own time stays', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'a');
    const [first, second] = [addIssue(world, repository, 'One'), addIssue(world, repository, 'Two')];
    const comment = addComment(world, first, 'Wrong.');
    addComment(world, second, 'Right.');
    await serve(world);
    const before = await pulled(served.connector());
    comment.body = 'Corrected.';
    comment.updatedAt = tick(world);
    const edited = await pulled(served.connector(), before.checkpoint);
    assert.ok((await textOf(edited.changes, `repo/${repository.id}/issue/1`)).includes('Corrected.'));
    second.comments.length = 0;
    const removed = await pulled(served.connector(), edited.checkpoint);
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
    for await (const { changes } of served.connector().pull(undefined, signal)) {
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
    const { changes } = await pulled(served.connector());
    const text = await textOf(changes, `repo/${repository.id}/discussion/1`);
    for (const words of ['Comment 0.', 'Comment 119.', 'Reply 0.', 'Reply 129.'])
      assert.ok(text.includes(words), words);
    assert.equal(upserts(changes).size, 1, 'and no draft of a release');
    assert.deepEqual(served.simulator.violations, []);
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
    served.simulator.forgetRequests();
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
    const { checkpoint } = await pulled(served.connector());
    const middle = structuredClone(checkpoint) as {
      repositories: Record<string, { discussions: Record<string, unknown> }>;
    };
    const mark = middle.repositories[repository.id] ?? assert.fail();
    mark.discussions = { newest: '', numbers: '1-25', isWhole: false, cursor: 'bm90aGluZw' };
    const again = await pulled(served.connector(), middle as never);
    assert.equal(upserts(again.changes).size, 60);
  });

  it('takes a reader from a large repository by one list, and asks nothing of its items', async () => {
    const world = emptyWorld();
    const acme = world.organisations.get('acme') ?? assert.fail();
    acme.basePermission = 'none';
    const [ada, bob] = [addUser(world, 'ada'), addUser(world, 'bob')];
    for (const { id } of [ada, bob]) acme.members.set(id, 'member');
    const team = addTeam(world, acme, 'team', { members: new Set([ada.id, bob.id]) });
    const repository = addRepository(world, 'acme', 'large');
    repository.teams.set(team.id, 'read');
    const files = Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`n${at}.md`, `Note ${at}`]));
    push(world, repository, files);
    await serve(world);
    team.members.delete(bob.id);
    const batches = await collect(served.connector().pullAccess?.(undefined, signal));
    const changes = batches.flatMap((batch) => batch.changes);
    assert.deepEqual(
      changes.map((change) => (change.kind === 'list' ? [change.list.id, change.list.members] : change)),
      [[`${ID}/repo/${repository.id}/readers`, [`user:${ID}:${ada.id}`]]],
    );
    assert.ok(served.simulator.requests.length <= 5, `${served.simulator.requests.length} requests`);
  });

  it('reads from an Enterprise Server, where GraphQL lies beside the rest', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'a', { visibility: 'public' });
    push(world, repository, { 'a.md': 'a' });
    addDiscussion(world, repository, 'Question', 'Why?');
    await serve(world, { basePath: '/api/v3' });
    const apiUrl = `${served.simulator.url}/api/v3`;
    const { changes } = await pulled(connect({ apiUrl, config: { publicReaders: undefined } }));
    assert.equal(upserts(changes).size, 2);
    assert.ok(asked(/^\/api\/graphql/u).length > 0);
    const list = changes.find((change) => change.kind === 'list');
    assert.deepEqual(list?.kind === 'list' && list.list.members, [`authenticated:${ID}`]);
    assert.deepEqual(served.simulator.violations, []);
  });

  it('says as whom it reads and what stays closed, and refuses a wrong key and a wrong token', async () => {
    const world = randomWorld(2, 12);
    await serve(world);
    const bot = addUser(world, 'bot');
    world.organisations.get('acme')?.members.set(bot.id, 'member');
    world.account = { kind: 'token', user: bot.id };
    const repository = addRepository(world, 'acme', 'read-only', { hasWiki: true });
    repository.collaborators.set(bot.id, 'read');
    const acme = world.organisations.get('acme') ?? assert.fail();
    acme.basePermission = 'none';
    const { account, missing, counts } = await connect().check(signal);
    assert.equal(account, 'person bot');
    assert.ok(missing.some(({ right }) => right === 'collaborators not told to our account'));
    assert.ok(missing.some(({ right }) => right === 'wikis'));
    assert.ok((counts['private'] ?? 0) > 0);
    world.account = { kind: 'app', organisation: 'acme', repositories: 'all', seesBasePermission: true };
    await assert.rejects(
      connect({ config: { credential: { appId: 1, privateKey: new Secret('no key') } } }).check(signal),
      { kind: 'config' },
    );
    world.account = { kind: 'token', user: bot.id };
    await assert.rejects(
      connect({ config: { credential: { token: new Secret('wr0ng-token') } } }).check(signal),
      (error: Error) => {
        assert.equal((error as { kind?: string }).kind, 'auth');
        assert.ok(!JSON.stringify(error).includes('wr0ng-token') && !String(error).includes('wr0ng-token'));
        return true;
      },
    );
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
    const changes = (await collect(served.connector().refresh?.([...wanted, ...dead], signal))).flat();
    assert.deepEqual(
      [...upserts(changes).keys()].map((each) => `${ID}/${each}`),
      wanted,
    );
    assert.deepEqual(
      removals(changes).map((each) => `${ID}/${each}`),
      dead,
    );
    assert.equal(changes.filter(({ kind }) => kind === 'list').length, 1);
    await assert.rejects(collect(served.connector().refresh?.(['github:other/repo/1/issue/1'], signal)), {
      kind: 'invalid-input',
    });
  });

  it('reads a directory of many people and teams, and lets an enterprise in where that is said', async () => {
    const world = emptyWorld();
    const acme = world.organisations.get('acme') ?? assert.fail();
    const beta = addOrganisation(world, 'beta');
    const bot = addUser(world, 'bot');
    const people = Array.from({ length: 260 }, (_, at) =>
      addUser(world, `p${at}`, at === 0 ? { email: 'P0@acme.example' } : {}),
    );
    for (const { id } of people) acme.members.set(id, id === people[1]?.id ? 'admin' : 'member');
    for (const { login } of [acme, beta]) world.organisations.get(login)?.members.set(bot.id, 'member');
    const parent = addTeam(world, acme, 'parent');
    addTeam(world, acme, 'child', { parent: parent.id, members: new Set(people.map(({ id }) => id)) });
    const guest = addUser(world, 'guest');
    const repository = addRepository(world, 'acme', 'a', { visibility: 'internal' });
    addRepository(world, 'beta', 'b', { visibility: 'internal' });
    repository.collaborators.set(guest.id, 'read');
    repository.collaborators.set(bot.id, 'write');
    addRepository(world, 'bot', 'own', { visibility: 'private' }).collaborators.set(guest.id, 'read');
    world.account = { kind: 'token', user: bot.id };
    await serve(world);
    const connector = connect({ config: { owners: ['acme', 'beta', 'bot'], isOneEnterprise: true } });
    const parts = await collect(connector.directory?.(signal));
    const accounts = new Map(
      parts.flatMap((part) => part.accounts ?? []).map((each) => [each.principal, each]),
    );
    assert.equal(accounts.size, 262);
    assert.equal(accounts.get(`user:${ID}:${people[0]?.id}`)?.email, undefined, 'a profile proves nothing');
    const members = (name: string) =>
      new Set(
        parts
          .flatMap((part) => part.groups ?? [])
          .filter(({ principal }) => principal === `group:${ID}:${name}`)
          .flatMap((group) => group.members),
      );
    assert.equal(members(`organisation/${acme.id}/members`).size, 261);
    assert.deepEqual([...members(`organisation/${acme.id}/owners`)], [`user:${ID}:${people[1]?.id}`]);
    assert.equal(members(`team/${parent.id}`).size, 260, 'with those of its child team');
    assert.equal(members('enterprise').size, 2);
    const lists = (await collect(connector.pullAccess?.(undefined, signal))).flatMap(({ changes }) =>
      changes.flatMap((change) => (change.kind === 'list' ? [change.list] : [])),
    );
    assert.deepEqual(
      lists.find(({ id }) => id === `${ID}/repo/${repository.id}/readers`)?.members,
      [
        `group:${ID}:enterprise`,
        `group:${ID}:organisation/${acme.id}/members`,
        `user:${ID}:${guest.id}`,
      ].sort(),
    );
    assert.deepEqual(lists.at(-1)?.members, [bot, guest].map(({ id }) => `user:${ID}:${id}`).sort());
    assert.deepEqual(served.simulator.violations, []);
  });
});
