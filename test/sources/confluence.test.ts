import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import { ACCOUNT_EMAIL } from '../simulators/confluence/server.ts';
import {
  addAttachment,
  addComment,
  addContent,
  removeContent,
  touch,
} from '../simulators/confluence/making.ts';
import { randomWorld } from '../simulators/confluence/random-world.ts';
import { seeded } from '../simulators/graph/random-world.ts';
import { ID, makeConfluenceWorld } from './confluence-world.ts';
import type { ServedWorld } from './confluence-world.ts';
import { followsEdits } from './follows-edits.ts';
import { signal, encoder, collect, company, confluenceSite } from './confluence-site.ts';

describe('Confluence through the engine', () => {
  const site = confluenceSite();
  const { open, serve, compare, sees, recordOf } = site;

  for (const seed of [1, 2, 3, 7])
    it(`reads site ${seed}, follows edits and lets nobody see more than the source`, async () => {
      await open(makeConfluenceWorld(seed, 24) as Promise<ServedWorld>);
      await followsEdits(site.served, site.synced, { seed, edits: 5 });
    });

  for (const deployment of ['cloud', 'data-center'] as const)
    it(`follows the edits of a large ${deployment} site without looking at everything`, async () => {
      await serve(randomWorld(11, 420, deployment));
      const random = seeded(5);
      await site.synced.sync();
      await compare('after the first sync');
      for (let round = 0; round < 2; round++) {
        const edits = Array.from({ length: 12 }, () => site.served.edit(random));
        await site.synced.sync();
        // What our account sees for the first time without an edit waits for the next look at everything.
        const { leaks, unexplained } = await site.synced.compare();
        assert.deepEqual({ leaks, unexplained }, { leaks: [], unexplained: [] }, edits.join('; '));
      }
      await site.synced.sync({ full: true });
      await compare('after a full run');
    });

  it('ends with a named kind when its token ends in the middle, and removes nothing', async () => {
    await serve(randomWorld(11, 420, 'cloud'));
    await site.synced.sync();
    const before = (await site.synced.store.catalog.sources())[0]?.documents;
    site.served.simulator.respondNext({ status: 401, body: {} }, ({ url }) =>
      url.pathname.endsWith('/footer-comments'),
    );
    await assert.rejects(site.synced.sync({ passes: ['content'] }), { kind: 'auth' });
    assert.equal((await site.synced.store.catalog.sources())[0]?.documents, before);
    await site.synced.sync();
    await compare('with a new token');
  });

  it('goes on when the tokens of its walk have ended', async () => {
    await serve(randomWorld(11, 420, 'cloud'), { pageSize: 50 });
    const batches = await collect(site.served.connector().pull(undefined, signal));
    const ids = (all: typeof batches) =>
      all.flatMap(({ changes }) =>
        changes.flatMap((each) => (each.kind === 'upsert' ? [each.document.id] : [])),
      );
    const whole = [...new Set(ids(batches))].sort();
    for (const at of [0, 2, batches.length - 2]) {
      site.served.simulator.expireCursors();
      const rest = await collect(
        site.served.connector().pull(structuredClone(batches[at]?.checkpoint), signal),
      );
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
    await site.synced.sync();
    assert.equal((await site.synced.sync()).counters['unchanged'], 4);
    const crumbs = async () => (await recordOf(`page/${page.id}`))?.breadcrumbs;
    assert.deepEqual(await crumbs(), ['Engineering']);
    page.parent = top.id;
    await site.synced.sync({ passes: ['content'] });
    assert.deepEqual(await crumbs(), ['Engineering', 'Top']);
    space.name = 'Platform';
    page.labels.add('urgent');
    await site.synced.sync({ passes: ['content'] });
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
    await site.synced.sync();
    const textOf = async (id: string) =>
      (await site.synced.store.catalog.text(`${ID}/attachment/${id}`, await sees()))?.text;
    assert.match((await textOf(read.id)) ?? '', /Words of the file/u);
    assert.match((await textOf(picture.id)) ?? '', /type \(png\) is not read/u);
    assert.match((await textOf(large.id)) ?? '', /2000 bytes; at most 1000/u);
    const asked = site.served.simulator.requests.filter(({ path }) => path.startsWith('/media/'));
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
      site.served.simulator.respondNext(
        tooLarge,
        ({ url }) => url.pathname.endsWith('/pages') && isHeavy(url),
      );
    const { counters, outcome } = await site.synced.sync();
    assert.deepEqual([outcome, counters['written'], counters['failed']], ['completed', 5, 1]);
    const [letter] = await site.synced.store.catalog.deadLetters(ID, 10);
    assert.deepEqual([letter?.documentId, letter?.code], [`${ID}/page/${large}`, 'SOURCE_ANSWER_TOO_LARGE']);
  });

  it('forgets what is in the trash, purged, archived or commented away', async () => {
    const { world, space } = company();
    const pages = ['a', 'b', 'c', 'd'].map((title) => addContent(world, { space: space.id, title }));
    const [a, b, c, d] = pages.map(({ id }) => id) as [string, string, string, string];
    addComment(world, { container: a, text: 'on a' });
    const gone = addComment(world, { container: d, text: 'on d' });
    await serve(world);
    await site.synced.sync();
    removeContent(world, a);
    removeContent(world, b, true);
    const archived = world.content.get(c);
    if (archived) archived.status = 'archived';
    world.comments.delete(gone.id);
    await site.synced.sync();
    assert.deepEqual(await site.synced.store.catalog.listIds(ID, undefined, 10), [`${ID}/page/${d}`]);
    await site.synced.sync({ allowRemovals: false });
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
          site.served.connector().refresh?.(
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
    await assert.rejects(collect(site.served.connector().refresh?.(['jira:x/page/1'], signal)), {
      kind: 'invalid-input',
    });
  });

  it('reads through the interface host with a token that has scopes', async () => {
    const { world, space } = company();
    addContent(world, { space: space.id, title: 'Page' });
    const scopedToken = new Secret('scoped-simulated');
    await serve(world, {}, { credential: { email: ACCOUNT_EMAIL, scopedToken } });
    assert.deepEqual((await site.served.connector().check(signal)).counts, { spaces: 1 });
    await site.synced.sync();
    await compare('through the host');
    const asked = site.served.simulator.requests.map(({ path }) => path);
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
    await site.synced.sync();
    assert.ok(site.served.simulator.requests.every(({ path }) => !path.endsWith('/scan')));
    await compare('by the search');
    site.served.simulator.respondNext({ status: 403, body: {} }, ({ url }) =>
      url.pathname.includes('/admin/users'),
    );
    const { missing, account } = await site.served.connector().check(signal);
    assert.equal(account, 'Sync');
    assert.match(missing[0]?.right ?? '', /administrator/u);
  });

  it('believes deliveries of Data Center that are signed, and no others', async () => {
    const { world } = company('data-center');
    await serve(world, {}, { webhook: { secret: new Secret('sealed') } });
    const body = encoder.encode(JSON.stringify({ event: 'page_moved', page: { id: 77 } }));
    const sign = (secret: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const deliver = async (signature: string) =>
      site.served.connector().webhook?.({ headers: { 'x-hub-signature': signature }, query: {}, body });
    assert.deepEqual(await deliver(sign('sealed')), { items: [`${ID}/page/77`], due: ['access'] });
    for (const wrong of ['', 'sha256=', sign('other')])
      await assert.rejects(deliver(wrong), { code: 'WEBHOOK_REFUSED' });
  });

  it('takes an edit without a newer time than the last one', async () => {
    await serve(randomWorld(11, 420, 'cloud'));
    await site.synced.sync();
    const [page] = [...site.served.world.content.values()].filter(({ kind }) => kind === 'page');
    assert.ok(page);
    page.text = 'Changed quickly';
    touch(site.served.world, page);
    site.served.world.revision--;
    page.changedAt = site.served.world.revision;
    const { counters } = await site.synced.sync({ passes: ['content'] });
    assert.equal(counters['written'], 1);
  });
});
