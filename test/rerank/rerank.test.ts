import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import type { Reranker, RerankPassage } from '@fumikura/ports';
import { createEndpointReranker, createListwiseReranker } from '@fumikura/provider-openai';
import { createRerankStage } from '@fumikura/retrieval';
import type { RerankStageOptions } from '@fumikura/retrieval';
import { rerankerContract, rejectsWith } from '@fumikura/testkit';
import { INJECTION, startJudgingModel } from '../simulators/reranker/server.ts';
import type { JudgingModel } from '../simulators/reranker/server.ts';

const signal = new AbortController().signal;
const MADE = {
  'a language model': (model: JudgingModel) => createListwiseReranker({ ...place(model), model: 'judge' }),
  'an endpoint': (model: JudgingModel) => createEndpointReranker({ ...place(model), model: 'judge' }),
  'an endpoint of the other shape': (model: JudgingModel) =>
    createEndpointReranker({ ...place(model), field: 'texts' }),
} satisfies Record<string, (model: JudgingModel) => Reranker>;

function place({ baseUrl, key }: JudgingModel) {
  return { baseUrl, apiKey: new Secret(key) };
}

for (const [name, make] of Object.entries(MADE))
  rerankerContract({
    name,
    make: async () => {
      const model = await startJudgingModel();
      return {
        open: async () => make(model),
        remove: async () => {
          assert.deepEqual(model.simulator.violations, []);
          await model.simulator.close();
        },
      };
    },
  });

function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}

/** Passages of which some answer; the first ones better, but for a few that fusion put too low. */
function passagesOf(random: () => number, count = 20): RerankPassage[] {
  const words = ['rotate', 'signing', 'keys', 'each', 'quarter'];
  return Array.from({ length: count }, (_, at) => ({
    title: `Page ${at}`,
    text: words.filter(() => random() > (at + 5) / (count + 10)).join(' ') || 'nothing of it',
  }));
}

/** Nothing here is about being late unless it says so. */
const PATIENT = { timeoutMs: 60_000 };
const QUERY = 'rotate signing keys each quarter';

