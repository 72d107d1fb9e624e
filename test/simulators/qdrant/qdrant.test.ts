import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SimulatedRequest } from '../kit/simulator.ts';
import { difference } from './compare.ts';
import { hasRecordings, recording, recordings } from './recordings.ts';
import type { Exchange } from './recordings.ts';
import { ask, isOfTheAdapter, replay } from './replay.ts';
import { QdrantStandIn } from './server.ts';

const skip = hasRecordings ? false : 'no recordings beside the checkout';

function send(standIn: QdrantStandIn, method: string, path: string, body?: unknown) {
  const raw = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const request: SimulatedRequest = { method, url: new URL(`http://q${path}`), headers: {}, raw, body };
  return standIn.answer(request);
}

/** What differs of a real server's answer; undefined when nothing does. */
async function askServer(url: string, exchange: Exchange): Promise<string | undefined> {
  const { method, path, query = {}, headers = {}, body, raw_body: text, unstable } = exchange;
  const isShortened = JSON.stringify([body, text]).includes('"<');
  if (isShortened) return undefined;
  const sent = text ?? (body === undefined || body === null ? undefined : JSON.stringify(body));
  const answer = await fetch(`${url}${path}?${new URLSearchParams(query).toString()}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(sent !== undefined && { body: sent }),
  });
  const received = await answer.text();
  if (answer.status !== exchange.status) return `status ${answer.status} instead of ${exchange.status}`;
  if (unstable !== undefined) return undefined;
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
  const wanted = exchange.response ?? exchange.response_text ?? '';
  return difference(isJson ? JSON.parse(received) : received, wanted);
}

describe('the stand-in for Qdrant', () => {
  it('answers recorded exchanges as the server did, or refuses them aloud', { skip }, (test) => {
    const replayed = replay();
    const count = (outcome: string) => replayed.filter((each) => each.outcome === outcome).length;
    test.diagnostic(
      `${replayed.length} exchanges: ${count('same')} alike, ${count('left out')} refused, ${count('different')} different`,
    );
    const different = replayed.filter(({ outcome }) => outcome === 'different');
    assert.deepEqual(
      different.map(({ scenario, place, detail }) => `${scenario} ${place}: ${detail}`),
      [],
    );
    const leftOut = replayed.filter(
      ({ outcome, operation }) => outcome === 'left out' && isOfTheAdapter(operation),
    );
    assert.deepEqual(
      [...new Set(leftOut.map(({ detail }) => detail.replace('the stand-in leaves out: ', '')))].sort(),
      ['collections made from a file', 'vectors stored as turbo4'],
    );
    assert.ok(count('same') >= 3_582, `${count('same')} alike`);
  });

  const real = process.env['FUMI_TEST_QDRANT_URL'];
  const named = real === undefined || real === '' ? 'FUMI_TEST_QDRANT_URL names no server' : skip;
  it('a real server still answers what was recorded of it', { skip: named }, async () => {
    const wrong: string[] = [];
    for (const { name, exchanges } of recordings().filter(({ name }) => /^(?:life-[235]|sem)-/.test(name))) {
      for (const [place, exchange] of exchanges.entries()) {
        const found = await askServer(real ?? '', exchange);
        if (found !== undefined) wrong.push(`${name} ${place}: ${found}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('answers the differential set', { skip }, () => {
    interface Set {
      readonly collections: readonly {
        readonly name: string;
        readonly config: object;
        readonly indexes: readonly (readonly [string, unknown])[];
        readonly points: readonly object[];
      }[];
    }
    type Query = readonly [string, object, readonly unknown[], readonly number[], number?];
    const standIn = new QdrantStandIn();
    for (const { name, config, indexes, points } of recording<Set>('differential-collections').collections) {
      send(standIn, 'PUT', `/collections/${name}`, config);
      for (const [field, schema] of indexes)
        send(standIn, 'PUT', `/collections/${name}/index`, { field_name: field, field_schema: schema });
      assert.equal(send(standIn, 'PUT', `/collections/${name}/points`, { points }).status, 200);
    }
    const { queries } = recording<{ queries: readonly Query[] }>('differential-queries');
    const wrong = queries.flatMap(([name, body, ids, scores, isUnstable], at) => {
      const points = ids.map((id, place) => ({ id, score: scores[place] }));
      const response = { result: { points }, status: 'ok', time: 0 };
      const path = `/collections/${name}/points/query`;
      const { outcome, detail } = ask(standIn, { method: 'POST', path, body, status: 200, response });
      return outcome === 'same' || isUnstable === 1 ? [] : [`${at}: ${detail}`];
    });
    assert.deepEqual(wrong, []);
    assert.equal(queries.length, 1_500);
  });

  it('shows what a filter over prefetches lets through, so that nobody relies on it', () => {
    const standIn = new QdrantStandIn();
    send(standIn, 'PUT', '/collections/c', { vectors: { dense: { size: 2, distance: 'Dot' } } });
    const points = [1, 2].map((id) => ({ id, vector: { dense: [id, 1] }, payload: { acl_id: id, n: 5 } }));
    send(standIn, 'PUT', '/collections/c/points', { points });
    const search = (filter: object) => {
      const prefetch = {
        query: [1, 0],
        using: 'dense',
        filter: { should: [{ key: 'n', range: { gte: 5 } }] },
        limit: 10,
      };
      const body = { prefetch: [prefetch], query: { rrf: {} }, filter };
      const { result } = send(standIn, 'POST', '/collections/c/points/query', body).body as {
        result: { points: { id: number }[] };
      };
      return result.points.map(({ id }) => id).sort();
    };
    const acl = { key: 'acl_id', match: { any: [1] } };
    assert.deepEqual(search({ should: [acl] }), [1, 2], 'both lists became one');
    assert.deepEqual(search({ must: [{ should: [acl] }] }), [1]);
  });

  it('refuses what it leaves out, and everything about a collection that holds it', () => {
    const standIn = new QdrantStandIn();
    const config = { vectors: { size: 2, distance: 'Dot', datatype: 'float16' } };
    assert.equal(send(standIn, 'PUT', '/collections/m', config).status, 200);
    for (const [method, path, body] of [
      ['PUT', '/collections/m/points', { points: [{ id: 1, vector: [1, 2] }] }],
      ['POST', '/collections/m/points/query', {}],
      ['GET', '/metrics', undefined],
    ] as const) {
      const { status, body: answer } = send(standIn, method, path, body);
      assert.equal(status, 501);
      assert.match(JSON.stringify(answer), /leaves out/);
    }
  });
});
