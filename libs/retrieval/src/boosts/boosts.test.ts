import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testAccess } from '@fumikura/testkit';
import fc from 'fast-check';
import type { DocumentRecord } from '@fumikura/ports';
import { createBoost } from './boosts.ts';
import type { BoostSettings } from './boosts.ts';
import type { Place } from '../collapse.ts';
import { opinionsOf } from '../feedback.ts';
import type { Opinion } from '../feedback.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');

function place(id: string, score: number, facts: Partial<DocumentRecord> = {}): Place {
  const candidate = {
    documentId: id,
    lexical: 0,
    parts: { document: 0, chunk: 0, title: 0 },
    chunkOrdinal: 0,
  };
  return {
    ranked: { candidate, score, parts: { lexical: score } },
    record: { id, kind: 'page', ...facts } as DocumentRecord,
    duplicates: [],
  };
}

const now = () => NOW;
const signal = new AbortController().signal;
const access = testAccess([]);
const order = async (settings: BoostSettings, places: readonly Place[], opinions?: Map<string, Opinion>) => {
  const boost = createBoost(settings, { now, feedback: { opinions: async () => opinions ?? new Map() } });
  return (await boost(places, access, signal)).map(({ record }) => record.id);
};

describe('boosts', () => {
  const old = place('old', 1, { updatedAt: '2020-01-01T00:00:00Z', labels: ['Official'] });
  const fresh = place('fresh', 0.95, { updatedAt: '2026-05-31T00:00:00Z' });
  const undated = place('undated', 0.94);

  it('are none unless they are set', async () => {
    assert.deepEqual(await order({}, [old, fresh, undated]), ['old', 'fresh', 'undated']);
  });

  it('put the newer document before one that is a little nearer, by half-lives of its kind', async () => {
    const recency = { weight: 0.1, halfLifeDays: 100 };
    assert.deepEqual(await order({ recency }, [old, fresh, undated]), ['fresh', 'old', 'undated']);
    const short = { ...recency, kinds: { page: 0.1 } };
    assert.deepEqual(await order({ recency: short }, [old, fresh]), ['old', 'fresh']);
  });

  it('raise and lower by label, whatever its case', async () => {
    assert.deepEqual(await order({ labels: { official: -0.1 } }, [old, fresh]), ['fresh', 'old']);
    assert.deepEqual(await order({ labels: { official: 0.1 } }, [fresh, old]), ['old', 'fresh']);
  });

  it('never change a score by more than their bound, together, and show what each did', async () => {
    const settings = { recency: { weight: 5, halfLifeDays: 100 }, labels: { hot: 5 }, most: 0.15 };
    const hot = place('hot', 0.5, { updatedAt: '2030-01-01T00:00:00Z', labels: ['hot'] });
    const [first, second] = await createBoost(settings, { now })([place('plain', 0.58), hot], access, signal);
    assert.equal(first?.record.id, 'plain');
    assert.ok(Math.abs((second?.ranked.score ?? 0) - 0.5 * 1.15) < 1e-9);
    assert.deepEqual(second?.ranked.parts, { lexical: 0.5, 'boost.recency': 5, 'boost.label': 5 });
  });

  it('follow what many people said, and a single one hardly', async () => {
    const settings = { feedback: { weight: 0.2 } };
    const [a, b] = [place('a', 1), place('b', 0.95)];
    const said = (helpful: number, against = 0) => new Map([['b', { helpful, against }]]);
    assert.deepEqual(await order(settings, [a, b], said(10)), ['b', 'a']);
    assert.deepEqual(await order(settings, [a, b], said(0.5)), ['a', 'b']);
    assert.deepEqual(await order(settings, [a, b], said(5, 5)), ['a', 'b']);
    assert.deepEqual(await order(settings, [b, place('c', 0.94)], said(0, 10)), ['c', 'b']);
    assert.deepEqual(await order({}, [a, b], said(10)), ['a', 'b']);
  });

  it('count the last word of each person, and of an answer its share for each document', () => {
    const verdict = (by: string, at: string, documents: string[], isHelpful = true) =>
      ({ verdict: isHelpful ? 'helpful' : 'wrong', documents, by, at }) as const;
    const opinions = opinionsOf([
      verdict('ada', '2026-02', ['a'], false),
      verdict('ada', '2026-01', ['a']),
      verdict('bob', '2026-01', ['a', 'b']),
    ]);
    assert.deepEqual(Object.fromEntries(opinions), {
      a: { helpful: 0.5, against: 1 },
      b: { helpful: 0.5, against: 0 },
    });
  });

  it('[search.boost-bound] move no document past one that is further away than the bound', async () => {
    const share = fc.double({ min: -1, max: 1, noNaN: true });
    const people = fc.nat(50);
    const facts = fc.record({
      score: fc.double({ min: 0.01, max: 1, noNaN: true }),
      helpful: people,
      against: people,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(facts, { maxLength: 60 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        share,
        async (all, most, label) => {
          const sorted = all.toSorted((a, b) => b.score - a.score);
          const places = sorted.map(({ score }, at) =>
            place(`${at}`, score, { labels: at % 2 ? ['x'] : [], updatedAt: '2026-05-31T00:00:00Z' }),
          );
          const opinions = new Map(sorted.map(({ helpful, against }, at) => [`${at}`, { helpful, against }]));
          const settings = {
            most,
            labels: { x: label },
            feedback: { weight: 1 },
            recency: { weight: 0.3, halfLifeDays: 9 },
          };
          const found = (await order(settings, places, opinions)).map(Number);
          for (const [rank, at] of found.entries())
            for (const behind of found.slice(rank + 1)) {
              const [passed, mover] = [sorted[behind]?.score ?? 0, sorted[at]?.score ?? 0];
              assert.ok(passed * (1 - most) <= mover * (1 + most) + 1e-12, `${at} passed ${behind}`);
            }
        },
      ),
      { numRuns: 300 },
    );
  });
});
