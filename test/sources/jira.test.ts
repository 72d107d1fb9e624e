import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import { createLogger } from '@fumikura/logging';
import type { Principal, SourceDocument } from '@fumikura/model';
import type { SyncBatch } from '@fumikura/ports';
import { seeded } from '../simulators/graph/random-world.ts';
import type { SimulatedRequest } from '../simulators/kit/simulator.ts';
import { randomWorld } from '../simulators/jira/random-world.ts';
import {
  addAttachment,
  addComment,
  addGroup,
  addIssue,
  addLevel,
  addProject,
  addScheme,
  addUser,
  addWorklog,
  change,
  emptyWorld,
  later,
  moveIssue,
  touch,
} from '../simulators/jira/world.ts';
import type { JiraWorld, SimulatedIssue, SimulatedProject } from '../simulators/jira/world.ts';
import { openSyncedWorld } from './leaks.ts';
import type { SyncedWorld } from './leaks.ts';
import { jiraConnector, serveJira } from './jira-world.ts';
import type { JiraOptions } from '../simulators/jira/server.ts';
import type { SourceWorld } from './source-world.ts';

const signal = new AbortController().signal;
const ID = 'jira:acme';

async function collect<T>(all: AsyncIterable<T> | undefined): Promise<T[]> {
  const found: T[] = [];
  for await (const each of all ?? []) found.push(each);
  return found;
}

function documents(batches: readonly SyncBatch[]): SourceDocument[] {
  return batches.flatMap(({ changes }) =>
    changes.flatMap((each) => (each.kind === 'upsert' ? [each.document] : [])),
  );
}

async function textOf({ body }: SourceDocument): Promise<string> {
  if (body.type === 'blocks') return JSON.stringify(body.blocks);
  return new TextDecoder().decode(await body.read(signal));
}

/** Two people, a group of one of them, a project for that group. */
function company(deployment: JiraWorld['deployment'] = 'cloud') {
  const world = emptyWorld(deployment);
  const [ada, bob] = ['ada', 'bob'].map((id) => addUser(world, { id }).id) as [string, string];
  const staff = addGroup(world, 'Staff', [ada]);
  world.roles.set('10002', 'Developers');
  const ours = { type: 'user', of: world.ourAccount } as const;
  const scheme = addScheme(world, [{ type: 'group', of: staff.id }, ours]);
  const project = addProject(world, { key: 'PAY', lead: ada, scheme: scheme.id });
  project.roles.set('10002', { users: new Set([bob, world.ourAccount]), groups: new Set() });
  return { world, ada, bob, staff, ours, scheme, project };
}

