import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SimulatedRequest } from '../kit/simulator.ts';
import { headersFor, serverElsewhere } from './elsewhere.ts';
import { hasRecordings, recording } from './recordings.ts';
import { replayElsewhere } from './replay-elsewhere.ts';
import { ask, replay } from './replay.ts';
import { QdrantStandIn, startQdrant } from './server.ts';

const skip = hasRecordings ? false : 'no recordings beside the checkout';

function send(standIn: QdrantStandIn, method: string, path: string, body?: unknown) {
  const raw = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const request: SimulatedRequest = { method, url: new URL(`http://q${path}`), headers: {}, raw, body };
  return standIn.answer(request);
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
    const adapter = replayed.filter(({ isOfTheAdapter }) => isOfTheAdapter);
    assert.deepEqual(
      adapter
        .filter(({ outcome }) => outcome !== 'same')
        .map(({ scenario, place }) => `${scenario} ${place}`),
      [],
    );
    assert.ok(adapter.length >= 3_250, `${adapter.length} of the adapter`);
    assert.ok(count('same') >= 3_651, `${count('same')} alike`);
  });

  const elsewhere = serverElsewhere();
  const named = elsewhere ? skip : 'FUMI_TEST_QDRANT_URL names no server';
  it('a real server still answers what was recorded of it', { skip: named, timeout: 1_200_000 }, async () => {
    assert.deepEqual(await replayElsewhere(elsewhere ?? { url: '' }, /^(?:life-[235]|sem)-/), []);
  });

  it(
    'recorded exchanges come to a server under names of their own and leave nothing behind',
    { skip },
    async () => {
      const apiKey = 'a-key-of-this-test';
      const server = await startQdrant({ apiKey });
      const client = { url: server.url, apiKey: { reveal: () => apiKey } };
      const headers = headersFor(client);
      try {
        const body = JSON.stringify({ vectors: { size: 2, distance: 'Dot' } });
        for (const name of ['live', 'race'])
          await fetch(`${server.url}/collections/${name}`, { method: 'PUT', headers, body });
        const before = [...server.standIn.collections.values()];
        assert.deepEqual(await replayElsewhere(client, /^life-[35]-/), []);
        assert.deepEqual([...server.standIn.collections.values()], before);
      } finally {
        await server.close();
      }
    },
  );

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
