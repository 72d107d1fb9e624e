import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { createHttpClient, createPolicedFetch } from '@fumikura/http';
import type { FetchPolicy, HttpClock } from '@fumikura/http';
import { startSimulator } from './simulator.ts';
import type { Simulator, SimulatorOptions } from './simulator.ts';

const never = new AbortController().signal;

/** Time that passes only when somebody sleeps. */
function sleepClock(): HttpClock & { readonly slept: number[] } {
  const slept: number[] = [];
  let now = 0;
  return {
    slept,
    now: () => now,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
  };
}

const running: Simulator[] = [];

async function start(options: Partial<SimulatorOptions> = {}, policy: Partial<FetchPolicy> = {}) {
  const source = await startSimulator({ answer: () => ({ status: 200, body: { ok: true } }), ...options });
  running.push(source);
  const clock = sleepClock();
  const baseUrl = new URL(source.url);
  const fetch = createPolicedFetch({
    home: baseUrl,
    userAgent: 'fumikura-test',
    clock,
    random: () => 0,
    ...policy,
  });
  const client = createHttpClient({
    baseUrl,
    fetch,
    authorise: async () => ({ authorization: 'Bearer s3cret' }),
  });
  return { source, client, clock };
}

describe('the HTTP client of connectors', () => {
  afterEach(() => Promise.all(running.splice(0).map((source) => source.close())));

  it('waits as long as Retry-After says and asks again', async () => {
    const { source, client, clock } = await start();
    source.respondNext({ status: 429, headers: { 'retry-after': '7' } });
    assert.deepEqual((await client.json({ path: '/a', signal: never })).body, { ok: true });
    assert.ok(
      clock.slept.some((ms) => ms >= 6_900 && ms <= 7_000),
      clock.slept.join(),
    );
    assert.equal(source.requests.length, 2);
  });

  it('backs off further each time when the source does not say how long', async () => {
    const { source, client, clock } = await start();
    for (let n = 0; n < 4; n++) source.respondNext({ status: 503 });
    await client.json({ path: '/a', signal: never });
    assert.deepEqual(clock.slept, [250, 500, 1_000, 2_000]);
  });

  it('hands a wait that is too long to the caller instead of sleeping through it', async () => {
    const { source, client, clock } = await start({}, { maxWaitMs: 1_000 });
    source.respondNext({ status: 429, headers: { 'retry-after': '3600' } });
    await assert.rejects(client.json({ path: '/a', signal: never }), {
      code: 'SOURCE_RATE_LIMITED',
      kind: 'rate-limited',
      retryAfterMs: 3_600_000,
    });
    assert.deepEqual(clock.slept, []);
  });

  it('gives up after its attempts, with the kind of the last answer', async () => {
    const { source, client } = await start({ answer: () => ({ status: 502 }) }, { attempts: 3 });
    await assert.rejects(client.json({ path: '/a', signal: never }), { kind: 'transient' });
    assert.equal(source.requests.length, 3);
  });

  for (const [status, kind] of [
    [400, 'internal'],
    [401, 'auth'],
    [403, 'permission'],
    [404, 'not-found'],
    [409, 'conflict'],
    [410, 'not-found'],
  ] as const)
    it(`reads ${status} as ${kind}, without repeating it and without the token in the message`, async () => {
      const { source, client } = await start({ answer: () => ({ status, body: { message: 'no' } }) });
      await assert.rejects(
        client.json({ path: '/a?token=t0p', signal: never }),
        (error: Error & { kind?: string }) => {
          assert.equal(error.kind, kind);
          assert.doesNotMatch(`${error.message}${JSON.stringify(error)}`, /s3cret|t0p/);
          return true;
        },
      );
      assert.equal(source.requests.length, 1);
    });

  it('takes a page, cut JSON and a broken connection for errors, never for emptiness', async () => {
    const { source, client } = await start({}, { attempts: 1 });
    const always = async (answer: Parameters<typeof source.respondNext>[0], expected: object) => {
      for (let n = 0; n < 3; n++) source.respondNext(answer);
      await assert.rejects(client.json({ path: '/a', signal: never }), expected);
    };
    await always(
      { status: 200, body: '<!doctype html><title>Sign in</title>' },
      { code: 'SOURCE_ANSWER_INVALID' },
    );
    await always({ status: 200, body: '{"results": [' }, { code: 'SOURCE_ANSWER_INVALID' });
    await always({ status: 200, body: { results: [1, 2, 3] }, cutAfterBytes: 5 }, { kind: 'transient' });
  });

  it('asks again when an answer breaks off', async () => {
    const { source, client } = await start();
    source.respondNext({ status: 200, body: { results: [1, 2, 3] }, cutAfterBytes: 5 });
    assert.deepEqual((await client.json({ path: '/a', signal: never })).body, { ok: true });
  });

  it('stops reading a body that is larger than allowed, declared or not', async () => {
    const { source, client } = await start({}, { maxResponseBytes: 100, attempts: 1 });
    source.respondNext({ status: 200, body: 'x'.repeat(200) });
    await assert.rejects(client.bytes({ path: '/a', signal: never }), { code: 'SOURCE_ANSWER_TOO_LARGE' });
    source.respondNext({
      status: 200,
      headers: { 'transfer-encoding': 'chunked' },
      body: 'x'.repeat(200),
    });
    await assert.rejects(client.bytes({ path: '/a', signal: never }), { code: 'SOURCE_ANSWER_TOO_LARGE' });
  });

  it('follows a redirect to another host without our credentials', async () => {
    const seen: string[] = [];
    const media = await startSimulator({
      answer: ({ headers }) => {
        seen.push(headers.authorization ?? 'none');
        return { status: 200, body: 'bytes' };
      },
    });
    const { source, client } = await start();
    source.respondNext({ status: 302, headers: { location: `${media.url}/signed?x=1` } });
    const { body } = await client.bytes({ path: '/download', signal: never });
    assert.equal(Buffer.from(body).toString(), 'bytes');
    assert.deepEqual(seen, ['none']);
    await media.close();
  });

  it('refuses a redirect into the inner network when the source lives outside', async () => {
    const policed = createPolicedFetch({
      home: new URL('https://wiki.example.com'),
      userAgent: 'fumikura-test',
      fetch: async () =>
        new Response(null, { status: 302, headers: { location: 'https://169.254.169.254/latest' } }),
    });
    await assert.rejects(policed('https://wiki.example.com/a'), { code: 'SOURCE_REDIRECT_REFUSED' });
  });

  it('does not let a paused budget hold up another', async () => {
    const isSearch = (url: URL) => url.pathname.startsWith('/search');
    const { source, client, clock } = await start({}, { budgets: [{ name: 'search', matches: isSearch }] });
    source.respondNext({ status: 429, headers: { 'retry-after': '60' } }, ({ url }) => isSearch(url));
    const order: string[] = [];
    const search = client.json({ path: '/search', signal: never }).then(() => order.push('search'));
    await client.json({ path: '/content', signal: never });
    order.push('content');
    await search;
    assert.ok(clock.slept.length > 0);
    assert.equal(source.requests.filter(({ path }) => path === '/content').length, 1);
  });

  it('keeps to the requests a budget allows at once', async () => {
    let running = 0;
    let most = 0;
    const { client } = await start(
      {
        answer: async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running--;
          return { status: 200, body: {} };
        },
      },
      { budgets: [{ name: 'all', concurrency: 2 }] },
    );
    await Promise.all(Array.from({ length: 12 }, (_, n) => client.json({ path: `/${n}`, signal: never })));
    assert.equal(most, 2);
  });

  it('leaves at once when cancelled, waiting or not', async () => {
    const { client } = await start({ latencyMs: 10_000 });
    const controller = new AbortController();
    const asked = client.json({ path: '/a', signal: controller.signal });
    setImmediate(() => controller.abort());
    await assert.rejects(asked, { code: 'CANCELLED' });
  });

  it('never sends our credentials to an address that a page named', async () => {
    const { source, client } = await start();
    await assert.rejects(client.json({ path: 'http://127.0.0.2:9/next', signal: never }), {
      code: 'SOURCE_REDIRECT_REFUSED',
    });
    assert.equal(source.requests.length, 0);
  });

  it('saves a body as a file, and leaves no part of one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fumi-http-'));
    try {
      const body = 'x'.repeat(100_000);
      const { source, client } = await start({ answer: () => ({ status: 200, body }) });
      const file = (name: string, most: number) =>
        client.file({ path: '/a', signal: never }, join(folder, name), most);
      source.respondNext({ status: 200, body, cutAfterBytes: 50_000 });
      assert.equal((await file('whole', 100_000)).body, 100_000);
      assert.equal(await readFile(join(folder, 'whole'), 'utf8'), body);
      assert.equal(source.requests.length, 2, 'a part is asked for again');
      await assert.rejects(file('large', 99_999), { code: 'SOURCE_ANSWER_TOO_LARGE', kind: 'invalid-input' });
      for (let n = 0; n < 3; n++) source.respondNext({ status: 200, body, cutAfterBytes: 50_000 });
      await assert.rejects(file('cut', 100_000), { code: 'SOURCE_UNAVAILABLE', kind: 'transient' });
      source.respondNext({ status: 404 });
      await assert.rejects(file('gone', 100_000), { kind: 'not-found' });
      await assert.rejects(file('whole', 100_000), { code: 'EEXIST' });
      assert.deepEqual(await readdir(folder), ['whole']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('asks more at once the longer the source takes it, and half as much when told to wait', async () => {
    let running = 0;
    let most = 0;
    const { source, client } = await start(
      {
        answer: async () => {
          most = Math.max(most, ++running);
          for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve));
          running--;
          return { status: 200, body: {} };
        },
      },
      { budgets: [{ name: 'all', concurrency: 12 }] },
    );
    const round = async (requests: number) => {
      most = 0;
      await Promise.all(
        Array.from({ length: requests }, (_, n) => client.json({ path: `/${n}`, signal: never })),
      );
      return most;
    };
    assert.equal(await round(4), 4, 'few at first');
    await round(200);
    assert.equal(await round(30), 12);
    source.respondNext({ status: 429, headers: { 'retry-after': '1' } });
    assert.ok((await round(1)) <= 1);
    assert.equal(await round(6), 6);
  });

  it('leaves a share of a stated quota to others, and counts what was asked since it was stated', async () => {
    const quota = (remaining: number) => ({
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': '1970-01-01T00:01:00Z',
    });
    const { source, client, clock } = await start(
      {},
      {
        budgets: [
          { name: 'files', matches: ({ pathname }) => pathname.startsWith('/files'), reserve: 0.1 },
          { name: 'readers' },
        ],
      },
    );
    const ask = (path: string) => client.json({ path, signal: never });
    source.respondNext({ status: 200, headers: quota(12), body: {} });
    await ask('/readers');
    await ask('/files/1');
    await ask('/files/2');
    assert.deepEqual(clock.slept, []);
    await ask('/readers');
    assert.deepEqual(clock.slept, [], 'readers may spend the rest');
    await ask('/files/3');
    assert.deepEqual(clock.slept, [60_000], 'files wait until it begins anew');
    await ask('/files/4');
    assert.equal(clock.slept.length, 1, 'a quota that ended says nothing any more');
  });

  it('spends points no faster than they come back', async () => {
    const { client, clock } = await start(
      {},
      {
        budgets: [
          {
            name: 'all',
            points: { most: 10, windowMs: 1_000, costOf: (_url, method) => (method === 'POST' ? 5 : 1) },
          },
        ],
      },
    );
    for (let n = 0; n < 2; n++) await client.json({ path: '/a', method: 'POST', body: {}, signal: never });
    assert.deepEqual(clock.slept, []);
    await client.json({ path: '/a', signal: never });
    assert.deepEqual(clock.slept, [100]);
    await client.json({ path: '/a', method: 'POST', body: {}, signal: never });
    assert.deepEqual(clock.slept, [100, 500]);
  });
});
