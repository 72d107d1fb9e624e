import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startConfluenceSimulator } from '../simulators/confluence/server.ts';
import type { ConfluenceSimulator } from '../simulators/confluence/server.ts';
import {
  addAttachment,
  addContent,
  addGroup,
  addSpace,
  addUser,
  emptyWorld,
} from '../simulators/confluence/making.ts';
import type { ConfluenceWorld } from '../simulators/confluence/world.ts';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';
import { titlesOf, writeAs } from './people.ts';

/** Two people; what lies below the page of finance is for finance alone, where Ada is. */
function company(): ConfluenceWorld {
  const world = emptyWorld();
  addUser(world, { id: 'ada', name: 'Ada' });
  addUser(world, { id: 'bob', name: 'Bob' });
  addGroup(world, { id: 'finance', members: ['ada', 'sync'] });
  const space = addSpace(world, { key: 'HB', name: 'Handbook' }).id;
  addContent(world, {
    space,
    title: 'Travel',
    text: 'Book trains before flights.\nThe bonus for trains is ten points.',
  });
  const top = addContent(world, { space, title: 'Finance', text: 'What finance knows.' });
  top.restriction = { users: new Set(), groups: new Set(['finance']) };
  const folder = addContent(world, { space, title: 'Pay', kind: 'folder', parent: top.id });
  const page = addContent(world, {
    space,
    title: 'Salaries',
    parent: folder.id,
    text: 'The bonus of level four is twelve percent.',
  });
  addAttachment(world, { container: page.id, title: 'bonus.csv', text: 'level,bonus\n4,12\n' });
  return world;
}

describe('fumi with Confluence', () => {
  const world = company();
  let simulator: ConfluenceSimulator;
  let home: Home;
  before(async () => {
    simulator = await startConfluenceSimulator(world);
    home = await createHome();
    await home.write('token.txt', 'simulated\n');
  });
  after(async () => {
    await home.remove();
    await simulator.close();
  });

  /** Whoever runs the command is this person. */
  const iAm = (person: 'ada' | 'bob') =>
    writeAs(
      home,
      person,
      { ada: "accounts: ['user:confluence:acme:ada']", bob: "accounts: ['user:confluence:acme:bob']" },
      `sources:
  - id: confluence:acme
    url: ${simulator.url}
    credential: { email: sync@acme.example, token: { file: ./token.txt } }
`,
    );
  const finds = () => titlesOf(home, 'bonus');

  it('[access.groups] shows each person what their groups open, through every layer above', async () => {
    await iAm('ada');
    const synced = await home.run(['sync']);
    assert.equal(synced.code, 0, synced.stderr);
    assert.deepEqual(await finds(), ['Salaries', 'Travel', 'bonus.csv']);
    await iAm('bob');
    assert.deepEqual(await finds(), ['Travel']);
    assert.deepEqual(simulator.violations, []);
  });

  it('[access.groups] takes a membership away without reading any page', async () => {
    await iAm('ada');
    world.groups.get('finance')?.members.delete('ada');
    simulator.forgetRequests();
    const synced = await home.run(['sync', 'confluence:acme', '--directory']);
    assert.equal(synced.code, 0, synced.stderr);
    assert.deepEqual(await finds(), ['Travel']);
    assert.ok(simulator.requests.every(({ path }) => !/\/pages|\/restriction|\/content/u.test(path)));
  });

  it('[search.live-readers] finds live what was written since the sync, for those alone who may read it', async () => {
    const [page] = [...world.content.values()].filter(({ title }) => title === 'Finance');
    const space = page?.space ?? '';
    const later = addContent(world, { space, title: 'Bonus of July', text: 'A bonus of two days.' });
    const closed = addContent(world, { space, title: 'Bonus of August', text: 'A bonus of three days.' });
    closed.restriction = { users: new Set(['ada', 'sync']), groups: new Set() };
    const live = async () => {
      const found = await home.json('search', 'bonus', '--live');
      const hits = found['hits'] as { title: string; live?: boolean; url: string }[];
      return {
        found,
        fresh: hits
          .filter((hit) => hit.live)
          .map(({ title }) => title)
          .sort(),
      };
    };
    await iAm('bob');
    const { found, fresh } = await live();
    assert.deepEqual(fresh, [later.title]);
    assert.equal((found['coverage'] as { complete: boolean }).complete, true);
    await iAm('ada');
    assert.deepEqual((await live()).fresh, [closed.title, later.title]);
    const shown = await home.run(['search', 'bonus', '--live']);
    assert.match(shown.stdout, /Bonus of July.*read just now/);
    assert.doesNotMatch((await home.run(['search', 'bonus'])).stdout, /July|August/);
    assert.deepEqual(simulator.violations, []);
  });

  it('[search.live-deadline] says in one line which source could not be asked', async () => {
    simulator.disturb((request, answer) =>
      request.url.pathname.includes('search') ? { status: 403, body: { message: 'no' } } : answer,
    );
    try {
      const shown = await home.run(['search', 'bonus', '--live']);
      assert.equal(shown.code, 0, shown.stderr);
      assert.equal(shown.stderr, '');
      assert.equal(shown.stdout.match(/Incomplete: confluence:acme \(/gu)?.length, 1, shown.stdout);
      const verbose = await home.run(['search', 'bonus', '--live', '--verbose']);
      assert.match(verbose.stderr, /search\.live\.failed/u);
    } finally {
      simulator.disturb(undefined);
    }
  });

  it('says in the check-up as whom it reads, and what that does not open', async () => {
    const { stdout } = await home.run(['doctor']);
    assert.match(stdout, /source confluence:acme: can be read.*Sync.*1 spaces?.*emailsAreVerified/s);
  });
});
