import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import type { Embedder } from '@fumikura/ports';
import { askDimension, createOpenaiEmbedder } from '@fumikura/provider-openai';
import type { OpenaiEmbedderOptions } from '@fumikura/provider-openai';
import { embedderContract, rejectsWith } from '@fumikura/testkit';
import { SIMULATED_MODEL, startEmbeddings } from '../simulators/embeddings/server.ts';
import type { EmbeddingEndpoint, EndpointHabits } from '../simulators/embeddings/server.ts';

const signal = new AbortController().signal;
const DIMENSION = 64;
const fixtures = new URL('../../../shared/fixtures/openai/', import.meta.url);

/** No test waits for time to pass. */
const clock = { now: () => Date.now(), sleep: async () => undefined };

function connect(endpoint: EmbeddingEndpoint, more: Partial<OpenaiEmbedderOptions> = {}): Embedder {
  return createOpenaiEmbedder({
    baseUrl: endpoint.baseUrl,
    apiKey: new Secret(endpoint.key),
    model: SIMULATED_MODEL,
    dimension: DIMENSION,
    clock,
    ...more,
  });
}

for (const [name, habits] of Object.entries({
  openai: {},
  'openai-like, in another order': { shuffles: true },
  'openai-like, numbers only, uncounted': { ignoresEncoding: true, withoutUsage: true },
} satisfies Record<string, EndpointHabits>))
  embedderContract({
    name,
    make: async () => {
      const endpoint = await startEmbeddings(habits);
      // A backlog must last long enough for a query to come between.
      endpoint.simulator.setPace({ latencyMs: 5 });
      return {
        open: async () => connect(endpoint, { limits: { texts: 20 } }),
        remove: async () => {
          const violations = endpoint.violations();
          await endpoint.simulator.close();
          assert.deepEqual(violations, []);
        },
      };
    },
  });

