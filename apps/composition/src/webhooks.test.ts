import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { AppError } from '@fumikura/errors';
import { silentLogger } from '@fumikura/logging';
import type { SourceId } from '@fumikura/model';
import type { Connector, Store, WebhookNews } from '@fumikura/ports';
import { startHttpServer } from '@fumikura/server';
import type { RunningServer, TakeDelivery } from '@fumikura/server';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { webhooksOf } from './webhooks.ts';

const ID: SourceId = 'wiki:w';
const nothing = async function* () {
  // Nothing to read.
};

describe('webhooks over HTTP', () => {
  let folder: string;
  let store: Store;
  let server: RunningServer;
  let connector: Connector;
  let news: number;
  const taken = new Map<string, TakeDelivery>();
  before(async () => {
    server = await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      endpoints: {},
      webhooks: taken,
      logger: silentLogger,
    });
  });
  after(() => server.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-webhooks-'));
    store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
    news = 0;
    serve({});
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  /** Deliveries are `{ news }` in JSON, signed by the word "right". */
  function serve(parts: Partial<Connector>): void {
    connector = {
      id: ID,
      removals: 'reported',
      check: async () => ({ missing: [], counts: {} }),
      pull: nothing,
      refresh: nothing,
      webhook: async ({ headers, query, body }) => {
        if (query['challenge'] !== undefined) return { items: [], due: [], reply: query['challenge'] };
        if (headers['x-signature'] !== 'right')
          throw new AppError('WEBHOOK_REFUSED', 'permission', 'wrong signature');
        return (JSON.parse(new TextDecoder().decode(body)) as { news: WebhookNews }).news;
      },
      ...parts,
    };
    taken.clear();
    for (const [id, take] of webhooksOf(store.catalog, { connectors: [connector], onNews: () => news++ }))
      taken.set(id, take);
  }
  const deliver = (body: unknown, { signature = 'right', path = `/webhooks/${ID}`, method = 'POST' } = {}) =>
    fetch(`${server.url}${path}`, {
      method,
      headers: { 'x-signature': signature, host: 'fumi.example' },
      ...(method === 'POST' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const asked = async () =>
    (await store.catalog.requested(ID, 10)).map((each) => ('item' in each ? each.item : each.pass));
  const job = async () => (await store.catalog.jobs()).find(({ pass }) => pass === 'webhook');

  it('[webhook.taken] make durable what is to be read again before they are answered', async () => {
    const answer = await deliver({ news: { deliveryId: '1', items: [`${ID}/a`], due: ['access'] } });
    assert.equal(answer.status, 202);
    assert.deepEqual(await asked(), [`${ID}/a`, 'access']);
    assert.equal(news, 1);
  });

  it('[webhook.replayed] count once, however often they are delivered', async () => {
    const delivery = { news: { deliveryId: '1', items: [`${ID}/a`], due: [] } };
    await deliver(delivery);
    await store.catalog.met(await store.catalog.requested(ID, 10));
    assert.equal((await deliver(delivery)).status, 202, 'the sender did nothing wrong');
    assert.deepEqual([await asked(), news], [[], 1]);
  });

  it('[webhook.forged] ask for nothing when they prove nothing; each refusal in a row is seen', async () => {
    for (const signature of ['wrong', 'Right']) {
      const answer = await deliver({ news: { items: [`${ID}/a`], due: [] } }, { signature });
      assert.equal(answer.status, 401);
      assert.equal(await answer.text(), 'Refused.', 'nothing that helps to guess');
    }
    assert.deepEqual([await asked(), news], [[], 0]);
    const { outcome, reason } = (await job()) ?? {};
    assert.deepEqual([outcome, reason], ['failed', 'wrong signature']);
    await deliver({ news: { items: [], due: [] } });
    assert.deepEqual([(await job())?.outcome, (await job())?.failures], ['completed', 0]);
  });

  it('lead to the next pass where single items cannot be read again', async () => {
    const { refresh: _, ...without } = connector;
    taken.clear();
    for (const [id, take] of webhooksOf(store.catalog, { connectors: [without], onNews: () => news++ }))
      taken.set(id, take);
    await deliver({ news: { items: [`${ID}/a`], due: ['access'] } });
    assert.deepEqual(await asked(), ['access', 'content']);
  });

  it('echo what a subscription is confirmed by, as text that no browser takes for a page', async () => {
    const answer = await deliver('', { path: `/webhooks/${ID}?challenge=%3Cscript%3E` });
    assert.deepEqual([answer.status, await answer.text()], [200, '<script>']);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/u);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  });

  it('[webhook.large] are read up to ten megabytes, and not a byte more', async () => {
    const filling = (bytes: number) => ({
      news: { items: [], due: ['content'], filling: 'x'.repeat(bytes) },
    });
    assert.equal((await deliver(filling(9_900_000))).status, 202);
    const tooLarge = await deliver(filling(11_000_000)).then(
      ({ status }) => status,
      // The connection may be closed while the rest is still being sent.
      () => 413,
    );
    assert.equal(tooLarge, 413);
    assert.equal(news, 1);
  });

  it('go to sources that take them, by POST', async () => {
    for (const [path, method, status] of [
      ['/webhooks/wiki:other', 'POST', 404],
      ['/webhooks/', 'POST', 404],
      ['/webhooks/%E0%A4%A', 'POST', 404],
      [`/webhooks/${ID}`, 'GET', 405],
    ] as const)
      assert.equal((await deliver({}, { path, method })).status, status, path);
  });

  it('[webhook.broken] tell the sender to try again when they cannot be kept, and say no more', async () => {
    const answer = await deliver('no json');
    assert.equal(answer.status, 500);
    assert.match(await answer.text(), /^Something went wrong here\. Reference: /u);
  });
});
