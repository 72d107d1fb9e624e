import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareQueries, evaluate, pairedBootstrap, report, slicesOf } from './index.ts';
import type { QueryResult } from './index.ts';

function result(text: string, ndcg10: number): QueryResult {
  return { id: text, text, ndcg10, recall100: 1, ms: 1, top: [] };
}

describe('paired bootstrap', () => {
  it('tells a difference from noise', () => {
    const before = Array.from({ length: 200 }, (_, at) => (at % 10) / 10);
    const noisy = before.map((value, at) => value + (at % 2 === 0 ? 0.2 : -0.2));
    const better = before.map((value, at) => value + (at % 4 === 0 ? 0.2 : 0));
    const noise = pairedBootstrap(before, noisy);
    assert.ok(noise.p > 0.5 && noise.low < 0 && noise.high > 0, JSON.stringify(noise));
    const gain = pairedBootstrap(before, better);
    assert.ok(gain.p < 0.001 && gain.low > 0, JSON.stringify(gain));
    assert.ok(Math.abs(gain.difference - 0.05) < 1e-9);
    assert.deepEqual([gain.better, gain.worse], [50, 0]);
    const loss = pairedBootstrap(better, before);
    assert.ok(loss.p < 0.001 && loss.high < 0);
  });

  it('says the same of the same runs, and nothing of equal ones', () => {
    const [a, b] = [
      [0.1, 0.5, 0.9, 0.3],
      [0.2, 0.5, 0.7, 0.6],
    ];
    assert.deepEqual(pairedBootstrap(a, b), pairedBootstrap(a, b));
    assert.equal(pairedBootstrap(a, a).p, 1);
  });
});

describe('comparing two runs', () => {
  it('pairs the queries that both asked, with the largest losses and gains', () => {
    const before = { ...report([]), queries: { set: [result('a', 1), result('b', 0), result('gone', 1)] } };
    const after = { ...report([]), queries: { set: [result('a', 0.2), result('b', 1), result('new', 1)] } };
    const [difference] = compareQueries(before, after, 5);
    assert.equal(difference?.queries, 2);
    assert.ok(Math.abs((difference?.difference ?? 0) - 0.1) < 1e-9);
    assert.deepEqual(
      difference?.most.map(({ text }) => text),
      ['a', 'b'],
    );
    assert.deepEqual(compareQueries(report([]), after, 5), []);
  });
});

describe('slices', () => {
  it('part queries by language, length and identifiers', () => {
    const slices = slicesOf([
      result('rotate keys', 1),
      result('how do we rotate the keys of PAY-123', 0.5),
      result('経費精算の期限はいつですか', 0),
    ]);
    const of = (name: string) => slices.find((slice) => slice.name === name);
    assert.deepEqual(of('language ja'), { name: 'language ja', queries: 1, ndcg10: 0 });
    assert.equal(of('with identifiers')?.ndcg10, 0.5);
    assert.equal(of('up to 4 words')?.queries, 1);
    assert.equal(of('over 12 words'), undefined);
  });
});

describe('evaluation', () => {
  const judgements = new Map([['q', new Map([['right', 1]])]]);
  const collection = { name: 'scifact', queries: [{ id: 'q', text: 'words' }], judgements };

  it('keeps each query beside the averages, and judges by the goal of what ranked', async () => {
    const { figures, queries } = await evaluate(collection, async () => ['wrong', 'right']);
    assert.deepEqual(
      queries.map(({ top, recall100 }) => [top, recall100]),
      [[['wrong', 'right'], 1]],
    );
    const target = async (embedder: 'none' | 'embedder') =>
      (await evaluate(collection, async () => [], embedder)).figures[0]?.target;
    assert.equal(figures[0]?.value, 0.63093);
    assert.deepEqual([await target('none'), await target('embedder')], [0.7, 0.735]);
  });
});
