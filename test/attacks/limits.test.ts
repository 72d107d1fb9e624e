import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import { until } from '@fumikura/testkit';
import { serve } from '../auth/serving.ts';
import type { Serving } from '../auth/serving.ts';
import { createHome } from '../e2e/fumi.ts';
import type { Home } from '../e2e/fumi.ts';

const homes: Home[] = [];

/** A server of one document with these limits. */
async function limited<T>(server: string, work: (serving: Serving) => Promise<T>): Promise<T> {
  const home = await createHome({ 'a.md': '# Otters\n\nThe otter swims.' });
  homes.push(home);
  await home.write(
    'fumikura.yaml',
    `owner: me\nserver: { drain: { announceSeconds: 0 }, ${server} }\nsources:\n  - { id: files:notes, root: ./notes }\n`,
  );
  assert.equal((await home.run(['sync'])).code, 0);
  const serving = await serve(home, '--no-watch');
  try {
    return await work(serving);
  } finally {
    await serving.stop();
  }
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const post = (url: string, method: string, params: object) =>
  fetch(url, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
const search = (url: string, args: object) =>
  post(url, 'tools/call', { name: 'search_knowledge', arguments: args });

interface Refused {
  readonly error: { readonly data: { readonly code: string; readonly retryAfterMs: number } };
}

describe('limits of a server', () => {
  after(() => Promise.all(homes.map((home) => home.remove())));

  it('[attack.limits] D a person who asks without pause is told when to come again, whatever they ask', () =>
    limited('limits: { perMinutePerPerson: 4 }', async ({ url }) => {
      for (let n = 0; n < 4; n++) {
        const answer = await search(url, { query: 'otter' });
        assert.equal(answer.status, 200);
        await answer.text();
      }
      for (const asked of [
        search(url, { query: 'otter' }),
        post(url, 'tools/list', {}),
        post(url, 'ping', {}),
      ]) {
        const refused = await asked;
        assert.equal(refused.status, 429);
        const seconds = Number(refused.headers.get('retry-after'));
        assert.ok(seconds >= 1 && seconds <= 60, String(seconds));
        assert.deepEqual(((await refused.json()) as Refused).error.data, {
          code: 'RATE_LIMITED',
          retryAfterMs: seconds * 1_000,
        });
      }
    }));

  it('[attack.limits] D an address that asks without pause is cut off before anything is read of it', () =>
    limited('limits: { perMinutePerAddress: 3 }', async ({ url }) => {
      const statuses: number[] = [];
      for (let n = 0; n < 5; n++) {
        const answer = await post(url, 'ping', {});
        await answer.text();
        statuses.push(answer.status);
        if (answer.status === 429) assert.equal(answer.headers.get('connection'), 'close');
      }
      assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
    }));

  it('[attack.limits] D beyond so many connections others are not even opened', () =>
    limited('connections: 3', async ({ url }) => {
      const port = Number(new URL(url).port);
      const all = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
      await until(() => all.filter(({ closed }) => closed).length >= 5);
      // Those that are open are served.
      const [first, ...others] = all.filter(({ closed }) => !closed);
      assert.equal(others.length, 2);
      first?.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
      const [answer] = first ? ((await once(first, 'data')) as [Buffer]) : [];
      assert.match(String(answer), /^HTTP\/1\.1 200/u);
      assert.ok(others.every(({ closed }) => !closed));
      for (const socket of all) socket.destroy();
    }));

  it('[attack.limits] D a process that holds too much refuses, says when to come again, and stays alive', () =>
    limited('maxMemoryMiB: 1', async ({ url }) => {
      const refused = await search(url, { query: 'otter' });
      assert.equal(refused.status, 503);
      assert.ok(Number(refused.headers.get('retry-after')) > 0);
      assert.equal(((await refused.json()) as Refused).error.data.code, 'OVERLOADED');
      const alive = await fetch(new URL('/healthz', url));
      assert.equal(alive.status, 200);
    }));

  it('[attack.limits] D arguments beyond their bounds are refused, each with what is allowed', () =>
    limited('port: 0', async ({ url }) => {
      const many = (count: number) => Array.from({ length: count }, (_, n) => `kind-${n}`);
      for (const [args, told] of [
        [{ query: 'x'.repeat(2_001) }, /2,?000/u],
        [{ query: 'otter', limit: 26 }, /25/u],
        [{ query: 'otter', limit: 0 }, /1/u],
        [{ query: 'otter', kinds: many(21) }, /20/u],
        [{ query: 'otter', kinds: many(201) }, /20/u],
        [{ query: 'otter', cursor: 'x'.repeat(2_001) }, /CURSOR_INVALID/u],
      ] as const) {
        const answer = await search(url, args);
        const text = await answer.text();
        assert.match(text, /"isError":true|"error":/u, JSON.stringify(args).slice(0, 60));
        assert.match(text, told, text.slice(0, 300));
      }
    }));
});
