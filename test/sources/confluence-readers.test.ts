import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  addComment,
  addContent,
  addGroup,
  addUser,
  toGroup,
  toUser,
} from '../simulators/confluence/making.ts';
import { ID, makeConfluenceWorld } from './confluence-world.ts';
import type { ServedWorld } from './confluence-world.ts';
import { revokesWithoutContent } from './follows-edits.ts';
import { person, company, confluenceSite } from './confluence-site.ts';

describe('Who may read Confluence, through the engine', () => {
  const site = confluenceSite();
  const { open, serve, compare, aclOf, membersOf } = site;

  it('lets a revocation through by the permission and directory passes alone', async () => {
    await open(makeConfluenceWorld(4, 24) as Promise<ServedWorld>);
    await revokesWithoutContent(site.served, site.synced, 16);
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
    await site.synced.sync();
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
    await site.synced.sync();
    assert.deepEqual(await membersOf(`content/${folder.id}/readers`), []);
    assert.equal((await site.synced.compare()).open, 0);
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
    await site.synced.sync();
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
    await site.synced.sync();
    assert.deepEqual(await membersOf(`space/${space.id}/readers`), [person('ada'), person('sync')]);
    await compare('what permissions say is of the past');
    world.isAnonymousAllowed = true;
    await site.synced.sync({ passes: ['access'] });
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
    await site.synced.sync();
    assert.equal(await compare('three of six'), 3);
  });

  it('takes a reader from a space with one list written and no document touched', async () => {
    const { world, space } = company();
    addGroup(world, { id: 'team', members: ['ada'] });
    space.grants = [toUser('sync'), toGroup('team'), toUser('bob')];
    for (let index = 0; index < 30; index++) addContent(world, { space: space.id, title: `Page ${index}` });
    await serve(world);
    await site.synced.sync();
    assert.equal((await site.synced.compare()).open, 90);
    space.grants = [toUser('sync'), toGroup('team')];
    const { counters } = await site.synced.sync({ passes: ['access'] });
    assert.deepEqual([counters['aclChanged'], counters['lists'], counters['written']], [0, 1, 0]);
    assert.equal((await site.synced.compare()).open, 60);
    world.groups.get('team')?.members.delete('ada');
    await site.synced.sync({ passes: ['directory'] });
    assert.equal((await site.synced.compare()).open, 30);
    await compare('nobody but our account');
  });

  it('stops at a site whose bulk answers know nothing of a restriction, and reads it singly when told to', async () => {
    const { world, space } = company();
    const page = addContent(world, { space: space.id, title: 'Page' });
    page.restriction = { users: new Set(['sync', 'ada']), groups: new Set() };
    await serve(world, { isBulkBlind: true });
    await assert.rejects(site.synced.sync(), { kind: 'config' });
    assert.equal((await site.synced.compare()).open, 0);
    await site.synced.close();
    await site.served.close();
    await serve(world, { isBulkBlind: true }, { restrictions: 'single' });
    await site.synced.sync();
    assert.equal(await compare('singly'), 2);
  });

  it('closes what is not told any more in the middle of a run', async () => {
    const { world, space } = company();
    const page = addContent(world, { space: space.id, title: 'Page' });
    page.restriction = { users: new Set(['sync', 'ada', 'bob', 'c', 'd']), groups: new Set() };
    addContent(world, { space: space.id, title: 'Open' });
    await serve(world);
    await site.synced.sync();
    for (const path of [/restriction\/byOperation/u, /spaces\/\d+\/permissions/u])
      site.served.simulator.respondNext({ status: 403, body: {} }, ({ url }) => path.test(url.pathname));
    await site.synced.sync({ passes: ['access'] });
    assert.deepEqual(await membersOf(`content/${page.id}/readers`), []);
    assert.deepEqual(await membersOf(`space/${space.id}/readers`), []);
    await site.synced.sync({ passes: ['access'] });
    await compare('told again');
  });
});