describe('an OpenAI-compatible endpoint', () => {
  let endpoint: EmbeddingEndpoint;
  afterEach(() => endpoint.simulator.close());

  const embed = (texts: readonly string[], more: Partial<OpenaiEmbedderOptions> = {}) =>
    connect(endpoint, more).embed(texts, { as: 'passage', signal });

  it('[embed.culprit] refuses the one text that is meant and embeds its neighbours', async () => {
    endpoint = await startEmbeddings({
      refuses: (text) => (text.includes('poison') ? 'content refused' : undefined),
    });
    const texts = Array.from({ length: 50 }, (_, at) => (at === 17 ? 'poison' : `text ${at}`));
    const { results } = await embed(texts);
    assert.deepEqual(
      results.flatMap((result, at) => ('refused' in result ? [[at, result.refused.code]] : [])),
      [[17, 'EMBEDDER_REFUSED']],
    );
    assert.ok(endpoint.simulator.requests.length < 15, `${endpoint.simulator.requests.length} requests`);
  });

  it('stops at once when everything is refused', async () => {
    endpoint = await startEmbeddings({ refuses: () => 'this model takes no such parameter' });
    await rejectsWith('EMBEDDER_REFUSED', () => embed(Array.from({ length: 64 }, (_, at) => `text ${at}`)));
    assert.ok(endpoint.simulator.requests.length < 20, `${endpoint.simulator.requests.length} requests`);
  });

  it('keeps to the limits of a request, and shortens what is too long in spite of its count', async () => {
    endpoint = await startEmbeddings();
    const { results } = await embed([
      ...Array.from({ length: 300 }, () => 'word '.repeat(1_500)),
      'x'.repeat(60_000),
    ]);
    assert.ok(results.every((result) => 'vector' in result));
    endpoint.simulator.forgetRequests();
    const long = await embed(['y'.repeat(60_000)], { maxTokens: 60_000 });
    assert.ok(long.results.every((result) => 'vector' in result));
    assert.deepEqual(
      endpoint.simulator.requests.map(({ status }) => status),
      [400, 200],
    );
  });

  it('refuses an answer of another dimension: another model answers by that name', async () => {
    endpoint = await startEmbeddings({ dimension: DIMENSION });
    await embed(['before']);
    endpoint.becomes(96);
    const { publicMessage } = await rejectsWith('EMBEDDER_ANSWER_INVALID', () => embed(['after']));
    assert.match(publicMessage, /96 dimensions where 64/);
  });

  it('asks for a dimension where a model has several', async () => {
    endpoint = await startEmbeddings({ dimension: 1_536 });
    const { baseUrl, key } = endpoint;
    const options = { baseUrl, apiKey: new Secret(key), model: SIMULATED_MODEL, clock };
    assert.equal(await askDimension(options, signal), 1_536);
    assert.equal(await askDimension({ ...options, dimensions: 256 }, signal), 256);
    const { results } = await embed(['word'], { dimension: 256, sendDimension: true });
    assert.ok(results[0] && 'vector' in results[0] && results[0].vector.length === 256);
  });

  it('refuses zeros, holes, repeated places and a wrong count, each by what it is', async () => {
    endpoint = await startEmbeddings();
    const answered = (data: readonly object[]) =>
      endpoint.simulator.respondNext({ status: 200, body: { object: 'list', data, model: SIMULATED_MODEL } });
    const vector = Array.from({ length: DIMENSION }, () => 0.5);
    for (const bad of [vector.map(() => 0), [null, ...vector.slice(1)]]) {
      answered([
        { index: 0, embedding: vector },
        { index: 1, embedding: bad },
      ]);
      const { results } = await embed(['good', 'bad']);
      assert.deepEqual(
        results.map((result) => 'vector' in result),
        [true, false],
      );
    }
    answered([{ index: 0, embedding: vector }]);
    await rejectsWith('EMBEDDER_ANSWER_INVALID', () => embed(['two', 'texts']));
    answered([
      { index: 0, embedding: vector },
      { index: 0, embedding: vector },
    ]);
    await rejectsWith('EMBEDDER_ANSWER_INVALID', () => embed(['two', 'texts']));
    answered([{ index: 0, embedding: Buffer.from('abc').toString('base64') }]);
    await rejectsWith('EMBEDDER_ANSWER_INVALID', () => embed(['cut']));
  });

  it('waits when it is asked to, and gives up on what waiting does not mend', async () => {
    endpoint = await startEmbeddings();
    endpoint.simulator.respondNext({ status: 429, headers: { 'retry-after': '7' }, body: {} });
    endpoint.simulator.respondNext({ status: 503, body: {} });
    assert.equal((await embed(['word'])).results.length, 1);
    endpoint.simulator.respondNext({ status: 429, headers: { 'retry-after': '3600' }, body: {} });
    const { retryAfterMs, kind } = await rejectsWith('EMBEDDER_UNAVAILABLE', () => embed(['word']));
    assert.deepEqual([kind, retryAfterMs], ['rate-limited', 3_600_000]);
    await rejectsWith('EMBEDDER_UNAUTHORISED', () => embed(['word'], { apiKey: new Secret('wrong') }));
    await rejectsWith('EMBEDDER_REFUSED', () => embed(['word'], { model: 'gone' }));
  });

  it('shows no key in what it says', async () => {
    endpoint = await startEmbeddings();
    const key = 'sk-very-secret';
    const error = await rejectsWith('EMBEDDER_UNAUTHORISED', () =>
      embed(['word'], { apiKey: new Secret(key) }),
    );
    assert.ok(
      !JSON.stringify([error, error.message, error.stack, error.publicMessage, error.details]).includes(key),
    );
  });

  it(
    'understands what the service was recorded to say',
    { skip: existsSync(fixtures) ? false : 'no recordings beside the checkout' },
    async () => {
      endpoint = await startEmbeddings();
      const replay = (file: string, at = 0) => {
        const { exchanges } = JSON.parse(readFileSync(new URL(file, fixtures), 'utf8')) as {
          exchanges: { response: { status: number; body: { data?: { embedding: unknown }[] } } }[];
        };
        const { status, body } = exchanges[at]?.response ?? { status: 0, body: {} };
        endpoint.simulator.respondNext({ status, body });
        return body;
      };
      const recorded = replay('embeddings-with-batch-input.json');
      const three = await embed(['first', 'second', 'third'], { dimension: 1_536 });
      const expected = recorded.data?.[2]?.embedding as number[];
      const third = three.results[2];
      assert.ok(third && 'vector' in third);
      assert.ok(third.vector.every((value, axis) => Math.abs(value - (expected[axis] ?? NaN)) < 1e-4));
      assert.equal(three.tokens, 24);
      replay('embeddings-with-encoding-format.json');
      const [coded] = (await embed(['coded'], { dimension: 1_536 })).results;
      assert.ok(coded && 'vector' in coded);
      replay('embeddings-with-dimensions.json');
      assert.equal((await embed(['short'], { dimension: 512, sendDimension: true })).tokens, 8);
      replay('embeddings-model-not-found.json');
      assert.match(
        (await rejectsWith('EMBEDDER_REFUSED', () => embed(['word']))).publicMessage,
        /non-existent/,
      );
      replay('errors-quoted.json', 0);
      assert.match((await rejectsWith('EMBEDDER_REFUSED', () => embed(['word']))).publicMessage, /quota/);
    },
  );
});
