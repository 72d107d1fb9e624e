import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { historyOf } from './text-history.ts';

const FIRST = '2026-01-01T00:00:00.000Z';
const SECOND = '2026-02-01T00:00:00.000Z';
const THIRD = '2026-03-01T00:00:00.000Z';

function addedTexts(text: string, history: ReturnType<typeof historyOf>): [string, string][] {
  return history.added.map(({ start, end, at }) => [text.slice(start, end).trim(), at]);
}

describe('the history of a text', () => {
  it('begins with nothing that is new', () => {
    assert.deepEqual(historyOf({ text: 'One.' }, undefined, FIRST), { from: FIRST, added: [], removed: [] });
  });

  it('keeps the day of what came, over moves and blank space, and counts what went', () => {
    const one = { text: '# Rules\n\nA.\nB.', syncedAt: FIRST };
    const two = { text: '# Rules\n\nA.\n\nC.\nD.', syncedAt: SECOND };
    const second = historyOf(two, one, SECOND);
    assert.deepEqual(addedTexts(two.text, second), [['C.\nD.', SECOND]]);
    assert.deepEqual(second.removed, [{ at: SECOND, passages: 1 }]);
    const three = { text: 'D.\n# Rules\n  C.\nE.\nA.' };
    const third = historyOf(three, { ...two, history: second }, THIRD);
    assert.equal(third.from, one.syncedAt);
    assert.deepEqual(addedTexts(three.text, third), [
      ['D.', SECOND],
      ['C.', SECOND],
      ['E.', THIRD],
    ]);
    assert.deepEqual(third.removed, second.removed);
  });

  it('looks at the sentences of a long line, in both languages', () => {
    const sentences = Array.from({ length: 12 }, (_, at) => `Rule number ${at} holds for every office.`);
    const before = { text: sentences.join(' '), syncedAt: FIRST };
    const text = sentences.with(5, 'Rule number 5 holds for nobody.').join(' ');
    assert.deepEqual(addedTexts(text, historyOf({ text }, before, SECOND)), [
      ['Rule number 5 holds for nobody.', SECOND],
    ]);
    const rules = Array.from({ length: 20 }, (_, at) => `規則${at}はすべての事業所に適用する。`);
    const changed = rules.with(7, '規則7は廃止する。').join('');
    const history = historyOf({ text: changed }, { text: rules.join(''), syncedAt: FIRST }, SECOND);
    assert.deepEqual(addedTexts(changed, history), [['規則7は廃止する。', SECOND]]);
  });

  it('believes a source when it says a day between the last reading and now, and no other', () => {
    const before = { text: 'A.', syncedAt: SECOND };
    const dated = (updatedAt: string) =>
      historyOf({ text: 'B.', updatedAt }, before, THIRD).added.map(({ at }) => at);
    assert.deepEqual(dated('2026-02-14T00:00:00.000Z'), ['2026-02-14T00:00:00.000Z']);
    assert.deepEqual(dated('2026-01-14T00:00:00.000Z'), [THIRD]);
    assert.deepEqual(dated('2027-01-14T00:00:00.000Z'), [THIRD]);
  });
});