describe('reranking', () => {
  let model: JudgingModel;
  before(async () => {
    model = await startJudgingModel();
  });
  after(() => model.simulator.close());
  beforeEach(() => model.behave('faithful'));

  const stageOf = (settings: RerankStageOptions['settings'] = {}, more: Partial<RerankStageOptions> = {}) =>
    createRerankStage({
      reranker: MADE['a language model'](model),
      settings: { ...PATIENT, ...settings },
      ...more,
    });
  const fused = (passages: readonly RerankPassage[]) => passages.map((_, at) => at);

  it('brings up what answers better, as far as the bound lets it', async () => {
    const passages = Array.from({ length: 12 }, (_, at) => ({
      title: '',
      text: at === 11 ? QUERY : `keys ${at}`,
    }));
    const { order, notice } = await stageOf({ bound: 5 }).order(QUERY, passages, signal);
    assert.equal(notice, undefined);
    assert.equal(order.indexOf(11), 6);
    const free = await stageOf({ bound: 100 }).order(QUERY, passages, signal);
    assert.equal(free.order[0], 11);
  });

  it('[rerank.bound] text that talks to the model moves nothing beyond the bound, in 200 cases', async () => {
    model.behave('injected');
    const random = seeded(7);
    let moved = 0;
    for (let round = 0; round < 200; round++) {
      const bound = 1 + Math.floor(random() * 8);
      const passages = passagesOf(random);
      const hostile = passages.flatMap((_, at) => (random() < 0.2 ? [at] : []));
      for (const at of hostile)
        passages[at] = { title: INJECTION, text: `${INJECTION} ${passages[at]?.text ?? ''}` };
      const { order, notice } = await stageOf({ bound, passageTokens: 500 }).order(QUERY, passages, signal);
      assert.equal(notice, undefined);
      assert.deepEqual(
        order.toSorted((a, b) => a - b),
        fused(passages),
      );
      for (const [to, from] of order.entries())
        assert.ok(Math.abs(to - from) <= bound, `round ${round}: from ${from} to ${to}, bound ${bound}`);
      moved += hostile.filter((from) => order.indexOf(from) < from).length;
    }
    assert.ok(moved > 100, `the model obeys: ${moved} hostile passages rose`);
  });

  it('[rerank.fallback] keeps the fused order when the model is broken, and says so', async () => {
    model.behave('broken');
    const passages = passagesOf(seeded(3));
    const codes: string[] = [];
    const stage = stageOf({}, { onFailed: ({ code }) => codes.push(code) });
    for (let round = 0; round < 14; round++) {
      const { order, notice } = await stage.order(QUERY, passages, signal);
      assert.deepEqual(order, fused(passages));
      assert.equal(notice, 'Not reranked: the reranker gave no usable answer.');
    }
    assert.deepEqual([...new Set(codes)], ['RERANKER_FAILED']);
  });

  it('[rerank.fallback] keeps the fused order when the model is late, and waits no longer than it may', async () => {
    model.behave('late');
    const passages = passagesOf(seeded(3));
    const { order, notice } = await stageOf({ timeoutMs: 150 }).order(QUERY, passages, signal);
    assert.deepEqual(order, fused(passages));
    assert.equal(notice, 'Not reranked: the reranker did not answer in time.');
  });

  it('waits no longer for a reranker that does not listen either', async () => {
    const deaf: Reranker = {
      name: 'deaf',
      window: 20,
      rerank: () => new Promise(() => undefined),
      close: async () => undefined,
    };
    const passages = passagesOf(seeded(3));
    const stage = createRerankStage({ reranker: deaf, settings: { timeoutMs: 50 } });
    assert.match((await stage.order(QUERY, passages, signal)).notice ?? '', /in time/);
  });

  it('keeps to the bound whatever order the model gives', async () => {
    const random = seeded(11);
    for (const behaviour of ['random', 'reversed'] as const) {
      model.behave(behaviour);
      for (let round = 0; round < 20; round++) {
        const { order } = await stageOf({ bound: 3 }).order(QUERY, passagesOf(random), signal);
        for (const [to, from] of order.entries()) assert.ok(Math.abs(to - from) <= 3);
      }
    }
  });

  it('judges more passages than fit into one call window by window', async () => {
    const reranker = createListwiseReranker({ ...place(model), model: 'judge', window: 4 });
    const stage = createRerankStage({ reranker, settings: { ...PATIENT, bound: 100 } });
    const passages = Array.from({ length: 10 }, (_, at) => ({
      title: '',
      text: at === 9 ? QUERY : `keys ${at}`,
    }));
    const before = model.calls();
    const { order } = await stage.order(QUERY, passages, signal);
    assert.equal(order[0], 9);
    assert.equal(model.calls() - before, 4);
  });

  it('asks no further when the tokens or the money of the day are spent', async () => {
    const passages = passagesOf(seeded(3));
    let now = Date.parse('2026-03-01T12:00:00Z');
    const stage = stageOf({ tokensPerDay: 1_500 }, { now: () => now });
    assert.equal((await stage.order(QUERY, passages, signal)).notice, undefined);
    now += 60_000;
    const second = await stage.order(QUERY, passages, signal);
    const calls = model.calls();
    const third = await stage.order(QUERY, passages, signal);
    assert.equal(second.notice ?? third.notice, 'Not reranked: its budget of today is spent.');
    assert.equal(third.notice, 'Not reranked: its budget of today is spent.');
    assert.equal(model.calls(), calls);
    now += 86_400_000;
    assert.equal((await stage.order(QUERY, passages, signal)).notice, undefined);
    const priced = createListwiseReranker({ ...place(model), model: 'judge', pricePerMillionTokens: 10 });
    const poor = createRerankStage({ reranker: priced, settings: { ...PATIENT, usdPerDay: 0.000_1 } });
    assert.match((await poor.order(QUERY, passages, signal)).notice ?? '', /budget/);
  });

  it("is the caller's own cancel when the caller cancels", async () => {
    model.behave('late');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const stage = stageOf();
    await rejectsWith('CANCELLED', () => stage.order(QUERY, passagesOf(seeded(3)), controller.signal));
  });

  it('shows a model no invisible text, and of a long passage its beginning', async () => {
    const seen: RerankPassage[] = [];
    const watching: Reranker = {
      name: 'watching',
      window: 20,
      rerank: async (_query, passages) => {
        seen.push(...passages);
        return { order: passages.map((_, at) => at), tokens: 1 };
      },
      close: async () => undefined,
    };
    const stage = createRerankStage({ reranker: watching, settings: { ...PATIENT, passageTokens: 100 } });
    const long = 'word '.repeat(5_000);
    await stage.order(
      QUERY,
      [
        { title: 'a\u200bb\u0000', text: long },
        { title: 'c', text: 'd' },
      ],
      signal,
    );
    assert.equal(seen[0]?.title, 'a b');
    assert.ok((seen[0]?.text.length ?? 0) < 600);
  });
});
