import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DocumentRecord } from '@fumikura/ports';
import { createBoost } from './boosts.ts';
import type { BoostSettings } from './boosts.ts';
import type { Place } from './collapse.ts';

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

const order = (settings: BoostSettings, places: readonly Place[]) =>
  createBoost(settings, () => NOW)(places).map(({ record }) => record.id);

describe('boosts', () => {
  const old = place('old', 1, { updatedAt: '2020-01-01T00:00:00Z', labels: ['Official'] });
  const fresh = place('fresh', 0.95, { updatedAt: '2026-05-31T00:00:00Z' });
  const undated = place('undated', 0.94);

  it('are none unless they are set', () => {
    assert.deepEqual(order({}, [old, fresh, undated]), ['old', 'fresh', 'undated']);
  });

  it('put the newer document before one that is a little nearer, by half-lives of its kind', () => {
    const recency = { weight: 0.1, halfLifeDays: 100 };
    assert.deepEqual(order({ recency }, [old, fresh, undated]), ['fresh', 'old', 'undated']);
    const short = { ...recency, kinds: { page: 0.1 } };
    assert.deepEqual(order({ recency: short }, [old, fresh]), ['old', 'fresh']);
  });

  it('raise and lower by label, whatever its case', () => {
    assert.deepEqual(order({ labels: { official: -0.1 } }, [old, fresh]), ['fresh', 'old']);
    assert.deepEqual(order({ labels: { official: 0.1 } }, [fresh, old]), ['old', 'fresh']);
  });

  it('never change a score by more than their bound, together, and show what each did', () => {
    const settings = { recency: { weight: 5, halfLifeDays: 100 }, labels: { hot: 5 }, most: 0.15 };
    const hot = place('hot', 0.5, { updatedAt: '2030-01-01T00:00:00Z', labels: ['hot'] });
    const [first, second] = createBoost(settings, () => NOW)([place('plain', 0.58), hot]);
    assert.equal(first?.record.id, 'plain');
    assert.ok(Math.abs((second?.ranked.score ?? 0) - 0.5 * 1.15) < 1e-9);
    assert.deepEqual(second?.ranked.parts, { lexical: 0.5, 'boost.recency': 5, 'boost.label': 5 });
  });
});
