import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import type { ConfluenceConfigInput } from '@fumikura/connector-confluence';
import type { Principal } from '@fumikura/model';
import type { ConfluenceOptions } from '../simulators/confluence/server.ts';
import { ACCOUNT_EMAIL } from '../simulators/confluence/server.ts';
import {
  addAttachment,
  addComment,
  addContent,
  addGroup,
  addSpace,
  addUser,
  emptyWorld,
  removeContent,
  toGroup,
  toUser,
  touch,
} from '../simulators/confluence/making.ts';
import type { ConfluenceWorld } from '../simulators/confluence/world.ts';
import { randomWorld } from '../simulators/confluence/random-world.ts';
import { seeded } from '../simulators/graph/random-world.ts';
import { testAccess } from '@fumikura/testkit';
import { ID, makeConfluenceWorld, serveWorld } from './confluence-world.ts';
import type { ServedWorld } from './confluence-world.ts';
import { agrees, followsEdits, revokesWithoutContent } from './follows-edits.ts';
import { openSyncedWorld } from './leaks.ts';
import type { SyncedWorld } from './leaks.ts';

const signal = new AbortController().signal;
const encoder = new TextEncoder();
const person = (id: string): Principal => `user:${ID}:${id}`;

async function collect<T>(all: AsyncIterable<T> | undefined): Promise<T[]> {
  const found: T[] = [];
  for await (const each of all ?? []) found.push(each);
  return found;
}

/** A space of everybody, Ada and Bob in it. */
function company(deployment: ConfluenceWorld['deployment'] = 'cloud', parts: Partial<ConfluenceWorld> = {}) {
  const world = emptyWorld(deployment, parts);
  for (const id of ['ada', 'bob']) addUser(world, { id, name: id });
  return { world, space: addSpace(world, { key: 'ENG', name: 'Engineering' }) };
}