describe('Jira through the engine', () => {
  let source: SourceWorld;
  let synced: SyncedWorld;
  const open = async (world: JiraWorld, options: JiraOptions = {}) => {
    source = await serveJira(world, options);
    synced = await openSyncedWorld(source);
  };
  afterEach(async () => {
    await synced.close();
    await source.close();
  });

  const compare = async (moment: string) => {
    const { leaks, unexplained, missing, open: opened } = await synced.compare();
    assert.deepEqual({ leaks, unexplained, missing }, { leaks: [], unexplained: [], missing: [] }, moment);
    return opened;
  };
  const indexed = async () =>
    (await synced.store.catalog.listIds(ID, undefined, 10_000)).map((id) => id.slice(ID.length + 1));
  const told = async () => documents(await collect(source.connector().pull(undefined, signal)));
  const asked = (part: string) => source.simulator.requests.filter(({ path }) => path.includes(part)).length;

  for (const [deployment, seed] of [
    ['cloud', 2],
    ['cloud', 5],
    ['dataCenter', 3],
    ['dataCenter', 4],
  ] as const)
    it(`reads ${deployment} site ${seed}, follows edits and lets nobody see more than the source`, async () => {
      await open(randomWorld(seed, 24, deployment), { firstPage: 2 });
      const random = seeded(seed + 100);
      await synced.sync();
      assert.ok((await compare('after the first sync')) > 0, 'somebody reads something');
      for (let round = 0; round < 3; round++) {
        const edits = Array.from({ length: 6 }, () => source.edit(random));
        await synced.sync();
        await compare(`after ${edits.join('; ')}`);
      }
      assert.deepEqual(source.simulator.violations, []);
    });

  it('lets a revocation through by the permission and directory passes alone', async () => {
    await open(randomWorld(5, 24, 'cloud'));
    await synced.sync();
    const random = seeded(9);
    for (let round = 0; round < 20; round++) source.edit(random);
    await synced.sync({ passes: ['access', 'directory'] });
    assert.deepEqual((await synced.compare()).leaks, []);
  });

  it('takes a group out of a project of many issues by one list, and touches no document', async () => {
    const { world, scheme, ours, project } = company();
    for (let n = 0; n < 250; n++) addIssue(world, project, { summary: `issue ${n}` });
    await open(world);
    await synced.sync();
    assert.ok((await compare('before')) >= 250);
    scheme.browse = [ours];
    const run = await synced.sync({ passes: ['access'] });
    assert.deepEqual(
      [run.counters['aclChanged'], run.counters['written'], run.counters['removed']],
      [0, 0, 0],
    );
    const { leaks, open: opened } = await synced.compare();
    assert.deepEqual([leaks, opened], [[], 250], 'our own account is left');
    assert.equal(
      asked('bulkfetch'),
      6,
      'no issue is fetched again: three pages of issues and of their history',
    );
  });

  it('takes people out of levels and roles by the permission pass, though our account is out, too', async () => {
    const { world, project, ada, ours } = company();
    const level = addLevel(world, 'Few', [{ type: 'user', of: ada }, ours]);
    const issue = addIssue(world, project, { summary: 'secret', level: level.id });
    addComment(world, issue, { author: ada, text: 'few', visibility: { type: 'role', of: '10002' } });
    await open(world);
    await synced.sync();
    level.holders = [];
    project.roles.get('10002')?.users.clear();
    await synced.sync({ passes: ['access'] });
    const ids = [`project/${project.id}/level/${level.id}`, `project/${project.id}/role/10002`];
    const lists = await synced.store.catalog.lists(ids.map((id) => `${ID}/${id}`));
    assert.deepEqual(
      lists.map(({ members }) => members),
      [[], []],
    );
  });

  it('reads who reported and who was added by each issue for itself', async () => {
    const { world, scheme, ours, ada, bob, project } = company();
    scheme.browse = [ours, { type: 'reporter' }];
    const hers = addIssue(world, project, { summary: 'hers', reporter: ada });
    addIssue(world, project, { summary: 'his', reporter: bob });
    addIssue(world, project, { summary: 'nobody', reporter: undefined });
    await open(world);
    await synced.sync();
    assert.equal(await compare('first'), 5, 'one each, and three by our account');
    hers.reporter = bob;
    touch(world, hers);
    await synced.sync();
    await compare('after another reporter');
  });

  it('tells the key of a linked issue and of a parent, never what it is about', async () => {
    const { world, project, ours, ada } = company();
    const secret = addProject(world, { key: 'SEC', lead: ada, scheme: addScheme(world, [ours]).id });
    const hidden = addIssue(world, secret, { summary: 'Takeover of Initech' });
    const child = addIssue(world, project, { summary: 'open child', parent: hidden.id });
    child.blocks.add(hidden.id);
    await open(world);
    const found = (await told()).find(({ externalId }) => externalId === `issue/${child.id}`);
    assert.ok(found);
    const everything = `${await textOf(found)} ${JSON.stringify(found)}`;
    assert.ok(everything.includes(`blocks ${hidden.key}`) && !everything.includes('Initech'));
    assert.equal(found.parent, `${ID}/issue/${hidden.id}`);
  });

  for (const deployment of ['cloud', 'dataCenter'] as const)
    it(`keeps restricted comments of ${deployment} apart, with their own readers`, async () => {
      const { world, project, ada, bob, staff } = company(deployment);
      const desk = addProject(world, {
        key: 'HELP',
        lead: ada,
        kind: 'service_desk',
        scheme: project.scheme,
      });
      desk.roles.set('10002', { users: new Set([world.ourAccount]), groups: new Set() });
      staff.members.add(bob);
      const issue = addIssue(world, project, { summary: 'with comments', description: 'text' });
      for (let n = 0; n < 12; n++) addComment(world, issue, { author: ada, text: `plain ${n} words` });
      const role = { type: 'role', of: '10002' } as const;
      const comment = addComment(world, issue, { author: ada, text: 'for developers', visibility: role });
      const worklog = addWorklog(world, issue, {
        author: ada,
        text: 'for the group',
        visibility: { type: 'group', of: staff.id },
      });
      const ticket = addIssue(world, desk, { summary: 'ticket' });
      const internal = addComment(world, ticket, { author: ada, text: 'among ourselves', isInternal: true });
      staff.members.add(world.ourAccount);
      await open(world, { firstPage: 3 });
      const found = await told();
      const main = await textOf(
        found.find(({ externalId }) => externalId === `issue/${issue.id}`) as SourceDocument,
      );
      assert.ok(
        Array.from({ length: 12 }, (_, n) => `plain ${n} words`).every((words) => main.includes(words)),
      );
      assert.ok(!main.includes('for developers') && !main.includes('for the group'));
      await synced.sync();
      await compare('afterwards');
      const mayRead = (person: string, part: string) =>
        source.mayRead(`user:${ID}:${person}` as Principal, `${ID}/${part}`);
      assert.deepEqual(
        [ada, bob].map((person) => mayRead(person, `issue/${issue.id}/comment/${comment.id}`)),
        [false, true],
      );
      const parts = [
        `issue/${issue.id}/comment/${comment.id}`,
        `issue/${issue.id}/worklog/${worklog.id}`,
        `issue/${ticket.id}/comment/${internal.id}`,
      ];
      assert.ok((await indexed()).join().includes(parts[0] ?? '-'));
      assert.deepEqual((await indexed()).filter((id) => parts.includes(id)).sort(), parts.sort());
      assert.deepEqual(source.simulator.violations, []);
    });

  it('leaves restricted comments out with a count when told to', async () => {
    const { world, project, ada } = company();
    const issue = addIssue(world, project, { summary: 'a' });
    addComment(world, issue, { author: ada, text: 'few', visibility: { type: 'role', of: '10002' } });
    await open(world);
    const lines: string[] = [];
    const connector = jiraConnector(source.simulator.url, 'cloud', {
      config: { restrictedComments: false },
      deps: { logger: createLogger('warn', (line) => lines.push(line)) },
    });
    const found = documents(await collect(connector.pull(undefined, signal)));
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['issue'],
    );
    assert.ok(!(await textOf(found[0] as SourceDocument)).includes('few'));
    assert.match(lines.join(), /jira\.items\.left-out.*restricted comment.*"count":1/u);
  });

  it('drops a comment, a worklog and a file that are deleted while their issue stays', async () => {
    const { world, project, ada } = company();
    const issue = addIssue(world, project, { summary: 'a' });
    const few = { type: 'role', of: '10002' } as const;
    addComment(world, issue, { author: ada, text: 'few', visibility: few });
    addWorklog(world, issue, { author: ada, text: 'few', visibility: few });
    addAttachment(world, issue, { name: 'a.txt', content: 'words' });
    await open(world);
    await synced.sync();
    assert.equal((await indexed()).length, 4);
    for (const parts of [issue.comments, issue.worklogs, issue.attachments]) parts.splice(0);
    touch(world, issue);
    await synced.sync();
    assert.deepEqual(await indexed(), [`issue/${issue.id}`]);
  });

  it('follows a moved issue by its id, and closes what is for roles of the project it left', async () => {
    const { world, project, ada, ours } = company();
    const there = addProject(world, {
      key: 'OPS',
      lead: ada,
      scheme: addScheme(world, [{ type: 'applicationRole' }, ours]).id,
    });
    there.roles.set('10002', { users: new Set([world.ourAccount]), groups: new Set() });
    const issue = addIssue(world, project, { summary: 'moving' });
    addComment(world, issue, { author: ada, text: 'few', visibility: { type: 'role', of: '10002' } });
    await open(world);
    await synced.sync();
    moveIssue(world, issue, there);
    await synced.sync({ passes: ['access'] });
    assert.deepEqual((await synced.compare()).leaks, []);
    await synced.sync();
    await compare('after the content');
    const found = (await told()).find(({ kind }) => kind === 'issue');
    assert.ok(found?.title.startsWith(issue.key) && found.url.endsWith(`/browse/${issue.key}`));
  });

  it('removes what is deleted or archived, and takes it back when it returns without a change', async () => {
    const { world, project } = company();
    const other = addProject(world, { key: 'OLD', lead: project.lead, scheme: project.scheme });
    const [kept, archived] = [
      addIssue(world, project, { summary: 'kept' }),
      addIssue(world, other, { summary: 'old' }),
    ];
    await open(world);
    await synced.sync();
    other.isArchived = true;
    await synced.sync();
    assert.deepEqual(await indexed(), [`issue/${kept.id}`]);
    other.isArchived = false;
    later(world, 86_400_000);
    await synced.sync();
    assert.deepEqual(await indexed(), [`issue/${kept.id}`, `issue/${archived.id}`].sort());
  });

  it('finds what the search learns of late', async () => {
    const { world, project } = company();
    const late = addIssue(world, project, { summary: 'late' });
    world.lagging.set(late.id, undefined);
    addIssue(world, project, { summary: 'in time' });
    await open(world);
    await synced.sync({ passes: ['content'] });
    assert.equal((await indexed()).length, 1);
    world.lagging.clear();
    source.simulator.forgetRequests();
    await synced.sync({ passes: ['content'] });
    assert.equal((await indexed()).length, 2);
    assert.ok(asked('bulkfetch') > 0);
  });

  it('misses nothing when issues change while they are paged', async () => {
    for (const deployment of ['cloud', 'dataCenter'] as const) {
      const { world, project } = company(deployment);
      const issues = Array.from({ length: 350 }, (_, n) =>
        addIssue(world, project, { summary: `issue ${n}` }),
      );
      const server = await serveJira(world);
      const ids = new Set<string>();
      let checkpoint: unknown;
      for await (const batch of server.connector().pull(undefined, signal)) {
        for (const { id } of documents([batch])) ids.add(id);
        checkpoint = batch.checkpoint;
        // Everything behind these moves up by as many places.
        for (const issue of issues.slice(ids.size - 60, ids.size - 20)) touch(world, issue);
      }
      for (const { id } of documents(await collect(server.connector().pull(checkpoint as never, signal))))
        ids.add(id);
      assert.equal(ids.size, issues.length, deployment);
      assert.deepEqual(server.simulator.violations, []);
      await server.close();
    }
    await open(company().world);
  });

  it('pages Data Center beyond the window of results', async () => {
    const { world, project } = company('dataCenter');
    for (let n = 0; n < 1_300; n++) addIssue(world, project, { summary: `issue ${n}` });
    await open(world, { window: 1_000 });
    await synced.sync();
    assert.equal((await indexed()).length, 1_300);
  });

  it('gives the same ids from every checkpoint', async () => {
    for (const deployment of ['cloud', 'dataCenter'] as const) {
      const server = await serveJira(randomWorld(8, 500, deployment));
      const batches = await collect(server.connector().pull(undefined, signal));
      const ids = (all: typeof batches) => documents(all).map(({ id }) => id);
      const whole = new Set(ids(batches));
      assert.ok(batches.length > 3, `${batches.length} batches`);
      for (const [at, { checkpoint }] of batches.entries()) {
        const rest = await collect(server.connector().pull(structuredClone(checkpoint), signal));
        const both = new Set([...ids(batches.slice(0, at + 1)), ...ids(rest)]);
        assert.deepEqual([...both].sort(), [...whole].sort());
      }
      await server.close();
    }
    await open(company().world);
  });

  it('asks little: few requests for many issues, and nearly none when nothing changed', async () => {
    const { world, project, ada } = company();
    for (let n = 0; n < 1_000; n++) addIssue(world, project, { summary: `issue ${n}`, reporter: ada });
    await open(world);
    await synced.sync({ passes: ['content'] });
    assert.ok(
      source.simulator.requests.length <= 0.05 * 1_000,
      `${source.simulator.requests.length} requests`,
    );
    source.simulator.forgetRequests();
    await synced.sync({ passes: ['content'] });
    assert.ok(source.simulator.requests.length <= 20, `${source.simulator.requests.length} requests`);
    assert.equal(asked('bulkfetch'), 0);
  });

  it('begins a walk again when its token is refused, and ends when its account is', async () => {
    const { world, project } = company();
    for (let n = 0; n < 30; n++) addIssue(world, project, { summary: `issue ${n}` });
    await open(world, { idsAPage: 10 });
    const isLater = ({ url, body }: SimulatedRequest) =>
      url.pathname.endsWith('/search/jql') && 'nextPageToken' in (body as object);
    source.simulator.respondNext({ status: 400, body: { errorMessages: ['token expired'] } }, isLater);
    await synced.sync({ passes: ['content'] });
    assert.equal((await indexed()).length, 30);
    for (const issue of world.issues.values()) touch(world, issue);
    source.simulator.respondNext({ status: 401, body: {} }, ({ url }) =>
      url.pathname.endsWith('/issue/bulkfetch'),
    );
    await assert.rejects(synced.sync(), { kind: 'auth' });
    assert.equal((await indexed()).length, 30, 'nothing is removed by that');
    await synced.sync();
    await compare('when it may again');
  });

  it('closes a project whose scheme it may not read any more, in the middle of a run', async () => {
    const { world, project } = company();
    for (let n = 0; n < 250; n++) addIssue(world, project, { summary: `issue ${n}` });
    await open(world);
    let batches = 0;
    await synced.sync({
      onProgress: ({ phase }) => {
        if (phase === 'reading' && batches++ === 0) project.isOpenToUs = false;
      },
    });
    const { leaks, unexplained, open: opened } = await synced.compare();
    assert.deepEqual([leaks, unexplained, opened], [[], [], 0]);
  });

  it('opens restricted comments again when the scheme of their project can be read again', async () => {
    const { world, project, ada } = company();
    const issue = addIssue(world, project, { summary: 'a' });
    addComment(world, issue, { author: ada, text: 'few', visibility: { type: 'role', of: '10002' } });
    project.isOpenToUs = false;
    await open(world);
    await synced.sync();
    await synced.sync();
    assert.equal(await compare('closed'), 0);
    project.isOpenToUs = true;
    await synced.sync();
    assert.ok((await compare('open again')) > 0);
    source.simulator.forgetRequests();
    await synced.sync({ passes: ['content'] });
    assert.equal(asked('bulkfetch'), 0, 'once is enough');
  });

  it('takes a listing that ends long before its count for cut, and removes nothing', async () => {
    const { world, project } = company();
    for (let n = 0; n < 60; n++) addIssue(world, project, { summary: `issue ${n}` });
    await open(world, { idsAPage: 20 });
    await synced.sync();
    const isLater = ({ url, body }: SimulatedRequest) =>
      url.pathname.endsWith('/search/jql') && 'nextPageToken' in (body as object);
    source.simulator.respondNext({ status: 200, body: { issues: [], isLast: true } }, isLater);
    await assert.rejects(synced.sync(), { code: 'CENSUS_FAILED' });
    assert.equal((await indexed()).length, 60);
  });

  it('waits until a spent quota fills again', async () => {
    const { world, project } = company();
    addIssue(world, project, { summary: 'a' });
    await open(world);
    const waits: number[] = [];
    let now = Date.parse('2026-06-05T05:59:30Z');
    const sleep = async (ms: number) => {
      now += ms;
      waits.push(ms);
    };
    const clock = { now: () => now, sleep };
    const headers = {
      'ratelimit-reason': 'jira-cost-based',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '2026-06-05T06:00Z',
    };
    source.simulator.respondNext({ status: 429, headers }, ({ url }) => url.pathname.endsWith('/myself'));
    await jiraConnector(source.simulator.url, 'cloud', { deps: { clock } }).check(signal);
    assert.ok(
      waits.some((ms) => ms === 30_000),
      waits.join(),
    );
  });

  it('reads a file without its credentials at another host, and not at all when it is too large', async () => {
    const { world, project } = company();
    const issue = addIssue(world, project, { summary: 'a' });
    addAttachment(world, issue, { name: 'small.txt', content: 'inside the file' });
    addAttachment(world, issue, { name: 'large.txt', content: 'x'.repeat(2_000) });
    addAttachment(world, issue, { name: 'film.mp4', content: 'film' });
    await open(world);
    const connector = jiraConnector(source.simulator.url, 'cloud', { config: { maxFileBytes: 1_000 } });
    const files = documents(await collect(connector.pull(undefined, signal))).filter(
      ({ kind }) => kind === 'attachment',
    );
    const texts = await Promise.all(files.map(textOf));
    assert.match(texts[0] ?? '', /inside the file/u);
    assert.match(texts[1] ?? '', /2000 bytes; at most 1000/u);
    assert.match(texts[2] ?? '', /\(mp4\) is not read/u);
  });

  it('says what it may not do and what stays closed by it', async () => {
    const { world, project } = company();
    addIssue(world, project, { summary: 'a' });
    world.ourRights.clear();
    project.isOpenToUs = false;
    await open(world);
    const { account, missing, counts } = await source.connector().check(signal);
    assert.equal(account, 'Fumikura');
    assert.deepEqual(
      missing.map(({ right }) => right),
      ['Browse users and groups', 'Administer projects', 'Administer Jira'],
    );
    assert.match(missing[1]?.consequence ?? '', /PAY/u);
    assert.deepEqual(counts, { projects: 1, issues: 1 });
    for (const [status, kind] of [
      [401, 'auth'],
      [403, 'permission'],
    ] as const) {
      source.simulator.respondNext({ status, body: {} }, ({ url }) => url.pathname.endsWith('/myself'));
      await assert.rejects(source.connector().check(signal), { kind });
    }
  });

  it('reads members of levels of Data Center from the configuration, and closes them without', async () => {
    const { world, project, ada, ours } = company('dataCenter');
    const level = addLevel(world, 'Few', [{ type: 'user', of: ada }, ours]);
    addIssue(world, project, { summary: 'secret', level: level.id });
    await open(world);
    const members = async (config: object) => {
      const connector = jiraConnector(source.simulator.url, 'dataCenter', { config });
      const lists = (await collect(connector.pull(undefined, signal))).flatMap(({ changes }) =>
        changes.flatMap((each) => (each.kind === 'list' ? [each.list] : [])),
      );
      return lists.find(({ id }) => id.includes('/level/'))?.members;
    };
    assert.deepEqual(await members({}), []);
    const stated = {
      securityLevels: [{ level: level.id, members: ['user:ada', 'group:Staff', 'role:10002'] }],
    };
    assert.deepEqual(await members(stated), [
      `group:${ID}:staff`,
      `user:${ID}:712020:fumikura`,
      `user:${ID}:ada`,
      `user:${ID}:bob`,
    ]);
  });

  it('tells who had an issue and when, and finds custom fields by their names', async () => {
    const { world, project, ada, bob } = company();
    const issue = addIssue(world, project, { summary: 'a', description: 'first\n\nsecond' });
    change(world, issue, ada, 'status', 'Done');
    change(world, issue, ada, 'assignee', bob);
    world.fields.set('customfield_1', { id: 'customfield_1', name: 'Severity', kind: 'option' });
    world.fields.set('customfield_2', { id: 'customfield_2', name: 'Release notes', kind: 'rich' });
    issue.custom.set('customfield_1', 'high').set('customfield_2', 'notes of the release');
    await open(world);
    const text = await textOf((await told())[0] as SourceDocument);
    for (const words of [
      'status: To Do → Done',
      'assignee: nobody → bob',
      'Severity',
      'high',
      'Release notes',
      'notes of the release',
      'second',
    ])
      assert.ok(text.includes(words), words);
  });
});

