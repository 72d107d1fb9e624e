import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startConfluenceSimulator } from '../simulators/confluence/server.ts';
import type { ConfluenceSimulator } from '../simulators/confluence/server.ts';
import { addContent, addGroup, addSpace, addUser, emptyWorld } from '../simulators/confluence/making.ts';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';

interface Page {
  readonly hits: readonly { readonly title: string; readonly id: string }[];
  readonly coverage: {
    readonly complete: boolean;
    readonly sources: readonly { readonly state: string; readonly reason?: string }[];
  };
}

/** As if the last runs had been two minutes ago. */
function makeOld(file: string): void {
  const database = new DatabaseSync(file);
  const ago = new Date(Date.now() - 120_000).toISOString();
  database.prepare("UPDATE run SET record = json_set(record, '$.endedAt', ?)").run(ago);
  database.close();
}

const CHECK = /permission\/check$/u;

describe('asking Confluence before something of it is shown', { concurrency: 1 }, () => {
  const world = emptyWorld();
  addUser(world, { id: 'ada', name: 'Ada' });
  addUser(world, { id: 'bob', name: 'Bob' });
  addGroup(world, { id: 'pay', members: ['bob', 'sync'] });
  const space = addSpace(world, { key: 'HB', name: 'Handbook' }).id;
  const open = addContent(world, { space, title: 'Travel', text: 'The bonus for trains is ten points.' });
  const pay = addContent(world, {
    space,
    title: 'Salaries',
    text: 'The bonus of level four is twelve percent.',
  });
  let simulator: ConfluenceSimulator;
  let home: Home;
  let id = '';
  const configure = (lateCheck: string) =>
    home.write(
      'fumikura.yaml',
      `owner: me
persons:
  - { id: ada, osUser: ${userInfo().username}, roles: [reader, auditor], accounts: ['user:confluence:acme:ada'] }
sources:
  - id: confluence:acme
    url: ${simulator.url}
    credential: { email: sync@acme.example, token: { file: ./token.txt } }
${lateCheck}`,
    );
  before(async () => {
    simulator = await startConfluenceSimulator(world);
    home = await createHome();
    await home.write('token.txt', 'simulated\n');
    await configure('');
    const synced = await home.run(['sync']);
    assert.equal(synced.code, 0, synced.stderr);
    id = (await search()).hits.find(({ title }) => title === 'Salaries')?.id ?? '';
  });
  after(async () => {
    await home.remove();
    await simulator.close();
  });
  beforeEach(() => {
    delete pay.restriction;
    delete open.restriction;
    world.mayAskAboutOthers = true;
    simulator.setPace({ latencyMs: 0 });
    simulator.forgetRequests();
  });
  const search = async () => (await home.json('search', 'bonus')) as unknown as Page;
  const titles = ({ hits }: Page) => hits.map(({ title }) => title).sort();
  const checks = () => simulator.requests.filter(({ path }) => CHECK.test(path)).length;
  const restrict = () => {
    pay.restriction = { users: new Set(), groups: new Set(['pay']) };
  };

  it('[access.late-when] asks nothing while the readers are fresh, or where it is told not to', async () => {
    restrict();
    await configure('');
    assert.deepEqual(titles(await search()), ['Salaries', 'Travel']);
    await configure('lateCheck: { when: never, readersMinutes: 1 }\n');
    await search();
    assert.equal(checks(), 0);
    await configure('lateCheck: { readersMinutes: 1, budgetMs: 60000 }\n');
    await search();
    assert.equal(checks(), 0);
    makeOld(home.database);
    assert.deepEqual(titles(await search()), ['Travel']);
    assert.ok(checks() > 0);
  });

  it('[access.late] shows nothing that the source refuses, in no list and no document', async () => {
    await configure('lateCheck: { when: always, budgetMs: 60000 }\n');
    assert.deepEqual(titles(await search()), ['Salaries', 'Travel']);
    restrict();
    const page = await search();
    assert.deepEqual(titles(page), ['Travel']);
    assert.equal(page.coverage.complete, true, 'what is refused is not told of');
    const read = await home.run(['get', id]);
    const absent = await home.run(['get', 'confluence:acme/page/999999']);
    assert.notEqual(read.code, 0);
    assert.equal(read.stderr, absent.stderr);
    const { records } = (await home.json('audit', 'search', '--document', id)) as unknown as {
      records: { withheld?: { id: string; reason: string }[] }[];
    };
    const reasons = records.flatMap(({ withheld = [] }) => withheld.map(({ reason }) => reason));
    assert.ok(reasons.includes('source-refused'), reasons.join());
  });

  it('[access.late-time] withholds what is not confirmed in time, and says so', async () => {
    await configure('lateCheck: { when: always, budgetMs: 50 }\n');
    simulator.setPace({ latencyMs: 1_500 });
    const page = await search();
    assert.deepEqual(titles(page), []);
    assert.equal(page.coverage.complete, false);
    assert.deepEqual(
      page.coverage.sources.map(({ state }) => state),
      ['timed-out'],
    );
    const read = await home.run(['get', id]);
    assert.match(read.stderr, /did not answer within 50 ms/u);
    assert.doesNotMatch(read.stdout, /twelve/u);
  });

  it('[access.late-cannot] shows nothing of a source that must be asked and tells nobody of others', async () => {
    world.mayAskAboutOthers = false;
    await configure('lateCheck: { when: always, budgetMs: 60000 }\n');
    const page = await search();
    assert.deepEqual(titles(page), []);
    assert.match(page.coverage.sources[0]?.reason ?? '', /does not tell our account/u);
  });

  it('[access.explain] says what the source says now', async () => {
    await configure('lateCheck: { budgetMs: 60000 }\n');
    restrict();
    const told = await home.json('access', 'explain', 'ada', id);
    assert.equal(told['mayRead'], true);
    assert.equal((told['source'] as unknown as { says: string }).says, 'refused');
    const printed = await home.run(['access', 'explain', 'ada', id]);
    assert.match(printed.stdout, /source says +confluence:acme, asked now: MAY NOT read/u);
  });
});