describe('Confluence through the engine', () => {
  let served: ServedWorld;
  let synced: SyncedWorld;
  const open = async (made: Promise<ServedWorld>) => {
    served = await made;
    synced = await openSyncedWorld(served);
  };
  const serve = (
    world: ConfluenceWorld,
    options?: ConfluenceOptions,
    config?: Partial<ConfluenceConfigInput>,
  ) => open(serveWorld(world, options, config));
  afterEach(async () => {
    assert.deepEqual(served.simulator.violations, []);
    await synced.close();
    await served.close();
  });

  const compare = (moment: string) => agrees(synced, moment);
  const aclOf = async (item: string) =>
    (await synced.store.catalog.known([`${ID}/${item}`])).get(`${ID}/${item}`)?.acl.allow.toSorted();
  /** As our own account sees them. */
  const sees = async () => {
    const own: Principal[] = [person('sync'), `group:${ID}:users`];
    const { aclIds } = await synced.store.catalog.readableAcls(own);
    return testAccess([...aclIds], own);
  };
  const recordOf = async (item: string) =>
    (await synced.store.catalog.readable([`${ID}/${item}`], await sees()))[0];
  const membersOf = async (list: string) => (await synced.store.catalog.lists([`${ID}/${list}`]))[0]?.members;

  for (const seed of [1, 2, 3, 7])
    it(`reads site ${seed}, follows edits and lets nobody see more than the source`, async () => {
      await open(makeConfluenceWorld(seed, 24) as Promise<ServedWorld>);
      await followsEdits(served, synced, { seed, edits: 5 });
    });

  for (const deployment of ['cloud', 'data-center'] as const)
    it(`follows the edits of a large ${deployment} site without looking at everything`, async () => {
      await serve(randomWorld(11, 420, deployment));
      const random = seeded(5);
      await synced.sync();
      await compare('after the first sync');
      for (let round = 0; round < 2; round++) {
        const edits = Array.from({ length: 12 }, () => served.edit(random));
        await synced.sync();
        // What our account sees for the first time without an edit waits for the next look at everything.
        const { leaks, unexplained } = await synced.compare();
        assert.deepEqual({ leaks, unexplained }, { leaks: [], unexplained: [] }, edits.join('; '));
      }
      await synced.sync({ full: true });
      await compare('after a full run');
    });

  it('lets a revocation through by the permission and directory passes alone', async () => {
    await open(makeConfluenceWorld(4, 24) as Promise<ServedWorld>);
    await revokesWithoutContent(served, synced, 16);
  });

  it('keeps a list for each layer: space, ancestor, folder, page', async () => {
    const { world, space } = company();
    const top = addContent(world, { space: space.id, title: 'Top' });
    top.restriction = { users: new Set(['sync', 'ada', 'bob']), groups: new Set() };
    const folder = addContent(world, { space: space.id, title: 'Folder', kind: 'folder', parent: top.id });
    folder.restriction = { users: new Set(['sync', 'ada']), groups: new Set() };
    const page = addContent(world, { space: space.id, title: 'Page', parent: folder.id });
    page.restriction = { users: new Set(['sync', 'bob', 'ada']), groups: new Set() };
    const remark = addComment(world, { container: page.id, text: 'A remark' });
    await serve(world);
    await synced.sync();
    const layers = [folder.id, page.id, top.id].map((id) => `${ID}/content/${id}/readers`);
    const expected = [...layers, `${ID}/space/${space.id}/readers`].sort();
    assert.deepEqual(await aclOf(`page/${page.id}`), expected);
    assert.deepEqual(await aclOf(`comment/${remark.id}`), expected);
    assert.deepEqual(await membersOf(`content/${folder.id}/readers`), [person('ada'), person('sync')]);
    await compare('Bob is in the page but not in the folder');
  });

  it('closes what lies in something that does not answer', async () => {
    const { world, space } = company();
    const folder = addContent(world, {
      space: space.id,
      title: 'Folder',
      kind: 'folder',
      isUnreachable: true,
    });
    const page = addContent(world, { space: space.id, title: 'Page', parent: folder.id });
    await serve(world);
    await synced.sync();
    assert.deepEqual(await membersOf(`content/${folder.id}/readers`), []);
    assert.equal((await synced.compare()).open, 0);
    assert.ok((await aclOf(`page/${page.id}`))?.includes(`${ID}/content/${folder.id}/readers`));
  });

  it('reads every member of a restriction that comes in parts, and takes none for all', async () => {
    const { world, space } = company();
    const many = Array.from(
      { length: 11 },
      (_, index) => addUser(world, { id: `m${index}`, name: `M ${index}` }).id,
    );
    const few = addContent(world, { space: space.id, title: 'For eleven' });
    few.restriction = { users: new Set(['sync', ...many]), groups: new Set(['deleted']) };
    addContent(world, { space: space.id, title: 'For all' });
    await serve(world);
    await synced.sync();
    assert.equal((await membersOf(`content/${few.id}/readers`))?.length, 13);
    await compare('parts');
  });

  it('believes roles alone where roles rule, and the anonymous only where the site does', async () => {
    const { world, space } = company('cloud', { mode: 'ROLES' });
    const byRole = (grant: ReturnType<typeof toUser>) => ({ ...grant, by: 'role' as const });
    const anonymous = { to: { kind: 'class', id: 'anonymous-users' }, canRead: true, by: 'role' } as const;
    space.grants = [byRole(toUser('sync')), byRole(toUser('ada')), anonymous];
    addContent(world, { space: space.id, title: 'Page' });
    await serve(world);
    await synced.sync();
    assert.deepEqual(await membersOf(`space/${space.id}/readers`), [person('ada'), person('sync')]);
    await compare('what permissions say is of the past');
    world.isAnonymousAllowed = true;
    await synced.sync({ passes: ['access'] });
    assert.deepEqual(await membersOf(`space/${space.id}/readers`), ['anyone', person('ada'), person('sync')]);
    await compare('open to all');
  });

  it('knows guests and people without the product from all licensed users', async () => {
    const { world, space } = company('cloud', { mode: 'ROLES' });
    addUser(world, { id: 'guest', name: 'Guest', isGuest: true });
    addUser(world, { id: 'customer', name: 'Customer', isLicensed: false });
    addUser(world, { id: 'left', name: 'Left', isActive: false });
    addGroup(world, { id: 'desk', members: ['customer', 'sync'] });
    const everybody = { to: { kind: 'class', id: 'all-licensed-users' }, canRead: true, by: 'role' } as const;
    space.grants = [everybody, { ...toGroup('desk'), by: 'role' }, { ...toUser('left'), by: 'role' }];
    const page = addContent(world, { space: space.id, title: 'Page' });
    // Of groups alone, our account by one of them.
    page.restriction = { users: new Set(), groups: new Set(['desk', 'users']) };
    await serve(world);
    await synced.sync();
    assert.equal(await compare('three of six'), 3);
  });

  it('takes a reader from a space with one list written and no document touched', async () => {
    const { world, space } = company();
    addGroup(world, { id: 'team', members: ['ada'] });
    space.grants = [toUser('sync'), toGroup('team'), toUser('bob')];
    for (let index = 0; index < 30; index++) addContent(world, { space: space.id, title: `Page ${index}` });
    await serve(world);
    await synced.sync();
    assert.equal((await synced.compare()).open, 90);
    space.grants = [toUser('sync'), toGroup('team')];
    const { counters } = await synced.sync({ passes: ['access'] });
    assert.deepEqual([counters['aclChanged'], counters['lists'], counters['written']], [0, 1, 0]);
    assert.equal((await synced.compare()).open, 60);
    world.groups.get('team')?.members.delete('ada');
    await synced.sync({ passes: ['directory'] });
    assert.equal((await synced.compare()).open, 30);
    await compare('nobody but our account');
  });

  it('stops at a site whose bulk answers know nothing of a restriction, and reads it singly when told to', async () => {
    const { world, space } = company();
    const page = addContent(world, { space: space.id, title: 'Page' });
    page.restriction = { users: new Set(['sync', 'ada']), groups: new Set() };
    await serve(world, { isBulkBlind: true });
    await assert.rejects(synced.sync(), { kind: 'config' });
    assert.equal((await synced.compare()).open, 0);
    await synced.close();
    await served.close();
    await serve(world, { isBulkBlind: true }, { restrictions: 'single' });
    await synced.sync();
    assert.equal(await compare('singly'), 2);
  });

  it('closes what is not told any more in the middle of a run', async () => {
    const { world, space } = company();
    const page = addContent(world, { space: space.id, title: 'Page' });
    page.restriction = { users: new Set(['sync', 'ada', 'bob', 'c', 'd']), groups: new Set() };
    addContent(world, { space: space.id, title: 'Open' });
    await serve(world);
    await synced.sync();
    for (const path of [/restriction\/byOperation/u, /spaces\/\d+\/permissions/u])
      served.simulator.respondNext({ status: 403, body: {} }, ({ url }) => path.test(url.pathname));
    await synced.sync({ passes: ['access'] });
    assert.deepEqual(await membersOf(`content/${page.id}/readers`), []);
    assert.deepEqual(await membersOf(`space/${space.id}/readers`), []);
    await synced.sync({ passes: ['access'] });
    await compare('told again');
  });

  it('ends with a named kind when its token ends in the middle, and removes nothing', async () => {
    await serve(randomWorld(11, 420, 'cloud'));
    await synced.sync();
    const before = (await synced.store.catalog.sources())[0]?.documents;
    served.simulator.respondNext({ status: 401, body: {} }, ({ url }) =>
      url.pathname.endsWith('/footer-comments'),
    );
    await assert.rejects(synced.sync({ passes: ['content'] }), { kind: 'auth' });
    assert.equal((await synced.store.catalog.sources())[0]?.documents, before);
    await synced.sync();
    await compare('with a new token');
  });

  it('goes on when the tokens of its walk have ended', async () => {
    await serve(randomWorld(11, 420, 'cloud'), { pageSize: 50 });
    const batches = await collect(served.connector().pull(undefined, signal));
    const ids = (all: typeof batches) =>
      all.flatMap(({ changes }) =>
        changes.flatMap((each) => (each.kind === 'upsert' ? [each.document.id] : [])),
      );
    const whole = [...new Set(ids(batches))].sort();
    for (const at of [0, 2, batches.length - 2]) {
      served.simulator.expireCursors();
      const rest = await collect(served.connector().pull(structuredClone(batches[at]?.checkpoint), signal));
      assert.deepEqual(
        [...new Set([...ids(batches.slice(0, at + 1)), ...ids(rest)])].sort(),
        whole,
        `from ${at}`,
      );
    }
  });

  it('tells moves, labels and renamed spaces, and nothing that did not change', async () => {
    const { world, space } = company();
    const top = addContent(world, { space: space.id, title: 'Top' });
    const page = addContent(world, { space: space.id, title: 'Page', labels: new Set(['howto']) });
    await serve(world);
    await synced.sync();
    assert.equal((await synced.sync()).counters['unchanged'], 4);
    const crumbs = async () => (await recordOf(`page/${page.id}`))?.breadcrumbs;
    assert.deepEqual(await crumbs(), ['Engineering']);
    page.parent = top.id;
    await synced.sync({ passes: ['content'] });
    assert.deepEqual(await crumbs(), ['Engineering', 'Top']);
    space.name = 'Platform';
    page.labels.add('urgent');
    await synced.sync({ passes: ['content'] });
    assert.deepEqual(await crumbs(), ['Platform', 'Top']);
    const { labels } = (await recordOf(`page/${page.id}`)) ?? {};
    assert.deepEqual(labels, ['howto', 'urgent']);
  });

  it('reads attachments by the address that the source signs, and says what it left out', async () => {
    const { world, space } = company();
    const page = addContent(world, { space: space.id, title: 'Page' });
    const [read, picture, large] = [
      addAttachment(world, { container: page.id, title: 'notes.txt', text: 'Words of the file' }),
      addAttachment(world, { container: page.id, title: 'logo.png', mediaType: 'image/png', text: 'x' }),
      addAttachment(world, { container: page.id, title: 'large.txt', bytes: new Uint8Array(2_000) }),
    ];
    await serve(world, {}, { maxFileBytes: 1_000 });
    await synced.sync();
    const textOf = async (id: string) =>
      (await synced.store.catalog.text(`${ID}/attachment/${id}`, await sees()))?.text;
    assert.match((await textOf(read.id)) ?? '', /Words of the file/u);
    assert.match((await textOf(picture.id)) ?? '', /type \(png\) is not read/u);
    assert.match((await textOf(large.id)) ?? '', /2000 bytes; at most 1000/u);
    const asked = served.simulator.requests.filter(({ path }) => path.startsWith('/media/'));
    assert.deepEqual(
      asked.map(({ path, status }) => [path, status]),
      [[`/media/${read.id}`, 200]],
    );
  });

  it('reads bodies in smaller parts when they are too large together, and fails one that is alone', async () => {
    const { world, space } = company();
    const pages = Array.from({ length: 6 }, (_, index) =>
      addContent(world, { space: space.id, title: `Page ${index}` }),
    );
    const large = pages[4]?.id ?? '';
    await serve(world);
    const tooLarge = { status: 200, headers: { 'content-length': String(2 ** 30) }, body: '{}' };
    const isHeavy = ({ searchParams }: URL) =>
      searchParams.has('body-format') && (searchParams.get('id') ?? large).split(',').includes(large);
    for (let n = 0; n < 20; n++)
      served.simulator.respondNext(tooLarge, ({ url }) => url.pathname.endsWith('/pages') && isHeavy(url));
    const { counters, outcome } = await synced.sync();
    assert.deepEqual([outcome, counters['written'], counters['failed']], ['completed', 5, 1]);
    const [letter] = await synced.store.catalog.deadLetters(ID, 10);
    assert.deepEqual([letter?.documentId, letter?.code], [`${ID}/page/${large}`, 'SOURCE_ANSWER_TOO_LARGE']);
  });

  it('forgets what is in the trash, purged, archived or commented away', async () => {
    const { world, space } = company();
    const pages = ['a', 'b', 'c', 'd'].map((title) => addContent(world, { space: space.id, title }));
    const [a, b, c, d] = pages.map(({ id }) => id) as [string, string, string, string];
    addComment(world, { container: a, text: 'on a' });
    const gone = addComment(world, { container: d, text: 'on d' });
    await serve(world);
    await synced.sync();
    removeContent(world, a);
    removeContent(world, b, true);
    const archived = world.content.get(c);
    if (archived) archived.status = 'archived';
    world.comments.delete(gone.id);
    await synced.sync();
    assert.deepEqual(await synced.store.catalog.listIds(ID, undefined, 10), [`${ID}/page/${d}`]);
    await synced.sync({ allowRemovals: false });
    await compare('afterwards');
  });

  it('reads an item again by its id, and removes what is gone', async () => {
    const { world, space } = company();
    const page = addContent(world, { space: space.id, title: 'Page', text: 'first' });
    const remark = addComment(world, { container: page.id, text: 'remark', location: 'inline' });
    await serve(world);
    const refresh = async (...ids: string[]) =>
      (
        await collect(
          served.connector().refresh?.(
            ids.map((id) => `${ID}/${id}`),
            signal,
          ),
        )
      )
        .flat()
        .flatMap((change) => (change.kind === 'list' || change.kind === 'failed' ? [] : [change.kind]));
    assert.deepEqual(await refresh(`page/${page.id}`, `comment/${remark.id}`, 'page/404'), [
      'upsert',
      'upsert',
      'remove',
    ]);
    await assert.rejects(collect(served.connector().refresh?.(['jira:x/page/1'], signal)), {
      kind: 'invalid-input',
    });
  });

  it('reads through the interface host with a token that has scopes', async () => {
    const { world, space } = company();
    addContent(world, { space: space.id, title: 'Page' });
    const scopedToken = new Secret('scoped-simulated');
    await serve(world, {}, { credential: { email: ACCOUNT_EMAIL, scopedToken } });
    assert.deepEqual((await served.connector().check(signal)).counts, { spaces: 1 });
    await synced.sync();
    await compare('through the host');
    const asked = served.simulator.requests.map(({ path }) => path);
    assert.ok(
      asked.every(
        (path) =>
          path.startsWith('/ex/confluence/') || path.startsWith('/_edge/') || path.startsWith('/media/'),
      ),
    );
  });

  it('walks an old Data Center by its search, and says which right is missing', async () => {
    const { world, space } = company('data-center', { version: '7.4.0' });
    for (let index = 0; index < 5; index++) addContent(world, { space: space.id, title: `Page ${index}` });
    await serve(world);
    await synced.sync();
    assert.ok(served.simulator.requests.every(({ path }) => !path.endsWith('/scan')));
    await compare('by the search');
    served.simulator.respondNext({ status: 403, body: {} }, ({ url }) =>
      url.pathname.includes('/admin/users'),
    );
    const { missing, account } = await served.connector().check(signal);
    assert.equal(account, 'Sync');
    assert.match(missing[0]?.right ?? '', /administrator/u);
  });

  it('believes deliveries of Data Center that are signed, and no others', async () => {
    const { world } = company('data-center');
    await serve(world, {}, { webhook: { secret: new Secret('sealed') } });
    const body = encoder.encode(JSON.stringify({ event: 'page_moved', page: { id: 77 } }));
    const sign = (secret: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const deliver = async (signature: string) =>
      served.connector().webhook?.({ headers: { 'x-hub-signature': signature }, query: {}, body });
    assert.deepEqual(await deliver(sign('sealed')), { items: [`${ID}/page/77`], due: ['access'] });
    for (const wrong of ['', 'sha256=', sign('other')])
      await assert.rejects(deliver(wrong), { code: 'WEBHOOK_REFUSED' });
  });

  it('takes an edit without a newer time than the last one', async () => {
    await serve(randomWorld(11, 420, 'cloud'));
    await synced.sync();
    const [page] = [...served.world.content.values()].filter(({ kind }) => kind === 'page');
    assert.ok(page);
    page.text = 'Changed quickly';
    touch(served.world, page);
    served.world.revision--;
    page.changedAt = served.world.revision;
    const { counters } = await synced.sync({ passes: ['content'] });
    assert.equal(counters['written'], 1);
  });
});