describe('deliveries of Jira', () => {
  const connector = jiraConnector('http://127.0.0.1:9');
  const deliver = (event: unknown, secret = 'hook-s3cret', headers = {}) => {
    const body = new TextEncoder().encode(typeof event === 'string' ? event : JSON.stringify(event));
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    return connector.webhook?.({ headers: { 'x-hub-signature': signature, ...headers }, query: {}, body });
  };
  const issue = { id: '10001', key: 'PAY-1' };

  it('name the issue to read again, and themselves', async () => {
    const news = await deliver({ webhookEvent: 'jira:issue_updated', issue }, undefined, {
      'x-atlassian-webhook-identifier': 'd-1',
    });
    assert.deepEqual(news, { deliveryId: 'd-1', items: [`${ID}/issue/10001`], due: [] });
    const worklog = await deliver({
      webhookEvent: 'worklog_deleted',
      worklog: { id: '5', issueId: '10002' },
    });
    assert.deepEqual(worklog?.items, [`${ID}/issue/10002`]);
    const link = await deliver({
      webhookEvent: 'issuelink_created',
      issueLink: { sourceIssueId: 10_003, destinationIssueId: 10_004 },
    });
    assert.deepEqual(link?.items, [`${ID}/issue/10003`, `${ID}/issue/10004`]);
  });

  it('make passes due when they are of more than an issue', async () => {
    assert.deepEqual((await deliver({ webhookEvent: 'project_updated' }))?.due, [
      'content',
      'access',
      'census',
    ]);
    assert.deepEqual((await deliver({ webhookEvent: 'user_deleted' }))?.due, ['directory']);
    assert.deepEqual((await deliver({ webhookEvent: 'unheard_of', issue: { id: '../1' } }))?.due, [
      'content',
    ]);
  });

  it('are refused when they are forged or not what they should be', async () => {
    const refused = { code: 'WEBHOOK_REFUSED' };
    const event = { webhookEvent: 'jira:issue_updated', issue };
    await assert.rejects(async () => deliver(event, 'other'), refused);
    await assert.rejects(async () => deliver(event, undefined, { 'x-hub-signature': undefined }), refused);
    await assert.rejects(async () => deliver(event, undefined, { 'x-hub-signature': 'sha256=' }), refused);
    await assert.rejects(async () => deliver('{'), refused);
    await assert.rejects(async () => deliver([event]), refused);
  });

  it('lead to the issue as it is now, and to its removal when it is gone', async () => {
    const { world, project } = company();
    const here: SimulatedIssue = addIssue(world, project as SimulatedProject, { summary: 'here' });
    const source = await serveJira(world);
    // The search does not know it yet.
    world.lagging.set(here.id, undefined);
    const ids = [`${ID}/issue/${here.id}/comment/9`, `${ID}/issue/${here.id}`, `${ID}/issue/999`];
    const changes = (await collect(source.connector().refresh?.(ids, signal))).flat();
    assert.deepEqual(changes.map(({ kind }) => kind).sort(), ['list', 'remove', 'upsert']);
    await assert.rejects(collect(source.connector().refresh?.(['jira:other/issue/1'], signal)), {
      code: 'INVALID_ARGUMENT',
    });
    assert.deepEqual(source.simulator.violations, []);
    await source.close();
  });
});
