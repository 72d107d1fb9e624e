import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import type { Change } from '@fumikura/ports';
import { randomWorld } from '../simulators/github/random-world.ts';
import {
  addDiscussion,
  addIssue,
  addOrganisation,
  addRepository,
  addTeam,
  addUser,
  emptyWorld,
  push,
} from '../simulators/github/making.ts';
import { collect, pulled, upserts } from './github-pulled.ts';
import { quickClock } from './clocks.ts';
import { githubStage } from './github-stage.ts';
import { ID } from './github-world.ts';

const signal = new AbortController().signal;

describe('what GitHub does to a connector', () => {
  const stage = githubStage();
  const { serve, connect, asked } = stage;

  it('gives the same ids from every checkpoint, through all kinds of items', async () => {
    await serve(randomWorld(6, 800));
    const { batches, changes } = await pulled(stage.served.connector());
    const whole = [...upserts(changes).keys()].sort();
    assert.ok(batches.length > 5, `${batches.length} batches`);
    for (const [at, { checkpoint }] of batches.entries()) {
      const rest = await pulled(stage.served.connector(), JSON.parse(JSON.stringify(checkpoint)));
      const before = batches.slice(0, at + 1).flatMap((batch) => batch.changes);
      const both = new Set([...upserts(before).keys(), ...upserts(rest.changes).keys()]);
      assert.deepEqual([...both].sort(), whole, `from checkpoint ${at}`);
    }
  });

  it('asks little when nothing changed, by tags that cost nothing, also after its token changed', async () => {
    await serve(randomWorld(7, 300));
    const connector = stage.served.connector();
    const { checkpoint } = await pulled(connector);
    const again = async () => {
      stage.served.simulator.forgetRequests();
      const { changes } = await pulled(connector, checkpoint);
      await collect(connector.listIds?.(signal));
      assert.deepEqual(
        [...upserts(changes).keys()].filter((id) => !id.includes('/release/')),
        [],
      );
      return stage.served.simulator.requests;
    };
    const unchanged = await again();
    assert.ok(unchanged.length <= 20, `${unchanged.length} requests`);
    const probes = unchanged.filter(
      ({ query }) => query.includes('per_page=1&') || query.endsWith('per_page=1'),
    );
    assert.ok(probes.length > 0 && probes.every(({ status }) => status === 304 || status === 410));
    stage.served.simulator.expireTokens();
    const renewed = await again();
    // Refused, another token, asked again; the tags of the old one fit no more.
    assert.ok(renewed.some(({ status }) => status === 401) && renewed.every(({ status }) => status !== 304));
    assert.ok(renewed.length <= 30, `${renewed.length} requests`);
  });

  it('goes on when a token ends in the middle of a run', async () => {
    await serve(randomWorld(8, 300));
    const whole = upserts((await pulled(stage.served.connector())).changes);
    const found: Change[] = [];
    for await (const { changes } of stage.served.connector().pull(undefined, signal)) {
      found.push(...changes);
      stage.served.simulator.expireTokens();
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
    const { changes } = await pulled(stage.served.connector());
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
    stage.served.simulator.respondNext(
      { status: 403, headers: { 'retry-after': '7' }, body: { message: 'wait' } },
      trees,
    );
    stage.served.simulator.respondNext(
      { status: 403, body: { message: 'You have exceeded a secondary rate limit.' } },
      trees,
    );
    const reset = String(Math.ceil(Date.now() / 1_000) + 90);
    stage.served.simulator.respondNext(
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
      stage.served.simulator.respondNext(
        {
          status: 403,
          headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
          body: { message: 'API rate limit exceeded' },
        },
        ({ url }) => url.pathname.includes('/collaborators') || url.pathname.includes('/git/trees/'),
      );
    await assert.rejects(
      pulled(stage.served.connector()),
      (error: { kind?: string; retryAfterMs?: number }) => {
        assert.equal(error.kind, 'rate-limited');
        assert.ok((error.retryAfterMs ?? 0) > 2_000_000);
        return true;
      },
    );
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
    const batches = await collect(stage.served.connector().pullAccess?.(undefined, signal));
    const changes = batches.flatMap((batch) => batch.changes);
    assert.deepEqual(
      changes.map((change) => (change.kind === 'list' ? [change.list.id, change.list.members] : change)),
      [[`${ID}/repo/${repository.id}/readers`, [`user:${ID}:${ada.id}`]]],
    );
    assert.ok(
      stage.served.simulator.requests.length <= 5,
      `${stage.served.simulator.requests.length} requests`,
    );
  });

  it('reads from an Enterprise Server, where GraphQL lies beside the rest', async () => {
    const world = emptyWorld();
    const repository = addRepository(world, 'acme', 'a', { visibility: 'public' });
    push(world, repository, { 'a.md': 'a' });
    addDiscussion(world, repository, 'Question', 'Why?');
    await serve(world, { basePath: '/api/v3' });
    const apiUrl = `${stage.served.simulator.url}/api/v3`;
    const { changes } = await pulled(connect({ apiUrl, config: { publicReaders: undefined } }));
    assert.equal(upserts(changes).size, 2);
    assert.ok(asked(/^\/api\/graphql/u).length > 0);
    const list = changes.find((change) => change.kind === 'list');
    assert.deepEqual(list?.kind === 'list' && list.list.members, [`authenticated:${ID}`]);
    assert.deepEqual(stage.served.simulator.violations, []);
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
    assert.deepEqual(stage.served.simulator.violations, []);
  });
});
