import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { EvidenceDocument } from '@fumikura/retrieval';
import { pointsOf } from './salience.ts';

const told = (text: string) =>
  pointsOf({ title: 'Note', stored: { text } } as EvidenceDocument, 0, {
    focus: new Set(),
    since: undefined,
    isWanted: () => true,
  }).map((point) => point.text);

it('takes a note of a few words for what it says', () => {
  assert.deepEqual(told('# Keys\n\nKeys rotate yearly.'), ['Keys rotate yearly.']);
  assert.deepEqual(told('# Keys\n\n'), []);
});

it('leaves short sentences out beside telling ones', () => {
  const telling = 'Every key of the payment service is replaced each ninety days by its owner.';
  assert.deepEqual(told(`# Keys\n\nAll of them. ${telling}`), [telling]);
});
